package io.matriarch.it;

import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Everything that one node answers at one moment, field by field, without what differs between any two nodes. */
final class RestPicture {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long COUNT = 1_000_000; // WAL positions and seconds of the epoch are larger
    private static final Set<String> HEADERS_OF_HTTP =
            Set.of("date", "content-length", "connection", "transfer-encoding");
    private static final String STATUS = "status document";
    private static final String LAST_OF_HISTORY = "last";
    private static final String TIMELINE_OF_HISTORY = LAST_OF_HISTORY + "[0]";
    private static final String TIMELINE =
            "timeline, against the latest: "; // one cluster may have come to more of them than the other

    private static final List<String> GET = List.of(
            "/",
            "/primary",
            "/master",
            "/read-write",
            "/leader",
            "/primary?tag_zone=b",
            "/leader?lag=1MB",
            "/replica",
            "/replica?lag=0",
            "/replica?lag=16kB",
            "/replica?lag=1MB",
            "/replica?lag=1TB",
            "/replica?lag=many",
            "/replica?replication_state=streaming",
            "/replica?replication_state=walking",
            "/replica?tag_zone=b",
            "/replica?tag_zone=c",
            "/replica?tag_clonefrom=true",
            "/replica?tag_weight=3",
            "/replica?tag_zone=b&tag_none=1",
            "/read-only",
            "/read-only?tag_zone=b",
            "/read-only?lag=1MB",
            "/standby-leader",
            "/standby_leader",
            "/sync",
            "/synchronous",
            "/async",
            "/asynchronous",
            "/async?lag=1MB",
            "/quorum",
            "/read-only-quorum",
            "/read-only-sync",
            "/read-only-synchronous",
            "/health",
            "/liveness",
            "/readiness",
            "/readiness?lag=1MB",
            "/readiness?lag=1MB&mode=apply",
            "/readiness?lag=0&mode=write",
            "/readiness?mode=write",
            "/patroni",
            "/patroni/more",
            "/cluster",
            "/history",
            "/config",
            "/failsafe",
            "/metrics",
            "/switchover",
            "/failover",
            "/restart",
            "/reload",
            "/reinitialize",
            "/unknown",
            "/primary/more",
            "/unknown/more");
    private static final List<String> STATUS_ONLY = List.of(
            "/",
            "/primary",
            "/replica",
            "/read-only",
            "/sync",
            "/async",
            "/health",
            "/standby-leader",
            "/replica?lag=1MB",
            "/liveness",
            "/readiness",
            "/patroni",
            "/metrics",
            "/cluster",
            "/config",
            "/unknown");

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final Rest rest;
    private final Map<String, Map<String, String>> answers = new LinkedHashMap<>();

    private RestPicture(Rest rest) {
        this.rest = rest;
    }

    /** Asks all nodes for everything that changes nothing. */
    static List<RestPicture> of(Twin twin) {
        List<RestPicture> pictures = Twins.together(
                twin.nodes().stream().map(node -> (Supplier<RestPicture>) () -> of(node)).toList());
        long latest = pictures.stream()
                .flatMap(picture -> picture.answers.values().stream())
                .flatMap(fields -> fields.values().stream())
                .filter(value -> value.startsWith(TIMELINE))
                .mapToLong(RestPicture::timeline)
                .max()
                .orElse(0);
        pictures.forEach(picture -> picture.answers
                .values()
                .forEach(fields -> fields.replaceAll(
                        (_, value) -> value.startsWith(TIMELINE) ? TIMELINE + (timeline(value) - latest) : value)));
        return pictures;
    }

    private static long timeline(String value) {
        return Long.parseLong(value.substring(TIMELINE.length()));
    }

    private static RestPicture of(Node node) {
        RestPicture picture = new RestPicture(node.rest());
        GET.forEach(path -> picture.ask("GET", path, ""));
        STATUS_ONLY.forEach(path -> picture.ask("OPTIONS", path, ""));
        STATUS_ONLY.forEach(path -> picture.ask("HEAD", path, ""));
        return picture;
    }

    /** The answers to requests that a node refuses: of lines with method, path and body. */
    static RestPicture ofRefusals(Node node, List<String> requests) {
        RestPicture picture = new RestPicture(node.rest());
        for (String request : requests) {
            String[] words = request.split(" ", 3);
            picture.ask(words[0], words[1], words[2]);
        }
        return picture;
    }

    /** How Matriarch's picture differs from Patroni's. */
    static List<Difference> differences(String where, RestPicture patronis, RestPicture matriarchs) {
        List<Difference> all = new ArrayList<>();
        patronis.answers.forEach((what, fields) ->
                all.addAll(Difference.between(where, what, fields, matriarchs.answers.getOrDefault(what, Map.of()))));
        return all.stream().distinct().toList();
    }

    private void ask(String method, String path, String body) {
        String what = method + " " + path + (body.isEmpty() ? "" : " " + body);
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://" + rest.host() + ":" + rest.port() + path))
                .timeout(PATIENCE)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        Map<String, String> fields = new TreeMap<>();
        answers.put(what, fields);
        try {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            fields.put("status", Integer.toString(response.statusCode()));
            response.headers().map().forEach((name, values) -> {
                if (!HEADERS_OF_HTTP.contains(name)) {
                    fields.put("header " + name, Likeness.of(String.join(", ", values)));
                }
            });
            body(what, response.headers().firstValue("content-type").orElse(""), response.body());
        } catch (IOException e) {
            fields.put("status", "none: " + e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void body(String what, String type, String body) {
        Map<String, String> fields = fields(what);
        if (type.startsWith("application/json") && !body.isEmpty()) {
            json(what, body);
        } else if (what.equals("GET /metrics")) {
            metrics(fields, body);
        } else {
            fields.put("body", Likeness.of(body));
        }
    }

    private Map<String, String> fields(String what) {
        return answers.computeIfAbsent(what, _ -> new TreeMap<>());
    }

    /** The status document, which most paths answer, is compared once; what one path says otherwise is a difference of its own. */
    private void json(String what, String body) {
        Value value;
        try {
            value = Json.parse(body);
        } catch (MalformedDocument malformed) {
            fields(what).put("body", "no JSON: " + body);
            return;
        }
        String spacing = body.equals(Json.spaced(value)) ? "as ever" : body;
        Map<String, String> fields = fields(what);
        if (value instanceof Value.Mapping document && document.find("patroni").isPresent()) {
            value = withoutPassersBy(document);
            fields = new TreeMap<>();
            answers.put(STATUS, fields);
        }
        if (what.equals("GET /history") && value instanceof Value.Sequence(var changes) && !changes.isEmpty()) {
            value = new Value.Mapping(Map.of(LAST_OF_HISTORY, changes.getLast()));
        }
        flatten(fields, "", value);
        fields.put("order", Likeness.of(order(value)));
        fields.put("spacing", spacing);
    }

    /** Without what comes and goes: the length of Patroni's queue for its log, and connections that only ask for the timeline. */
    private static Value.Mapping withoutPassersBy(Value.Mapping document) {
        List<Value> senders = document.items("replication").stream()
                .filter(sender -> !(sender instanceof Value.Mapping mapping
                        && mapping.text("application_name").orElse("").isEmpty()
                        && mapping.text("state").orElse("").equals("startup")))
                .toList();
        Value.Mapping lasting = document.without("logger_queue_size");
        if (document.find("replication").isEmpty()) {
            return lasting;
        }
        return senders.isEmpty()
                ? lasting.without("replication")
                : lasting.with("replication", new Value.Sequence(senders));
    }

    private static String order(Value value) {
        return value instanceof Value.Mapping mapping
                ? String.join(" ", mapping.entries().keySet())
                : "";
    }

    private static void flatten(Map<String, String> fields, String name, Value value) {
        switch (value) {
            case Value.Mapping(var entries) -> {
                if (!name.isEmpty()) {
                    fields.put(name, "object " + String.join(" ", entries.keySet()));
                }
                entries.forEach((key, inner) -> flatten(fields, name.isEmpty() ? key : name + "." + key, inner));
            }
            case Value.Sequence(var items) -> {
                fields.put(name, "list of " + items.size());
                for (int index = 0; index < items.size(); index++) {
                    flatten(fields, name + "[" + index + "]", items.get(index));
                }
            }
            case Value.Text(String text) -> fields.put(name, '"' + Likeness.of(text) + '"');
            case Value.Whole(long number)
            when name.endsWith("timeline") || name.equals(TIMELINE_OF_HISTORY) ->
                fields.put(name, number == 0 ? "0" : TIMELINE + number);
            case Value.Whole(long number) -> fields.put(name, number > COUNT ? "large number" : Long.toString(number));
            case Value.Decimal(var number) -> fields.put(name, "fraction" + (number.signum() < 0 ? " below 0" : ""));
            case Value.Bool(boolean truth) -> fields.put(name, Boolean.toString(truth));
            case Value.Null() -> fields.put(name, "null");
        }
    }

    private static void metrics(Map<String, String> fields, String body) {
        for (String line : body.lines().toList()) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
                fields.put(words[2] + " " + words[1], words[3]);
            } else if (line.startsWith("#")) {
                fields.put("comment " + words[1], line);
            } else {
                int space = line.lastIndexOf(' ');
                int labels = line.indexOf('{');
                String name = labels < 0 ? line.substring(0, space) : line.substring(0, labels);
                name = name.strip(); // Patroni has a space before the labels of one
                fields.put(name + " labels", labels < 0 ? "" : line.substring(labels, space));
                fields.put(name, quantity(name, line.substring(space + 1)));
            }
        }
    }

    private static String quantity(String name, String number) {
        if (name.equals("patroni_version")) {
            return number.length() + " digits";
        }
        if (name.equals("patroni_postgres_timeline") && !number.equals("0")) {
            return TIMELINE + number;
        }
        if (number.matches("\\d+\\.\\d+")) {
            return number.equals("0.0") ? number : "fraction";
        }
        return number.matches("\\d{7,}") ? "large number" : number;
    }
}
