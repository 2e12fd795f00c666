package io.matriarch.dcs.etcd;

import io.matriarch.cluster.ClusterJson;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ClusterViews;
import io.matriarch.cluster.JobJournal;
import io.matriarch.cluster.JobLock;
import io.matriarch.cluster.KeyedValue;
import io.matriarch.cluster.Status;
import io.matriarch.config.EtcdSettings;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.dcs.etcd.LeaseKeeper.Alive;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * The DCS in etcd v3 (reference section 3).
 *
 * <p>{@link #read} serves the watched copy, but only after a keep-alive of the own lease was answered less than a sixth of the TTL ago: whoever can't reach a working
 * etcd gets no old copy as news. The same keep-alive serves the renewal that follows, so that a quiet node sends one request a loop.
 */
public final class EtcdDcs implements Dcs {
    /** A keep-alive sent this short a time ago counts for a renewal; {@link #RENEWAL_FRESHNESS} must stay far below the shortest TTL. */
    public static final Duration RENEWAL_FRESHNESS = Duration.ofSeconds(1);

    private static final String LEADER = "leader";
    private static final String INITIALIZE = "initialize";
    private static final String BOOTSTRAPS = "another member bootstraps the cluster";
    private static final String GONE = "nobody holds the leader key any more, it has to be taken anew";
    private static final String NOT_OUR_JOB = "another member does a scheduled job";
    private static final String BUSY = "another request to etcd is still waiting for its answer";

    private final EtcdClient client;
    private final Watcher watcher;
    private final LeaseKeeper lease;
    private final String prefix;
    private final Optional<String> member;
    private final ReentrantLock lock = new ReentrantLock();
    private Duration ttl;

    /**
     * Connects to nothing yet.
     *
     * @param prefix such as {@code /service/batman/}
     * @param member the own name; absent for a client that only reads and writes configuration, and then there is no lease
     */
    public EtcdDcs(
            Vertx vertx, EtcdSettings settings, String prefix, Optional<String> member, Duration ttl, Ticker ticker) {
        this.client = new EtcdClient(vertx, settings, ticker);
        this.watcher = new Watcher(client, prefix, ticker);
        this.lease = new LeaseKeeper(client, ticker, ttl);
        this.prefix = prefix;
        this.member = member;
        this.ttl = ttl;
    }

    /** Whether etcd lets this agent in. */
    public sealed interface Access {
        /** It answers. */
        record Granted() implements Access {}

        /** It says that user or password are wrong: trying again is pointless. */
        record Rejected(String why) implements Access {}

        /** It doesn't answer. */
        record Unknown(String why) implements Access {}
    }

    /** Asks etcd for anything, at start. */
    public Access access(Deadline deadline) {
        return switch (client.call(Method.RANGE, Requests.rangeOfPrefix(prefix), deadline)) {
            case Reply.Answer _ -> new Access.Granted();
            case Reply.Failure failure
            when failure.text().contains("authentication failed")
                    || failure.text().contains("user name is empty") -> new Access.Rejected(failure.text());
            case Reply.Failure failure -> new Access.Unknown(failure.text());
            case Reply.NoAnswer none -> new Access.Unknown(none.why());
        };
    }

    @Override
    public Reading read(Deadline deadline) {
        if (!locked(deadline)) {
            return new Reading.Unavailable(BUSY);
        }
        try {
            if (lease.exists() && lease.keepAlive(ttl.dividedBy(6), deadline) instanceof Alive.Unknown(String why)) {
                return new Reading.Unavailable(why);
            }
        } finally {
            lock.unlock();
        }
        client.discoverIfDue(deadline);
        return watcher.entries(deadline)
                .<Reading>map(entries -> new Reading.Known(ClusterViews.from(entries)))
                .orElseGet(() -> new Reading.Unavailable(watcher.trouble()));
    }

    /** Another thread may hold it until its own deadline. */
    private boolean locked(Deadline deadline) {
        try {
            return lock.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public Reading readFresh(Deadline deadline) {
        return switch (client.call(Method.RANGE, Requests.rangeOfPrefix(prefix), deadline)) {
            case Reply.Answer answer -> known(answer.message());
            case Reply.Failure failure -> new Reading.Unavailable(failure.text());
            case Reply.NoAnswer none -> new Reading.Unavailable(none.why());
        };
    }

    private Reading known(Message answer) {
        try {
            return new Reading.Known(view(answer.messages(2)));
        } catch (UncheckedIOException broken) {
            return new Reading.Unavailable("etcd's answer is no list of keys");
        }
    }

    private ClusterView view(List<Message> keyValues) {
        KeyCopy copy = new KeyCopy(prefix);
        copy.replace(keyValues);
        return ClusterViews.from(copy.all());
    }

    @Override
    public Writing write(DcsCommand command, Deadline deadline) {
        if (!locked(deadline)) {
            return new Writing.Unavailable(BUSY);
        }
        try {
            return switch (command) {
                case DcsCommand.AcquireLeader _ -> acquire(deadline);
                case DcsCommand.RenewLeader _ -> renew(deadline);
                case DcsCommand.TakeLeader _ -> withLease(deadline, held -> put(LEADER, self(), held, deadline));
                case DcsCommand.ReleaseLeader(Optional<Status> last) -> release(last, deadline);
                case DcsCommand.TouchMember touch -> touch(touch, deadline);
                case DcsCommand.CreateInitialize _ -> withLease(deadline, held -> createInitialize(held, deadline));
                case DcsCommand.RegisterBootstrap(String identifier) ->
                    withLease(deadline, held -> register(identifier, held, deadline));
                case DcsCommand.PutInitialize(String identifier) -> put(INITIALIZE, identifier, 0, deadline);
                case DcsCommand.DeleteInitialize _ -> withLease(deadline, held -> deleteInitialize(held, deadline));
                case DcsCommand.PutConfig put ->
                    putIf("config", ClusterJson.write(put.config()), put.expectedRevision(), deadline);
                case DcsCommand.PutFailover put ->
                    putIf("failover", ClusterJson.write(put.request()), put.expectedRevision(), deadline);
                case DcsCommand.PutStatus(Status status) -> put("status", ClusterJson.write(status), 0, deadline);
                case DcsCommand.PutHistory put -> put("history", ClusterJson.write(put.history()), 0, deadline);
                case DcsCommand.PutSync put ->
                    putIf(
                            "sync",
                            ClusterJson.write(put.sync()),
                            OptionalLong.of(put.sync().revision()),
                            deadline);
                case DcsCommand.DeleteSync(long revision) ->
                    txn(
                            Requests.modifiedAt(prefix + "sync", revision),
                            Requests.opDelete(Requests.delete(prefix + "sync")),
                            "sync was changed by somebody else",
                            revisionNow -> watcher.wrote(copy -> copy.delete("sync", revisionNow)),
                            deadline);
                case DcsCommand.PutFailsafe put -> putFailsafe(ClusterJson.writeFailsafe(put.members()), deadline);
                case DcsCommand.PutJobs(JobJournal journal) ->
                    putIf(
                            ClusterViews.JOBS,
                            ClusterJson.write(journal.toJson()),
                            OptionalLong.of(journal.revision()),
                            deadline);
                case DcsCommand.TakeJob(JobLock job) -> withLease(deadline, held -> takeJob(job, held, deadline));
                case DcsCommand.EndJob(JobLock job) ->
                    txn(
                            Requests.valueIs(prefix + ClusterViews.JOB, ClusterJson.write(job.toJson())),
                            Requests.opDelete(Requests.delete(prefix + ClusterViews.JOB)),
                            NOT_OUR_JOB,
                            revision -> watcher.wrote(copy -> copy.delete(ClusterViews.JOB, revision)),
                            deadline);
                case DcsCommand.RemoveCluster _ ->
                    writing(client.call(Method.DELETE_RANGE, Requests.deletePrefix(prefix), deadline), _ -> {});
            };
        } catch (UncheckedIOException broken) {
            return new Writing.Unavailable("etcd's answer makes no sense: " + broken.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /** Not by a former leader, late: whoever may go on without etcd depends on what is there. */
    private Writing putFailsafe(String text, Deadline deadline) {
        return txn(
                Requests.valueIs(prefix + LEADER, self()),
                Requests.opPut(Requests.put(prefix + "failsafe", text, 0)),
                "the leader key isn't ours",
                revision -> watcher.wrote(copy -> copy.put("failsafe", text, revision, 0)),
                deadline);
    }

    private Writing takeJob(JobLock job, long held, Deadline deadline) {
        String text = ClusterJson.write(job.toJson());
        Optional<KeyedValue> there = watcher.find(ClusterViews.JOB);
        if (there.isPresent()) {
            boolean ours = there.get().value().equals(text) && there.get().lease() == held;
            return ours ? new Writing.Written(there.get().revision()) : new Writing.Refused(NOT_OUR_JOB);
        }
        return txn(
                Requests.createdAt(prefix + ClusterViews.JOB, 0),
                Requests.opPut(Requests.put(prefix + ClusterViews.JOB, text, held)),
                NOT_OUR_JOB,
                revision -> watcher.wrote(copy -> copy.put(ClusterViews.JOB, text, revision, held)),
                deadline);
    }

    private Optional<KeyedValue> nobodysLock() {
        return watcher.find(LEADER)
                .filter(key -> ClusterViews.isNobodysLock(
                        key, name -> watcher.find("members/" + name).isPresent()));
    }

    private Writing acquire(Deadline deadline) {
        return withLease(deadline, held -> takeIfFree(held, deadline));
    }

    private Writing takeIfFree(long held, Deadline deadline) {
        Message.Builder free = nobodysLock()
                .map(nobodys -> Requests.modifiedAt(prefix + LEADER, nobodys.revision()))
                .orElseGet(() -> Requests.createdAt(prefix + LEADER, 0));
        return txn(
                free,
                Requests.opPut(Requests.put(prefix + LEADER, self(), held)),
                "Could not take out TTL lock",
                revision -> watcher.wrote(copy -> copy.put(LEADER, self(), revision, held)),
                deadline);
    }

    /**
     * The key carries our lease and the lease lives: that is all. Otherwise the key is moved to the new lease if it is ours. If nobody holds it any more, others may have
     * led since: it has to be acquired, by who has looked at their timelines (reference section 9, case 9).
     */
    private Writing renew(Deadline deadline) {
        return switch (lease.ensure(RENEWAL_FRESHNESS, deadline)) {
            case Alive.Unknown(String why) -> new Writing.Unavailable(why);
            case Alive.Expired _ -> new Writing.Unavailable("the lease ran out while it was renewed");
            case Alive.Yes(long held) -> {
                Optional<KeyedValue> key = watcher.find(LEADER);
                boolean carried = key.filter(
                                entry -> entry.lease() == held && entry.value().equals(self()))
                        .isPresent();
                if (carried) {
                    yield new Writing.Written(key.orElseThrow().revision());
                }
                yield nobodysLock().isPresent() ? new Writing.Unavailable(GONE) : moveToLease(held, deadline);
            }
        };
    }

    private Writing moveToLease(long held, Deadline deadline) {
        Message.Builder put = Requests.opPut(Requests.put(prefix + LEADER, self(), held));
        Message.Builder isItGone =
                Requests.opTxn(Requests.txn(Requests.createdAt(prefix + LEADER, 0), List.of(), List.of()));
        Message.Builder txn = Requests.txn(Requests.valueIs(prefix + LEADER, self()), List.of(put), List.of(isItGone));
        return switch (client.call(Method.TXN, txn, deadline)) {
            case Reply.NoAnswer none -> new Writing.Unavailable(none.why());
            case Reply.Failure failure -> new Writing.Unavailable(failure.text());
            case Reply.Answer answer -> {
                if (answer.message().flag(2)) {
                    watcher.wrote(copy -> copy.put(LEADER, self(), answer.revision(), held));
                    yield new Writing.Written(answer.revision());
                }
                boolean gone = answer.message().messages(3).stream()
                        .anyMatch(operation -> operation.message(4).flag(2));
                String why = gone ? GONE : "the leader key is somebody else's";
                watcher.restart(why);
                yield gone ? new Writing.Unavailable(why) : new Writing.Refused(why);
            }
        };
    }

    private Writing release(Optional<Status> last, Deadline deadline) {
        if (last.isPresent()
                && put("status", ClusterJson.write(last.get()), 0, deadline)
                        instanceof Writing.Unavailable unavailable) {
            return unavailable;
        }
        return txn(
                Requests.valueIs(prefix + LEADER, self()),
                Requests.opDelete(Requests.delete(prefix + LEADER)),
                "the leader key isn't ours",
                revision -> watcher.wrote(copy -> copy.delete(LEADER, revision)),
                deadline);
    }

    private Writing touch(DcsCommand.TouchMember touch, Deadline deadline) {
        String key = "members/" + self();
        String text = ClusterJson.write(touch.data());
        return switch (lease.ensure(ttl.dividedBy(6), deadline)) {
            case Alive.Unknown(String why) -> new Writing.Unavailable(why);
            case Alive.Expired _ -> new Writing.Unavailable("the lease ran out");
            case Alive.Yes(long held) -> {
                Optional<KeyedValue> there = watcher.find(key)
                        .filter(entry -> entry.lease() == held && entry.value().equals(text));
                yield there.isPresent() ? new Writing.Written(there.get().revision()) : put(key, text, held, deadline);
            }
        };
    }

    private Writing createInitialize(long held, Deadline deadline) {
        Optional<KeyedValue> key = watcher.find(INITIALIZE);
        if (key.isEmpty()) {
            return putInitialize("", held, 0, "initialize exists already", deadline);
        }
        return key.filter(there -> isOurBootstrap(there, held))
                .<Writing>map(ours -> new Writing.Written(ours.revision()))
                .orElseGet(() -> new Writing.Refused("initialize exists already"));
    }

    private Writing register(String identifier, long held, Deadline deadline) {
        Optional<KeyedValue> key = watcher.find(INITIALIZE);
        if (key.isEmpty() || isOurBootstrap(key.get(), held)) {
            long revision = key.map(KeyedValue::revision).orElse(0L);
            return putInitialize(identifier, 0, revision, BOOTSTRAPS, deadline) instanceof Writing.Written written
                    ? written
                    : new Writing.Unavailable("the initialize key has changed");
        }
        if (key.get().value().isEmpty()) {
            return new Writing.Unavailable(BOOTSTRAPS);
        }
        return key.get().value().equals(identifier)
                ? new Writing.Written(key.get().revision())
                : new Writing.Refused("another cluster is registered, with system identifier "
                        + key.get().value());
    }

    private Writing deleteInitialize(long held, Deadline deadline) {
        Optional<KeyedValue> key = watcher.find(INITIALIZE);
        if (key.isEmpty()) {
            return new Writing.Written(0);
        }
        return key.get().value().isEmpty() && !isOurBootstrap(key.get(), held)
                ? new Writing.Refused(BOOTSTRAPS)
                : txn(
                        Requests.modifiedAt(prefix + INITIALIZE, key.get().revision()),
                        Requests.opDelete(Requests.delete(prefix + INITIALIZE)),
                        BOOTSTRAPS,
                        revision -> watcher.wrote(copy -> copy.delete(INITIALIZE, revision)),
                        deadline);
    }

    private static boolean isOurBootstrap(KeyedValue initialize, long held) {
        return initialize.value().isEmpty() && initialize.lease() == held;
    }

    /** If it still has this revision; 0: if there is none. */
    private Writing putInitialize(String value, long held, long expected, String refusal, Deadline deadline) {
        return txn(
                Requests.modifiedAt(prefix + INITIALIZE, expected),
                Requests.opPut(Requests.put(prefix + INITIALIZE, value, held)),
                refusal,
                revision -> watcher.wrote(copy -> copy.put(INITIALIZE, value, revision, held)),
                deadline);
    }

    /** Once more with a new lease when etcd has forgotten the old one in between. */
    private Writing withLease(Deadline deadline, LongFunction<Writing> write) {
        for (int attempt = 0; attempt < 2; attempt++) {
            switch (lease.ensure(RENEWAL_FRESHNESS, deadline)) {
                case Alive.Unknown(String why) -> {
                    return new Writing.Unavailable(why);
                }
                case Alive.Expired _ -> {
                    return new Writing.Unavailable("the lease ran out");
                }
                case Alive.Yes(long held) -> {
                    Writing writing = write.apply(held);
                    boolean forgotten = writing instanceof Writing.Unavailable(String why)
                            && why.contains("requested lease not found");
                    if (!forgotten) {
                        return writing;
                    }
                    lease.forget();
                }
            }
        }
        return new Writing.Unavailable("etcd forgot two leases in a row");
    }

    private Writing put(String name, String value, long held, Deadline deadline) {
        return writing(
                client.call(Method.PUT, Requests.put(prefix + name, value, held), deadline),
                revision -> watcher.wrote(copy -> copy.put(name, value, revision, held)));
    }

    private Writing putIf(String name, String value, OptionalLong expected, Deadline deadline) {
        if (expected.isEmpty()) {
            return put(name, value, 0, deadline);
        }
        return txn(
                Requests.modifiedAt(prefix + name, expected.getAsLong()),
                Requests.opPut(Requests.put(prefix + name, value, 0)),
                name + " was changed by somebody else",
                revision -> watcher.wrote(copy -> copy.put(name, value, revision, 0)),
                deadline);
    }

    private Writing txn(
            Message.Builder compare, Message.Builder then, String refusal, LongConsumer written, Deadline deadline) {
        Reply reply = client.call(Method.TXN, Requests.txn(compare, List.of(then), List.of()), deadline);
        if (reply instanceof Reply.Answer answer && !answer.message().flag(2)) {
            watcher.restart(refusal);
            return new Writing.Refused(refusal);
        }
        return writing(reply, written);
    }

    /** Every error that isn't a plain no means: not known whether it was done. */
    private static Writing writing(Reply reply, LongConsumer written) {
        return switch (reply) {
            case Reply.NoAnswer none -> new Writing.Unavailable(none.why());
            case Reply.Failure failure -> new Writing.Unavailable(failure.text());
            case Reply.Answer answer -> {
                written.accept(answer.revision());
                yield new Writing.Written(answer.revision());
            }
        };
    }

    private String self() {
        return member.orElseThrow(() -> new IllegalStateException("this client has no member name"));
    }

    @Override
    public void setTtl(Duration changed) {
        lock.lock();
        try {
            ttl = changed;
            lease.setTtl(changed);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onChange(Runnable listener) {
        watcher.onChange(listener);
    }

    @Override
    public void close() {
        watcher.close();
        client.close();
    }
}
