package io.matriarch.rest;

import io.matriarch.agent.Snapshot;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.ha.Ability;
import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Looks at a node in the states that users see. The monotonic clock stands at {@link #NOW}. */
record Looks(Snapshot snapshot) {
    static final long NOW = Duration.ofHours(1).toNanos();
    private static final Instant START = Instant.parse("2026-11-23T14:20:16.615542Z");

    private static final DynamicConfiguration STANDBY_CLUSTER = new DynamicConfiguration(
            Mapping.empty().with("standby_cluster", Mapping.empty().with("host", "remote")), 1);

    static Looks primary() {
        return look("", Role.PRIMARY, Optional.of(reading(false)), OptionalLong.of(NOW + 1), true);
    }

    static Looks replica() {
        return replica("");
    }

    static Looks replica(String yaml) {
        return look(yaml, Role.REPLICA, Optional.of(reading(true)), OptionalLong.empty(), true);
    }

    static Looks standbyLeader() {
        Looks look = look("", Role.STANDBY_LEADER, Optional.of(reading(true)), OptionalLong.of(NOW + 1), true);
        return look.with(STANDBY_CLUSTER);
    }

    /** It holds the lock, and has not stopped being a primary yet. */
    static Looks primaryOfStandbyCluster() {
        return primary().with(STANDBY_CLUSTER);
    }

    /** A primary that lost its lock and has not been stopped yet. */
    static Looks formerPrimary() {
        return look("", Role.PRIMARY, Optional.of(reading(false)), OptionalLong.of(NOW - 1), true);
    }

    static Looks stopped() {
        return look("", Role.DEMOTED, Optional.empty(), OptionalLong.empty(), true);
    }

    /** To hand over: the lock is its own until it is released. */
    static Looks primaryThatIsStopped(PostgresState state) {
        Looks look = look("", Role.DEMOTED, Optional.empty(), OptionalLong.of(NOW + 1), true);
        ServerStatus server = look.snapshot.server();
        return look.with(new ServerStatus(
                server.dataDirectory(),
                state == PostgresState.STOPPING,
                state,
                server.role(),
                server.reading(),
                server.following(),
                server.operation(),
                server.finished(),
                server.pendingRestart(),
                server.checkpointPending(),
                server.history(),
                server.mayRewind(),
                server.slotParameters()));
    }

    private Looks with(ServerStatus server) {
        return new Looks(new Snapshot(
                snapshot.configuration(),
                snapshot.config(),
                snapshot.cluster(),
                snapshot.clusterSeenNanos(),
                snapshot.clusterSeenAt(),
                server,
                snapshot.takenNanos(),
                snapshot.leaseUntil(),
                snapshot.nextRunNanos(),
                snapshot.scheduledRestart(),
                snapshot.watchdogFailed()));
    }

    static Looks replicaWithoutDcs() {
        return look("", Role.REPLICA, Optional.of(reading(true)), OptionalLong.empty(), false);
    }

    static Looks pausedPrimaryWithoutDcs() {
        Looks look = look("", Role.PRIMARY, Optional.of(reading(false)), OptionalLong.empty(), false);
        return look.with(new DynamicConfiguration(Mapping.empty().with("pause", true), 1));
    }

    Looks with(DynamicConfiguration config) {
        return new Looks(new Snapshot(
                snapshot.configuration(),
                config,
                snapshot.cluster(),
                snapshot.clusterSeenNanos(),
                snapshot.clusterSeenAt(),
                snapshot.server(),
                snapshot.takenNanos(),
                snapshot.leaseUntil(),
                snapshot.nextRunNanos(),
                snapshot.scheduledRestart(),
                snapshot.watchdogFailed()));
    }

    /** PostgreSQL has not answered for so long, and the loop turns. */
    Looks silent(Duration silence) {
        return new Looks(new Snapshot(
                snapshot.configuration(),
                snapshot.config(),
                snapshot.cluster(),
                snapshot.clusterSeenNanos(),
                snapshot.clusterSeenAt(),
                snapshot.server(),
                snapshot.takenNanos(),
                snapshot.leaseUntil(),
                snapshot.nextRunNanos(),
                snapshot.scheduledRestart(),
                snapshot.watchdogFailed(),
                snapshot.rejoin(),
                snapshot.failsafeActive(),
                new Ability(OptionalLong.empty(), OptionalLong.empty(), silence, Duration.ZERO, 0)));
    }

    /** The same, seen some time ago. */
    Looks aged(Duration age) {
        return new Looks(new Snapshot(
                snapshot.configuration(),
                snapshot.config(),
                snapshot.cluster(),
                OptionalLong.of(NOW - age.toNanos()),
                snapshot.clusterSeenAt(),
                snapshot.server(),
                NOW - age.toNanos(),
                snapshot.leaseUntil(),
                NOW - age.toNanos(),
                snapshot.scheduledRestart(),
                snapshot.watchdogFailed()));
    }

    StatusDocument status() {
        return new StatusDocument(snapshot, NOW);
    }

    private static Looks look(
            String yaml, Role role, Optional<ServerReading> reading, OptionalLong lease, boolean dcs) {
        DynamicConfiguration dynamic = new DynamicConfiguration(Mapping.empty(), 1);
        ServerStatus server = new ServerStatus(
                new DataDirectory.Present(
                        new ControlData("7711371126323781949", "in production", new Lsn(100), 3), false),
                reading.isPresent(),
                reading.isPresent() ? PostgresState.RUNNING : PostgresState.STOPPED,
                role,
                reading,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                false,
                History.EMPTY,
                false,
                Map.of());
        return new Looks(new Snapshot(
                configuration(yaml),
                dynamic,
                dcs ? Optional.of(cluster()) : Optional.empty(),
                dcs ? OptionalLong.of(NOW) : OptionalLong.empty(),
                dcs ? Optional.of(Instant.ofEpochSecond(1_795_443_617)) : Optional.empty(),
                server,
                NOW,
                lease,
                NOW,
                Optional.empty(),
                false));
    }

    private static ClusterView cluster() {
        return new ClusterView(
                Optional.of("7711371126323781949"),
                Optional.empty(),
                Optional.of(new Leader("somebody", 1, 2)),
                new Status(new Lsn(2_000), Map.of(), List.of()),
                List.of(),
                Optional.empty(),
                SyncState.NONE,
                History.EMPTY,
                Map.of());
    }

    private static ServerReading reading(boolean inRecovery) {
        return new ServerReading(
                150018,
                START,
                inRecovery,
                OptionalInt.of(3),
                new Lsn(2_000),
                new Lsn(1_500),
                new Lsn(1_000),
                true,
                Optional.of(START.plusMillis(582)),
                false,
                inRecovery ? Optional.of("streaming") : Optional.empty(),
                Optional.empty(),
                false,
                inRecovery
                        ? List.of()
                        : List.of(new ServerReading.WalSender(
                                "replicator",
                                "b",
                                Optional.of("10.0.0.2"),
                                "streaming",
                                "async",
                                0,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())),
                List.of(),
                ServerReading.Commits.LOCAL);
    }

    static Configuration configuration(String more) {
        return configuration(Path.of("/data"), more);
    }

    static Configuration configuration(Path data, String more) {
        String yaml = """
            scope: batman
            name: a
            restapi: {listen: '10.0.0.1:8008'}
            etcd3: {host: 10.0.0.9}
            postgresql: {listen: '10.0.0.1:5432', data_dir: '%s'}
            """.formatted(data) + more;
        return switch (ConfigurationLoader.load(Optional.empty(), Map.of("PATRONI_CONFIGURATION", yaml))) {
            case LoadResult.Loaded<Configuration> loaded -> loaded.configuration();
            case LoadResult.Invalid<Configuration> invalid -> throw new AssertionError(invalid.problems());
        };
    }
}
