package io.matriarch.dcs;

import io.matriarch.cluster.ClusterJson;
import io.matriarch.cluster.ClusterViews;
import io.matriarch.cluster.JobJournal;
import io.matriarch.cluster.JobLock;
import io.matriarch.cluster.KeyedValue;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A member's client of a {@link FakeEtcd}, with a network in between that can fail before or after the effect. */
public final class FakeDcs implements Dcs {
    private final FakeEtcd etcd;
    private final String member;
    private final Network network;
    private Duration ttl;
    private final Map<String, Own> own = new HashMap<>();
    private long lease;
    private long seenUpTo;

    public FakeDcs(FakeEtcd etcd, String member, Duration ttl, Network network) {
        this.etcd = etcd;
        this.member = member;
        this.ttl = ttl;
        this.network = network;
        this.seenUpTo = etcd.now(); // a client begins with a read, and watches from there
    }

    /** The latest own write of a key. */
    private record Own(long revision, Optional<KeyedValue> entry) {}

    /** What happens to a call. */
    public enum Fate {
        ANSWERED,
        LOST_BEFORE,
        ANSWER_LOST
    }

    /** Decides about each call, and lets the time pass that it costs. */
    @FunctionalInterface
    public interface Network {
        Fate call(Deadline deadline);

        /** How far the watch is behind. */
        default Duration lag() {
            return Duration.ZERO;
        }

        /** Nothing ever fails. */
        static Network perfect() {
            return _ -> Fate.ANSWERED;
        }
    }

    @Override
    public Reading read(Deadline deadline) {
        if (network.call(deadline) != Fate.ANSWERED) {
            return new Reading.Unavailable("simulated");
        }
        if (lease != 0 && !etcd.keepAlive(lease)) {
            lease = 0;
        }
        return new Reading.Known(ClusterViews.from(watched()));
    }

    /** The copy that a watch keeps: maybe behind, but it never goes back, and own writes are in it at once. */
    private List<KeyedValue> watched() {
        seenUpTo = Math.max(seenUpTo, etcd.now() - network.lag().toNanos());
        FakeEtcd.Snapshot past = etcd.asOf(seenUpTo);
        Map<String, KeyedValue> copy = new TreeMap<>();
        past.keys().forEach(entry -> copy.put(entry.key(), entry));
        own.forEach((key, write) -> {
            if (write.revision() > past.revision()) {
                write.entry().ifPresentOrElse(entry -> copy.put(key, entry), () -> copy.remove(key));
            }
        });
        return List.copyOf(copy.values());
    }

    @Override
    public Reading readFresh(Deadline deadline) {
        return read(deadline);
    }

    @Override
    public Writing write(DcsCommand command, Deadline deadline) {
        Fate fate = network.call(deadline);
        if (fate == Fate.LOST_BEFORE) {
            return new Writing.Unavailable("simulated");
        }
        etcd.expire();
        Writing writing = apply(command);
        return fate == Fate.ANSWER_LOST ? new Writing.Unavailable("simulated lost answer") : writing;
    }

    private Writing apply(DcsCommand command) {
        return switch (command) {
            case DcsCommand.AcquireLeader _ -> acquire();
            case DcsCommand.RenewLeader _ -> renew();
            case DcsCommand.TakeLeader _ -> put("leader", member, lease());
            case DcsCommand.ReleaseLeader release -> {
                release.lastStatus().ifPresent(status -> put("status", ClusterJson.write(status), 0));
                yield when(isMine(), "not ours", () -> wrote("leader", etcd.delete("leader")));
            }
            case DcsCommand.TouchMember touch -> put("members/" + member, ClusterJson.write(touch.data()), lease());
            case DcsCommand.CreateInitialize _ ->
                when(initialize().isEmpty() || isOurBootstrap(), "exists", () -> put("initialize", "", lease()));
            case DcsCommand.RegisterBootstrap(String identifier) -> register(identifier);
            case DcsCommand.PutInitialize initialize -> put("initialize", initialize.systemIdentifier(), 0);
            case DcsCommand.DeleteInitialize _ ->
                when(
                        !initialize().equals(Optional.of("")) || isOurBootstrap(),
                        "another member bootstraps",
                        () -> wrote("initialize", etcd.delete("initialize")));
            case DcsCommand.PutConfig config ->
                putIf("config", ClusterJson.write(config.config()), config.expectedRevision());
            case DcsCommand.PutFailover failover ->
                putIf("failover", ClusterJson.write(failover.request()), failover.expectedRevision());
            case DcsCommand.PutStatus status -> put("status", ClusterJson.write(status.status()), 0);
            case DcsCommand.PutHistory history -> put("history", ClusterJson.write(history.history()), 0);
            case DcsCommand.PutSync sync ->
                putIf(
                        "sync",
                        ClusterJson.write(sync.sync()),
                        OptionalLong.of(sync.sync().revision()));
            case DcsCommand.DeleteSync sync ->
                when(revision("sync") == sync.expectedRevision(), "changed", () -> wrote("sync", etcd.delete("sync")));
            case DcsCommand.PutFailsafe failsafe ->
                when(isMine(), "not ours", () -> put("failsafe", ClusterJson.writeFailsafe(failsafe.members()), 0));
            case DcsCommand.PutJobs(JobJournal journal) ->
                putIf(ClusterViews.JOBS, ClusterJson.write(journal.toJson()), OptionalLong.of(journal.revision()));
            case DcsCommand.TakeJob(JobLock job) ->
                when(
                        etcd.find(ClusterViews.JOB)
                                .filter(there -> !there.value().equals(ClusterJson.write(job.toJson())))
                                .isEmpty(),
                        "taken",
                        () -> put(ClusterViews.JOB, ClusterJson.write(job.toJson()), lease()));
            case DcsCommand.EndJob(JobLock job) ->
                when(
                        etcd.find(ClusterViews.JOB)
                                .filter(there -> there.value().equals(ClusterJson.write(job.toJson())))
                                .isPresent(),
                        "not ours",
                        () -> wrote(ClusterViews.JOB, etcd.delete(ClusterViews.JOB)));
            case DcsCommand.RemoveCluster _ -> {
                etcd.clear();
                yield new Writing.Written(0);
            }
        };
    }

    private Optional<String> initialize() {
        return etcd.find("initialize").map(KeyedValue::value);
    }

    private boolean isOurBootstrap() {
        return etcd.find("initialize")
                .filter(key -> key.value().isEmpty() && key.lease() == lease && lease != 0)
                .isPresent();
    }

    private Writing register(String identifier) {
        if (initialize().isEmpty() || isOurBootstrap()) {
            return put("initialize", identifier, 0);
        }
        return initialize().equals(Optional.of(""))
                ? new Writing.Unavailable("another member bootstraps")
                : when(
                        initialize().equals(Optional.of(identifier)),
                        "another cluster is registered",
                        () -> new Writing.Written(revision("initialize")));
    }

    private Writing acquire() {
        return when(etcd.find("leader").isEmpty(), "Could not take out TTL lock", () -> put("leader", member, lease()));
    }

    private Writing renew() {
        long held = lease();
        return etcd.find("leader").isEmpty()
                ? new Writing.Unavailable("nobody holds it any more")
                : when(isMine(), "somebody else's", () -> put("leader", member, held));
    }

    private boolean isMine() {
        return etcd.find("leader").map(KeyedValue::value).equals(Optional.of(member));
    }

    private long lease() {
        if (lease == 0 || !etcd.keepAlive(lease)) {
            lease = etcd.grant(ttl);
        }
        return lease;
    }

    private Writing put(String key, String value, long held) {
        boolean same = etcd.find(key)
                .filter(entry -> entry.value().equals(value) && entry.lease() == held && held != 0)
                .isPresent();
        return same ? new Writing.Written(revision(key)) : wrote(key, etcd.put(key, value, held));
    }

    private Writing wrote(String key, long revision) {
        own.put(key, new Own(revision, etcd.find(key)));
        return new Writing.Written(revision);
    }

    private Writing putIf(String key, String value, OptionalLong expected) {
        boolean fits = expected.isEmpty() || revision(key) == expected.getAsLong();
        return when(fits, key + " was changed", () -> wrote(key, etcd.put(key, value, 0)));
    }

    private long revision(String key) {
        return etcd.find(key).map(KeyedValue::revision).orElse(0L);
    }

    private static Writing when(boolean condition, String refusal, Supplier<Writing> then) {
        return condition ? then.get() : new Writing.Refused(refusal);
    }

    @Override
    public void setTtl(Duration changed) {
        if (!changed.equals(ttl)) {
            ttl = changed;
            lease = 0;
        }
    }

    @Override
    public void onChange(Runnable listener) {
        etcd.onChange(listener);
    }

    @Override
    public void close() {
        lease = 0;
    }
}
