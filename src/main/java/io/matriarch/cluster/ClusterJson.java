package io.matriarch.cluster;

import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Null;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import io.matriarch.value.Value.Whole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The texts of the keys in the DCS (reference 3.2): read with all of Patroni's tolerance, so never an exception, and written as Patroni writes them, with its
 * order of fields.
 */
public final class ClusterJson {
    /** The failover key when nothing is requested. */
    public static final String NO_FAILOVER = "{}";

    private ClusterJson() {}

    /** Whether a key, named without the cluster's prefix, holds something that no version ever wrote there; unknown keys never do. */
    static boolean isBroken(String key, String text) {
        return switch (key) {
            case "config", "sync", "failsafe", ClusterViews.JOBS, ClusterViews.JOB ->
                object(text).isEmpty();
            case "history" -> json(text).filter(Sequence.class::isInstance).isEmpty();
            case "status" ->
                json(text)
                        .filter(value -> value instanceof Mapping || value instanceof Whole)
                        .isEmpty();
            case "failover" -> json(text).isEmpty() && text.startsWith("{");
            case "initialize" -> !text.isEmpty() && !text.matches("[0-9]{10,}");
            default ->
                key.startsWith("members/")
                        && !text.startsWith("postgres")
                        && object(text).isEmpty();
        };
    }

    /** A member's data; empty when the text isn't an object. */
    public static Mapping readMember(String text) {
        return text.startsWith("postgres")
                ? LegacyMember.read(text)
                : object(text).orElse(Mapping.empty());
    }

    public static String write(Mapping mapping) {
        return Json.compact(mapping);
    }

    /** The dynamic configuration; absent when the text isn't an object. */
    public static Optional<DynamicConfiguration> readConfig(String text, long revision) {
        return object(text).map(raw -> new DynamicConfiguration(raw, revision));
    }

    public static String write(DynamicConfiguration configuration) {
        return Json.compact(configuration.raw());
    }

    /** What is requested, absent if neither a leader nor a candidate is named. Text that isn't JSON is the old form {@code leader:candidate}. */
    public static Optional<FailoverRequest> readFailover(String text, long revision) {
        Optional<FailoverRequest> request = json(text)
                .map(value -> failover(value, revision))
                .orElseGet(() -> Optional.of(legacyFailover(text, revision)));
        return request.filter(
                asked -> asked.leader().isPresent() || asked.candidate().isPresent());
    }

    public static String write(FailoverRequest request) {
        return Json.compact(request.toJson());
    }

    /** Who replicates synchronously; nobody, at the same revision, when the text is broken. */
    public static SyncState readSync(String text, long revision) {
        Mapping object = object(text).orElse(Mapping.empty());
        Optional<String> leader = named(object, "leader");
        long quorum = leader.isPresent() ? object.whole("quorum").orElse(0) : 0;
        List<String> standbys =
                object.text("sync_standby").map(ClusterJson::split).orElse(List.of());
        return new SyncState(leader, Math.clamp(quorum, 0, Integer.MAX_VALUE), standbys, revision);
    }

    public static String write(SyncState sync) {
        Value standbys = sync.standbys().isEmpty()
                ? new Null()
                : new Text(String.join(",", sync.standbys().stream().sorted().toList()));
        return Json.compact(Mapping.empty()
                .with("leader", sync.leader().<Value>map(Text::new).orElse(new Null()))
                .with("quorum", sync.quorum())
                .with("sync_standby", standbys));
    }

    /** Slot name to position; what is no position is left out. */
    static Map<String, Lsn> slots(Mapping positions) {
        Map<String, Lsn> slots = new LinkedHashMap<>();
        positions.entries().forEach((slot, lsn) -> lsn.asWhole().ifPresent(bytes -> slots.put(slot, new Lsn(bytes))));
        return slots;
    }

    /** Positions; a plain number is the old form without slots, also of optime/leader. */
    public static Status readStatus(String text) {
        Value value = json(text).orElse(Mapping.empty());
        Mapping object = value instanceof Mapping mapping ? mapping : Mapping.empty();
        OptionalLong optime = value instanceof Whole(long number) ? OptionalLong.of(number) : object.whole("optime");
        Map<String, Lsn> slots = nested(object, "slots") instanceof Mapping mapping ? slots(mapping) : Map.of();
        List<String> retained = nested(object, "retain_slots") instanceof Sequence(List<Value> items)
                ? items.stream().flatMap(item -> item.asText().stream()).toList()
                : List.of();
        return new Status(new Lsn(optime.orElse(0)), slots, retained);
    }

    /** Empty slots and retained slots are left out; both are sorted. */
    public static String write(Status status) {
        Mapping slots = Mapping.empty();
        for (Map.Entry<String, Lsn> slot : new TreeMap<>(status.slots()).entrySet()) {
            slots = slots.with(slot.getKey(), slot.getValue().bytes());
        }
        List<String> retained = status.retainSlots().stream().sorted().toList();
        Mapping object = Mapping.empty().with("optime", status.optime().bytes());
        object = slots.isEmpty() ? object : object.with("slots", slots);
        return Json.compact(retained.isEmpty() ? object : object.with("retain_slots", Value.texts(retained)));
    }

    /** Timelines that ended; entries that make no sense are left out. */
    public static History readHistory(String text) {
        if (!(json(text).orElse(new Null()) instanceof Sequence(List<Value> items))) {
            return History.EMPTY;
        }
        return new History(
                items.stream().flatMap(item -> historyEntry(item).stream()).toList());
    }

    public static String write(History history) {
        return Json.compact(new Sequence(
                history.entries().stream().map(ClusterJson::historyLine).toList()));
    }

    /** Member name to api_url; empty when the text isn't an object. */
    public static Map<String, String> readFailsafe(String text) {
        Map<String, String> urls = new TreeMap<>();
        object(text)
                .orElse(Mapping.empty())
                .entries()
                .forEach((member, url) -> url.asText().ifPresent(given -> urls.put(member, given)));
        return urls;
    }

    public static String writeFailsafe(Map<String, String> urls) {
        Map<String, Value> sorted = new TreeMap<>();
        urls.forEach((member, url) -> sorted.put(member, new Text(url)));
        return Json.compact(new Mapping(sorted));
    }

    /** Schedules and reports; without any, at the same revision, when the text is broken. */
    static JobJournal readJobs(String text, long revision) {
        return JobJournal.of(object(text).orElse(Mapping.empty()), revision);
    }

    /** The job that runs; absent when the text is broken. */
    static Optional<JobLock> readJob(String text) {
        return object(text).flatMap(JobLock::of);
    }

    private static Optional<Value> json(String text) {
        try {
            return Optional.of(Json.parse(text));
        } catch (MalformedDocument broken) {
            return Optional.empty();
        }
    }

    private static Optional<Mapping> object(String text) {
        return json(text).filter(Mapping.class::isInstance).map(Mapping.class::cast);
    }

    /** Some versions wrote slots and retain_slots as JSON inside a text. */
    private static Value nested(Mapping object, String key) {
        Value value = object.find(key).orElse(new Null());
        return value instanceof Text(String text) ? json(text).orElse(new Null()) : value;
    }

    private static Optional<String> named(Mapping object, String key) {
        return object.text(key).filter(name -> !name.isEmpty());
    }

    private static List<String> split(String names) {
        return Arrays.stream(names.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static Optional<FailoverRequest> failover(Value value, long revision) {
        return value instanceof Mapping object
                ? Optional.of(new FailoverRequest(
                        named(object, "leader"), named(object, "member"), named(object, "scheduled_at"), revision))
                : Optional.empty();
    }

    private static FailoverRequest legacyFailover(String text, long revision) {
        List<Optional<String>> names = Arrays.stream(text.split(":", -1))
                .map(name -> Optional.of(name.strip()).filter(given -> !given.isEmpty()))
                .toList();
        Optional<String> candidate = names.size() > 1 ? names.get(1) : Optional.empty();
        return new FailoverRequest(names.getFirst(), candidate, Optional.empty(), revision);
    }

    private static Optional<History.Entry> historyEntry(Value item) {
        if (!(item instanceof Sequence(List<Value> fields)) || fields.size() < 3) {
            return Optional.empty();
        }
        OptionalLong timeline = fields.get(0).asWhole();
        OptionalLong end = fields.get(1).asWhole();
        if (timeline.isEmpty() || end.isEmpty() || timeline.getAsLong() != (int) timeline.getAsLong()) {
            return Optional.empty();
        }
        return Optional.of(new History.Entry(
                (int) timeline.getAsLong(),
                new Lsn(end.getAsLong()),
                fields.get(2).asText().orElse(""),
                fields.size() > 3 ? fields.get(3).asText() : Optional.empty(),
                fields.size() > 4 ? fields.get(4).asText() : Optional.empty()));
    }

    private static Value historyLine(History.Entry entry) {
        List<Value> fields = new ArrayList<>(
                List.of(Value.of(entry.timeline()), Value.of(entry.end().bytes()), Value.of(entry.reason())));
        if (entry.timestamp().isPresent() || entry.newLeader().isPresent()) {
            fields.add(entry.timestamp().<Value>map(Text::new).orElse(new Null()));
        }
        entry.newLeader().ifPresent(leader -> fields.add(new Text(leader)));
        return new Sequence(fields);
    }
}
