package io.matriarch.cluster;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Builds a {@link ClusterView} from the keys in the DCS (reference 3.1 and 3.2). Unknown keys are ignored, broken values count as absent or empty. */
public final class ClusterViews {
    /** The key of the jobs' schedules and reports; Patroni ignores it. */
    public static final String JOBS = "matriarch/jobs";

    /** The key of the job that runs; Patroni ignores it. */
    public static final String JOB = "matriarch/job";

    private static final String MEMBERS = "members/";

    private ClusterViews() {}

    /** The view of {@code entries}, which are all keys below the cluster's prefix, read at one revision. */
    public static ClusterView from(Collection<KeyedValue> entries) {
        Map<String, KeyedValue> byKey = entries.stream()
                .collect(Collectors.toMap(
                        KeyedValue::key,
                        Function.identity(),
                        (one, other) -> one.revision() > other.revision() ? one : other));
        Lookup keys = new Lookup(byKey);
        return new ClusterView(
                keys.find("initialize").map(KeyedValue::value),
                keys.find("config").flatMap(entry -> ClusterJson.readConfig(entry.value(), entry.revision())),
                keys.find("leader")
                        .filter(entry -> !isNobodysLock(entry, keys))
                        .map(entry -> new Leader(entry.value(), entry.revision(), entry.lease())),
                status(keys),
                members(byKey.values()),
                keys.find("failover").flatMap(entry -> ClusterJson.readFailover(entry.value(), entry.revision())),
                keys.find("sync")
                        .map(entry -> ClusterJson.readSync(entry.value(), entry.revision()))
                        .orElse(SyncState.NONE),
                keys.find("history")
                        .map(entry -> ClusterJson.readHistory(entry.value()))
                        .orElse(History.EMPTY),
                keys.find("failsafe")
                        .map(entry -> ClusterJson.readFailsafe(entry.value()))
                        .orElse(Map.of()),
                jobs(keys),
                brokenKeys(keys));
    }

    /**
     * Whether the leader key was written by nobody who can hold the lock: every member's lock carries a lease, and this one names no member either. It would never
     * run out, so without a person's help the cluster would have no primary for ever. A person who names a member there is obeyed.
     */
    public static boolean isNobodysLock(KeyedValue leader, Predicate<String> isMember) {
        return leader.lease() == 0 && !isMember.test(leader.value());
    }

    private static boolean isNobodysLock(KeyedValue leader, Lookup keys) {
        return isNobodysLock(leader, name -> keys.find(MEMBERS + name).isPresent());
    }

    private static Set<String> brokenKeys(Lookup keys) {
        return keys.byKey().values().stream()
                .filter(entry -> entry.key().equals("leader")
                        ? isNobodysLock(entry, keys)
                        : ClusterJson.isBroken(entry.key(), entry.value()))
                .map(KeyedValue::key)
                .collect(Collectors.toSet());
    }

    private static JobBoard jobs(Lookup keys) {
        return new JobBoard(
                keys.find(JOBS)
                        .map(entry -> ClusterJson.readJobs(entry.value(), entry.revision()))
                        .orElse(JobJournal.EMPTY),
                keys.find(JOB).flatMap(entry -> ClusterJson.readJob(entry.value())));
    }

    /** Members older than 2.1.0 know only optime/leader; it counts when there is no status. */
    private static Status status(Lookup keys) {
        return keys.find("status")
                .or(() -> keys.find("optime/leader"))
                .map(entry -> ClusterJson.readStatus(entry.value()))
                .orElse(Status.UNKNOWN);
    }

    private static List<Member> members(Collection<KeyedValue> entries) {
        return entries.stream()
                .filter(entry ->
                        entry.key().startsWith(MEMBERS) && entry.key().lastIndexOf('/') == MEMBERS.length() - 1)
                .map(entry -> new Member(
                        entry.key().substring(MEMBERS.length()),
                        ClusterJson.readMember(entry.value()),
                        entry.revision(),
                        entry.lease()))
                .toList();
    }

    private record Lookup(Map<String, KeyedValue> byKey) {
        Optional<KeyedValue> find(String key) {
            return Optional.ofNullable(byKey.get(key));
        }
    }
}
