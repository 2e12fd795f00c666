package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerReading.WalSender;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.Tags;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What node {@code n1} of n1, n2 and n3 sees, for tests of rare moments: everything in it can be changed by itself. As made, n1 is the primary at 100 on timeline 1 and
 * holds the lock for 25 s more; nobody streams.
 */
final class Sight {
    static final String IDENTIFIER = "7711371126323781949";

    private final Decider decider = new Decider();
    private final Map<String, Mapping> members = new TreeMap<>();
    private final Map<String, PeerReply> replies = new TreeMap<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<WalSender> senders = new ArrayList<>();
    private Memory memory = Memory.INITIAL;
    private long now = Duration.ofHours(1).toNanos();
    private Mapping config = Mapping.empty().with("ttl", 30);
    private boolean dcsAnswers = true;
    private boolean configInDcs = true;
    private Optional<String> initialize = Optional.of(IDENTIFIER);
    private Optional<String> leader = Optional.of("n1");
    private OptionalLong leaseUntil =
            OptionalLong.of(now + Duration.ofSeconds(25).toNanos());
    private Optional<FailoverRequest> request = Optional.empty();
    private SyncState sync = SyncState.NONE;
    private History history = History.EMPTY;
    private Optional<DataDirectory> otherData = Optional.empty();
    private boolean alive = true;
    private boolean inRecovery;
    private Optional<ControlData> control = Optional.empty();
    private Optional<Operation> operation = Optional.empty();
    private Optional<ServerStatus.Finished> finished = Optional.empty();
    private boolean checkpointPending;
    private Role role = Role.PRIMARY;
    private String standbyNames = "";
    private String synchronousCommit = "on";

    Sight() {
        for (String name : List.of("n1", "n2", "n3")) {
            members.put(
                    name,
                    Mapping.empty()
                            .with("conn_url", "postgres://" + name + ":5432/postgres")
                            .with("api_url", "http://" + name + ":8008/patroni")
                            .with("state", "running")
                            .with("role", "replica"));
        }
    }

    // The cluster.

    Sight config(String json) {
        config = config.patchedWith((Mapping) Json.parse(json));
        return this;
    }

    Sight dcsSilent() {
        dcsAnswers = false;
        return this;
    }

    /** Somebody has removed all keys that nobody keeps alive. */
    Sight wiped() {
        configInDcs = false;
        initialize = Optional.empty();
        return this;
    }

    /** As the key of that name has it. */
    Sight initialize(Optional<String> key) {
        initialize = key;
        return this;
    }

    /** A bootstrap by this node is that far. */
    Sight bootstrap(Memory.Bootstrap state) {
        memory = memory.withBootstrap(state);
        return this;
    }

    /** Nobody if empty; the lease of this node stays what it is. */
    Sight ledBy(String name) {
        leader = Optional.of(name).filter(given -> !given.isEmpty());
        return this;
    }

    Sight lease(Duration left) {
        leaseUntil = OptionalLong.of(now + left.toNanos());
        return this;
    }

    Sight withoutLease() {
        leaseUntil = OptionalLong.empty();
        return this;
    }

    /** More, or other, of what the member's key says. */
    Sight member(String name, String json) {
        members.merge(name, (Mapping) Json.parse(json), Mapping::patchedWith);
        return this;
    }

    Sight switchover(Optional<String> candidate) {
        request = Optional.of(new FailoverRequest(Optional.of("n1"), candidate, Optional.empty(), 9));
        return this;
    }

    /** To that member, whatever it costs. */
    Sight failover(String candidate) {
        request = Optional.of(new FailoverRequest(Optional.empty(), Optional.of(candidate), Optional.empty(), 9));
        return this;
    }

    Sight sync(String leading, String... standbys) {
        sync = new SyncState(Optional.of(leading), 0, List.of(standbys), 7);
        return this;
    }

    /** The history key tells of so many timelines that ended. */
    Sight timelinesEnded(int count) {
        List<History.Entry> entries = new ArrayList<>();
        for (int timeline = 1; timeline <= count; timeline++) {
            entries.add(new History.Entry(timeline, new Lsn(90), "", Optional.empty(), Optional.of("n2")));
        }
        history = new History(entries);
        return this;
    }

    Sight replies(String name, long position, String tags) {
        return replies(new PeerReply(
                name,
                true,
                false,
                new Lsn(position),
                true,
                OptionalInt.of(1),
                new Tags((Mapping) Json.parse(tags)),
                false));
    }

    Sight replies(PeerReply reply) {
        replies.put(reply.member(), reply);
        return this;
    }

    /** In this cycle, with success. */
    Sight done(Action action) {
        outcomes.add(new Outcome(action, new Outcome.Result.Done()));
        return this;
    }

    /** In this cycle; it may have been done or not. */
    Sight unanswered(Action action) {
        outcomes.add(new Outcome(action, new Outcome.Result.Unavailable("by the test")));
        return this;
    }

    /** In this cycle; the other side said no. */
    Sight refused(Action action) {
        outcomes.add(new Outcome(action, new Outcome.Result.Refused("by the test")));
        return this;
    }

    Sight later(Duration time) {
        now += time.toNanos();
        outcomes.clear();
        return this;
    }

    Sight steppingDown(Memory.Demotion.Kind kind, Optional<String> candidate) {
        memory = memory.withDemotion(Optional.of(new Memory.Demotion(kind, candidate, now)));
        return this;
    }

    // PostgreSQL.

    Sight standby() {
        inRecovery = true;
        role = Role.REPLICA;
        return withoutLease();
    }

    Sight stopped() {
        alive = false;
        role = Role.DEMOTED;
        operation = Optional.empty();
        return this;
    }

    Sight role(Role changed) {
        role = changed;
        return this;
    }

    Sight withoutData() {
        otherData = Optional.of(new DataDirectory.Empty());
        role = Role.UNINITIALIZED;
        return this;
    }

    /** By other data, beneath the server that runs. */
    Sight replacedData() {
        otherData = Optional.of(new DataDirectory.Replaced());
        return this;
    }

    Sight operating(Operation running) {
        operation = Optional.of(running);
        return this;
    }

    /** With success, some time ago. */
    Sight finished(Operation ended) {
        finished = Optional.of(new ServerStatus.Finished(1, ended, new OperationResult.Succeeded()));
        return this;
    }

    Sight promotedWithoutCheckpoint() {
        checkpointPending = true;
        return this;
    }

    Sight control(String state, long checkpoint) {
        control = Optional.of(new ControlData(IDENTIFIER, state, new Lsn(checkpoint), 1));
        return this;
    }

    /** Whom commits wait for by what is in effect. */
    Sight commits(String names, String synchronousCommitMode) {
        standbyNames = names;
        synchronousCommit = synchronousCommitMode;
        return this;
    }

    Sight streams(String applicationName, String syncState, long written, Optional<Long> flushed) {
        return streams(applicationName, syncState, written, flushed, flushed);
    }

    Sight streams(
            String applicationName, String syncState, long written, Optional<Long> flushed, Optional<Long> replayed) {
        senders.add(new WalSender(
                "replicator",
                applicationName,
                Optional.empty(),
                "streaming",
                syncState,
                0,
                Optional.of(new Lsn(written)),
                flushed.map(Lsn::new),
                replayed.map(Lsn::new)));
        return this;
    }

    // What comes of it.

    Situation situation() {
        return new Situation(observation(), memory);
    }

    Decision decide() {
        Decision decision = decider.decide(observation(), memory);
        memory = decision.memory();
        return decision;
    }

    private Observation observation() {
        DynamicConfiguration dynamic = new DynamicConfiguration(config, 5);
        return new Observation(
                "n1",
                Tags.NONE,
                new Beginnings(true, false),
                now,
                Instant.EPOCH,
                dcsAnswers ? Optional.of(view(dynamic)) : Optional.empty(),
                dynamic,
                leaseUntil.isPresent() && leaseUntil.getAsLong() > now ? leaseUntil : OptionalLong.empty(),
                server(),
                replies,
                outcomes,
                WatchdogState.OFF,
                Optional.empty());
    }

    private ClusterView view(DynamicConfiguration dynamic) {
        return new ClusterView(
                initialize,
                configInDcs ? Optional.of(dynamic) : Optional.empty(),
                leader.map(name -> new Leader(name, 10, 20)),
                new Status(new Lsn(100), Map.of(), List.of()),
                members.entrySet().stream()
                        .map(member -> new Member(member.getKey(), member.getValue(), 3, 4))
                        .toList(),
                request,
                sync,
                history,
                Map.of());
    }

    private ServerStatus server() {
        ControlData standard = new ControlData(
                IDENTIFIER,
                alive
                        ? (inRecovery ? "in archive recovery" : "in production")
                        : (inRecovery ? "shut down in recovery" : "shut down"),
                new Lsn(100),
                1);
        return new ServerStatus(
                otherData.orElseGet(() -> new DataDirectory.Present(control.orElse(standard), inRecovery)),
                alive,
                alive ? PostgresState.RUNNING : PostgresState.STOPPED,
                role,
                alive ? Optional.of(reading()) : Optional.empty(),
                Optional.empty(),
                operation.map(running -> new ServerStatus.Running(2, running, now)),
                finished,
                Map.of(),
                checkpointPending,
                History.EMPTY,
                true,
                Map.of());
    }

    private ServerReading reading() {
        Lsn position = new Lsn(100);
        return new ServerReading(
                150000,
                Instant.EPOCH,
                inRecovery,
                OptionalInt.of(1),
                inRecovery ? Lsn.ZERO : position,
                inRecovery ? position : Lsn.ZERO,
                inRecovery ? position : Lsn.ZERO,
                true,
                Optional.empty(),
                false,
                inRecovery ? Optional.of("streaming") : Optional.empty(),
                Optional.empty(),
                false,
                senders,
                List.of(),
                new ServerReading.Commits(standbyNames, synchronousCommit, 0));
    }
}
