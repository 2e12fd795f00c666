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
import io.matriarch.cluster.RejoinSight;
import io.matriarch.cluster.ReplicationSlot;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotKind;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.Tags;
import io.matriarch.cluster.Upstream;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** Observations of every kind, also of kinds that no healthy cluster shows; those of a node called {@code n1}. */
final class RandomObservations {
    static final String SELF = "n1";
    private static final List<String> NAMES = List.of(SELF, "n2", "n3");
    private static final String IDENTIFIER = "7711371126323781949";
    private static final Upstream N2 = new Upstream("n2", "postgres://n2:5432/postgres");

    private static final List<String> SLOTS = List.of(SELF, "n2", "n3", "gone", "app", "permanent", "ignored", "other");
    private static final List<SlotKind> KINDS = List.of(
            new SlotKind.Physical(),
            new SlotKind.Physical(),
            new SlotKind.Logical("postgres", "test_decoding"),
            new SlotKind.Logical("other", "pgoutput"));

    /** A logical one called app, a physical one called permanent, and one called ignored that is somebody else's. */
    private static final Mapping PERMANENT = Mapping.empty()
            .with("permanent", 0)
            .with("app", Mapping.empty().with("database", "postgres").with("plugin", "test_decoding"));

    private static final Value IGNORED =
            new Value.Sequence(List.of(Mapping.empty().with("name", "ignored")));
    private final Random random;
    /** A cluster seldom becomes another kind, else no node of a standby cluster would get far. */
    private final double standbyCluster;
    /** Whom a standby cluster follows, an archive without a server in some. */
    private final Upstream remote;

    private long operations = 10;

    RandomObservations(long seed) {
        random = new Random(seed);
        standbyCluster = random.nextDouble() < 0.3 ? 0.95 : 0.1;
        remote = Upstream.remote(chance(0.7) ? "postgres://remote:5432/" : "");
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private <T> Optional<T> perhaps(double probability, T value) {
        return chance(probability) ? Optional.of(value) : Optional.empty();
    }

    Observation next(long now) {
        Mapping config = Mapping.empty()
                .with("ttl", 30)
                .with("primary_start_timeout", oneOf(List.of(0, 20, 300)))
                .with("primary_race_backoff", chance(0.2) ? 20 : 0)
                .with("pause", chance(0.2))
                .with("check_timeline", chance(0.2))
                .with("member_slots_ttl", chance(0.2) ? 0 : 1800)
                .with("failover_slots", chance(0.2))
                .with("ignore_slots", IGNORED);
        if (chance(0.6)) {
            config = config.with("synchronous_mode", chance(0.5) ? Value.of("quorum") : Value.of(true))
                    .with("synchronous_mode_strict", chance(0.3))
                    .with("synchronous_node_count", 1 + random.nextInt(2));
        }
        if (chance(standbyCluster)) {
            config = config.with(
                    "standby_cluster",
                    remote.answersSql()
                            ? Mapping.empty().with("host", "remote")
                            : Mapping.empty().with("restore_command", "cp /archive/%f %p"));
        }
        config = chance(0.5) ? config.with("slots", PERMANENT) : config;
        config = config.with("failsafe_mode", chance(0.4)).with("failsafe_quorum", chance(0.4));
        DynamicConfiguration dynamic = new DynamicConfiguration(config, 5);
        return new Observation(
                SELF,
                tags(),
                new Beginnings(chance(0.9), chance(0.2)),
                now,
                Instant.EPOCH.plusNanos(now),
                perhaps(0.9, cluster(dynamic)),
                dynamic,
                chance(0.5)
                        ? OptionalLong.of(
                                now + Duration.ofSeconds(random.nextInt(30)).toNanos())
                        : OptionalLong.empty(),
                server(now),
                peers(),
                List.of(),
                watchdog(),
                request(),
                failsafe(),
                ability());
    }

    private Ability ability() {
        OptionalLong free = OptionalLong.of(chance(0.1) ? 0 : 1L << 40);
        return new Ability(
                free,
                free,
                Duration.ofSeconds(chance(0.1) ? 100 : 0),
                Duration.ofSeconds(chance(0.1) ? 100 : 0),
                random.nextInt(5));
    }

    private Failsafe failsafe() {
        return new Failsafe(
                chance(0.8) ? List.of(urls()) : List.of(),
                chance(0.5) ? Set.of("n2", "n3") : Set.of(),
                perhaps(0.1, caller()),
                chance(0.2),
                chance(0.4),
                Map.of("n2", oneOf(List.of(Pledge.values())), "n3", oneOf(List.of(Pledge.values()))));
    }

    private Map<String, String> urls() {
        return NAMES.stream()
                .filter(_ -> chance(0.9))
                .collect(Collectors.toMap(name -> name, name -> "http://" + name + ":8008/patroni"));
    }

    private Tags tags() {
        return new Tags(
                chance(0.1)
                        ? Mapping.empty().with("nofailover", true)
                        : chance(0.1) ? Mapping.empty().with("replicatefrom", oneOf(NAMES)) : Mapping.empty());
    }

    /** The same cluster a little later: the operation has ended, or goes on. */
    Observation later(Observation seen, Operation operation, long now) {
        boolean goesOn = chance(0.3);
        ServerStatus server = seen.server();
        boolean stopped = !goesOn
                && operation instanceof Operation.Stop
                && chance(0.7)
                && server.dataDirectory() instanceof DataDirectory.Present;
        ServerStatus later = new ServerStatus(
                stopped ? shutDown(server.dataDirectory()) : server.dataDirectory(),
                server.postmasterAlive() && !stopped,
                server.state(),
                server.role(),
                stopped ? Optional.empty() : server.reading(),
                server.following(),
                goesOn ? Optional.of(new ServerStatus.Running(++operations, operation, now - 1)) : Optional.empty(),
                goesOn
                        ? Optional.empty()
                        : Optional.of(new ServerStatus.Finished(++operations, operation, result(operation))),
                Map.of(),
                server.checkpointPending(),
                server.history(),
                chance(0.5),
                server.slotParameters(),
                server.rejoin());
        return at(now, seen, later);
    }

    /** A little later, and nothing has changed. */
    Observation again(Observation seen, long now) {
        return at(now, seen, seen.server());
    }

    /** The same a little later: the operation has succeeded, and what it is about has changed if it stopped the server. */
    Observation ended(Observation seen, Operation operation, long now) {
        ServerStatus server = seen.server();
        boolean stopped = operation instanceof Operation.Stop;
        DataDirectory data = server.dataDirectory() instanceof DataDirectory.Replaced
                ? new DataDirectory.Empty()
                : shutDown(server.dataDirectory());
        ServerStatus later = new ServerStatus(
                stopped ? data : server.dataDirectory(),
                server.postmasterAlive() && !stopped,
                stopped ? PostgresState.STOPPED : server.state(),
                stopped ? Role.DEMOTED : server.role(),
                stopped ? Optional.empty() : server.reading(),
                server.following(),
                Optional.empty(),
                Optional.of(new ServerStatus.Finished(++operations, operation, new OperationResult.Succeeded())),
                Map.of(),
                server.checkpointPending(),
                server.history(),
                server.mayRewind(),
                server.slotParameters(),
                server.rejoin());
        return at(now, seen, later);
    }

    /** A little later; what was in progress has ended. */
    Observation later(Observation seen, long now) {
        return seen.server()
                .operation()
                .map(running -> ended(seen, running.operation(), now))
                .orElseGet(() -> again(seen, now));
    }

    /** The same, and a person wants this node cloned again. */
    Observation ordered(Observation seen) {
        Observation.Request order = seen.request()
                .filter(Observation.Request.Reinitialize.class::isInstance)
                .orElseGet(() -> new Observation.Request.Reinitialize(chance(0.5), chance(0.5)));
        return new Observation(
                SELF,
                seen.tags(),
                seen.beginnings(),
                seen.now(),
                seen.wallClock(),
                seen.cluster(),
                seen.config(),
                seen.leaseUntil(),
                seen.server(),
                seen.peers(),
                seen.outcomes(),
                seen.watchdog(),
                Optional.of(order),
                seen.failsafe(),
                seen.ability());
    }

    private static Observation at(long now, Observation seen, ServerStatus server) {
        return new Observation(
                SELF,
                seen.tags(),
                seen.beginnings(),
                now,
                Instant.EPOCH.plusNanos(now),
                seen.cluster(),
                seen.config(),
                seen.leaseUntil(),
                server,
                seen.peers(),
                List.of(),
                seen.watchdog(),
                seen.request());
    }

    private static DataDirectory shutDown(DataDirectory directory) {
        return directory instanceof DataDirectory.Present(ControlData control, boolean signal)
                ? new DataDirectory.Present(
                        new ControlData(
                                control.systemIdentifier(),
                                "shut down",
                                control.checkpoint(),
                                control.checkpointTimeline()),
                        signal)
                : directory;
    }

    private WatchdogState watchdog() {
        return chance(0.5) ? WatchdogState.OFF : new WatchdogState(chance(0.8), chance(0.5), chance(0.5), chance(0.5));
    }

    private ClusterView cluster(DynamicConfiguration dynamic) {
        return new ClusterView(
                perhaps(0.9, chance(0.9) ? IDENTIFIER : chance(0.5) ? "" : "7711371126323781950"),
                perhaps(0.9, dynamic),
                perhaps(0.7, new Leader(oneOf(NAMES), 10, 20)),
                new Status(
                        lsn(),
                        Map.of("n2", lsn(), "gone", lsn(), "permanent", lsn(), "app", lsn()),
                        chance(0.5) ? List.of("gone", SELF) : List.of()),
                NAMES.stream().filter(_ -> chance(0.8)).map(this::member).toList(),
                perhaps(
                        0.2,
                        new FailoverRequest(
                                perhaps(0.5, oneOf(NAMES)), perhaps(0.7, oneOf(NAMES)), Optional.empty(), 7)),
                chance(0.3) ? SyncState.NONE : sync(),
                history(),
                chance(0.5) ? urls() : Map.of());
    }

    private SyncState sync() {
        return new SyncState(
                Optional.of(oneOf(NAMES)),
                random.nextInt(2),
                NAMES.stream().filter(_ -> chance(0.5)).toList(),
                8);
    }

    private List<ServerReading.WalSender> walSenders() {
        return NAMES.stream()
                .filter(_ -> chance(0.6))
                .map(name -> new ServerReading.WalSender(
                        "replicator",
                        name,
                        Optional.empty(),
                        chance(0.8) ? "streaming" : "catchup",
                        oneOf(List.of("async", "potential", "sync", "quorum")),
                        1,
                        perhaps(0.9, lsn()),
                        perhaps(0.9, lsn()),
                        perhaps(0.9, lsn())))
                .toList();
    }

    private ServerReading.Commits commits() {
        return new ServerReading.Commits(
                oneOf(List.of("", "n2", "2 (n2,n3)", "ANY 1 (n2,n3)", "ANY 1 (n1,n2)", "*", "n3")),
                oneOf(List.of("on", "remote_apply", "remote_write")),
                0);
    }

    private History history() {
        return chance(0.5)
                ? History.EMPTY
                : new History(List.of(new History.Entry(1, new Lsn(100), "why", Optional.empty(), Optional.of("n2"))));
    }

    /** Of POST /failsafe. */
    private Member caller() {
        Member member = member(oneOf(List.of("n2", "n3", "n4")));
        Mapping slots = Mapping.empty()
                .with("app", random.nextInt(300))
                .with("permanent", random.nextInt(300))
                .with("n2", random.nextInt(300));
        return new Member(member.name(), member.data().with("slots", slots), member.revision(), member.lease());
    }

    private Member member(String name) {
        Mapping data = Mapping.empty()
                .with("conn_url", "postgres://" + name + ":5432/postgres")
                .with("api_url", "http://" + name + ":8008/patroni")
                .with("state", oneOf(List.of("running", "starting", "stopped")))
                .with("role", oneOf(List.of("primary", "replica", "standby_leader")))
                .with("tags", tags().raw())
                .with("xlog_location", random.nextInt(300))
                .with("timeline", 1 + random.nextInt(3))
                .with("checkpoint_after_promote", chance(0.8));
        return new Member(name, data, 3, 20);
    }

    private Lsn lsn() {
        return new Lsn(random.nextInt(300));
    }

    private ServerStatus server(long now) {
        boolean alive = chance(0.7);
        DataDirectory data = data(alive);
        Role role = oneOf(List.of(Role.values()));
        return new ServerStatus(
                data,
                alive,
                oneOf(List.of(PostgresState.values())),
                role,
                alive ? perhaps(0.7, reading()) : Optional.empty(),
                perhaps(0.7, chance(0.5) ? N2 : remote),
                perhaps(0.2, new ServerStatus.Running(4, operation(), now - 1)),
                perhaps(0.5, new ServerStatus.Finished(random.nextInt(4), operation(), result())),
                Map.of(),
                chance(0.2),
                history(),
                chance(0.5),
                chance(0.9) ? Map.of() : Map.of("hot_standby_feedback", "on"),
                rejoinSight());
    }

    private RejoinSight rejoinSight() {
        boolean removeDiverged = chance(0.2);
        boolean removeAfterFailedRewind = chance(0.2);
        String activity = oneOf(List.of("", "recovering 1", "waiting for 1", "waiting for 2"));
        return new RejoinSight(
                removeDiverged,
                removeAfterFailedRewind,
                activity,
                lsn(),
                activity.startsWith("waiting"),
                chance(0.5) ? "" : "why");
    }

    private DataDirectory data(boolean alive) {
        return switch (random.nextInt(10)) {
            case 0 -> new DataDirectory.Empty();
            case 1 -> new DataDirectory.Unreadable("why");
            case 2 -> alive ? new DataDirectory.Replaced() : new DataDirectory.Empty();
            default ->
                new DataDirectory.Present(
                        new ControlData(
                                chance(0.9) ? IDENTIFIER : alive || chance(0.5) ? "7711371126323781999" : "0",
                                oneOf(List.of(
                                        "in production", "shut down", "shut down in recovery", "in archive recovery")),
                                lsn(),
                                1 + random.nextInt(3)),
                        chance(0.5));
        };
    }

    private ServerReading reading() {
        return new ServerReading(
                chance(0.7) ? 150_000 : 170_000,
                Instant.EPOCH,
                chance(0.5),
                chance(0.9) ? OptionalInt.of(1 + random.nextInt(3)) : OptionalInt.empty(),
                lsn(),
                lsn(),
                lsn(),
                chance(0.9),
                Optional.empty(),
                chance(0.1),
                perhaps(0.5, "streaming"),
                Optional.empty(),
                false,
                walSenders(),
                SLOTS.stream().filter(_ -> chance(0.5)).map(this::slot).toList(),
                commits());
    }

    private ReplicationSlot slot(String name) {
        return new ReplicationSlot(
                name,
                oneOf(KINDS),
                chance(0.3),
                chance(0.1),
                chance(0.3),
                perhaps(0.8, lsn()),
                chance(0.2),
                chance(0.2));
    }

    private Operation operation() {
        return oneOf(List.of(
                new Operation.Bootstrap(),
                new Operation.DiscardFailedBootstrap(),
                new Operation.Clone(N2, true),
                new Operation.Clone(remote, true),
                new Operation.Reinitialize(N2, true, chance(0.5), "why"),
                new Operation.Start(Operation.Start.As.PRIMARY, Optional.empty(), "starting", Optional.empty()),
                new Operation.Start(Operation.Start.As.REPLICA, Optional.of(N2), "starting", Optional.empty()),
                new Operation.Stop(Operation.Stop.Mode.FAST, true, "stopping"),
                new Operation.Restart(Optional.empty()),
                new Operation.Promote(),
                new Operation.Follow(Optional.of(N2)),
                new Operation.CrashRecovery(),
                new Operation.CheckDivergence(chance(0.7) ? N2 : remote),
                new Operation.Rewind(chance(0.7) ? N2 : remote),
                new Operation.CopyLogicalSlots(N2, Set.of("app")),
                new Operation.CheckpointAfterPromotion()));
    }

    /** What leads to further steps comes more often. */
    private OperationResult result(Operation operation) {
        if (operation instanceof Operation.Rewind && chance(0.7)) {
            return new OperationResult.Failed("why");
        }
        if (operation instanceof Operation.CheckDivergence && chance(0.6)) {
            return oneOf(List.of(new OperationResult.Diverged("why"), new OperationResult.WalMissing("why")));
        }
        return result();
    }

    private OperationResult result() {
        return oneOf(List.of(
                new OperationResult.Succeeded(),
                new OperationResult.Failed("why"),
                new OperationResult.Cancelled(),
                new OperationResult.Hanging("why"),
                new OperationResult.InHistory(),
                new OperationResult.WalMissing("why"),
                new OperationResult.AtFork("why"),
                new OperationResult.Diverged("why")));
    }

    private Map<String, PeerReply> peers() {
        Map<String, PeerReply> peers = new HashMap<>();
        for (String name : List.of("n2", "n3")) {
            peers.put(
                    name,
                    chance(0.4)
                            ? PeerReply.unreachable(name)
                            : new PeerReply(
                                    name,
                                    true,
                                    chance(0.2),
                                    lsn(),
                                    chance(0.8),
                                    OptionalInt.of(1 + random.nextInt(3)),
                                    Tags.NONE,
                                    false));
        }
        return peers;
    }

    private Optional<Observation.Request> request() {
        return switch (random.nextInt(20)) {
            case 0 -> Optional.of(new Observation.Request.Shutdown());
            case 1 -> Optional.of(new Observation.Request.Restart(Optional.empty()));
            case 2 -> Optional.of(new Observation.Request.Reinitialize(chance(0.5), chance(0.5)));
            default -> Optional.empty();
        };
    }

    Outcome outcome(Action action) {
        Outcome.Result result = oneOf(List.of(
                new Outcome.Result.Done(),
                new Outcome.Result.Done(),
                new Outcome.Result.Refused("why"),
                new Outcome.Result.Unavailable("why")));
        return new Outcome(action, result);
    }
}
