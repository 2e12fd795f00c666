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
    private static final Set<String> HEADERS_OF_HTTP =
            Set.of("date", "content-length", "connection", "transfer-encoding");
    private static final String STATUS = "status document";

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
        boolean replays = twin.write();
        List<RestPicture> pictures = Twins.together(twin.nodes().stream()
                .map(node -> (Supplier<RestPicture>) () -> of(node))
                .toList());
        AnswerFields.relateTimelines(pictures.stream()
                .flatMap(picture -> picture.answers.values().stream())
                .toList());
        if (!replays) {
            pictures.forEach(RestPicture::forgetWhenReplayed);
        }
        return pictures;
    }

    /** Where no transaction comes any more, this tells whether PostgreSQL has replayed one since it was started. */
    private void forgetWhenReplayed() {
        answers.values()
                .forEach(fields -> fields.keySet()
                        .removeAll(Set.of("xlog.replayed_timestamp", "patroni_xlog_replayed_timestamp")));
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
            AnswerFields.ofMetrics(fields, body);
        } else {
            fields.put("body", Likeness.of(body));
        }
    }

    private Map<String, String> fields(String what) {
        return answers.computeIfAbsent(what, _ -> new TreeMap<>());
    }

    /** The status document, which most paths answer, is compared once; where one path says something else than the first one did, that is a difference of its own. */
    private void json(String what, String body) {
        Value value;
        try {
            value = Json.parse(body);
        } catch (MalformedDocument malformed) {
            fields(what).put("body", "no JSON: " + body);
            return;
        }
        String spacing = body.equals(Json.spaced(value)) ? "as ever" : body;
        if (value instanceof Value.Mapping document && document.find("patroni").isPresent()) {
            Map<String, String> told = described(withoutPassersBy(document), spacing);
            Map<String, String> first = answers.computeIfAbsent(STATUS, _ -> told);
            told.forEach((name, text) -> {
                if (!text.equals(first.get(name))) {
                    fields(what).put("in its document " + name, text);
                }
            });
        } else {
            fields(what)
                    .putAll(described(
                            what.equals("GET /history") ? AnswerFields.lastOfHistory(value) : value, spacing));
        }
    }

    private static Map<String, String> described(Value value, String spacing) {
        Map<String, String> fields = new TreeMap<>();
        AnswerFields.ofJson(fields, "", value);
        fields.put("order", Likeness.of(order(value)));
        fields.put("spacing", spacing);
        return fields;
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
}
