package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.RejoinReport;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.config.Configuration;
import io.matriarch.ha.Ability;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What REST answers from: one consistent look at the node, replaced as a whole after each observation.
 *
 * @param cluster the last view, however old; see {@code clusterSeenAt}
 * @param clusterSeenNanos monotonic moment of the last successful read of the DCS; absent before the first
 * @param clusterSeenAt the same moment on the wall clock
 * @param takenNanos monotonic moment of this look at PostgreSQL
 * @param leaseUntil monotonic moment until which this node is the leader for health checks (reference 4.4)
 * @param nextRunNanos monotonic moment when the loop should run next, for /liveness
 * @param scheduledRestart as in the member key, absent when none
 * @param watchdogFailed the watchdog is required and not there, so this node may not lead
 * @param rejoin where this node is on its way back into the cluster, absent when it needs none
 * @param failsafeActive this node goes on as the primary without the DCS, or lets another one
 * @param ability whether PostgreSQL can write
 */
public record Snapshot(
        Configuration configuration,
        DynamicConfiguration config,
        Optional<ClusterView> cluster,
        OptionalLong clusterSeenNanos,
        Optional<Instant> clusterSeenAt,
        ServerStatus server,
        long takenNanos,
        OptionalLong leaseUntil,
        long nextRunNanos,
        Optional<Mapping> scheduledRestart,
        boolean watchdogFailed,
        Optional<Rejoin> rejoin,
        boolean failsafeActive,
        Ability ability) {

    /** A step of the way back, at which the node is since a monotonic moment. */
    public record Rejoin(RejoinReport report, long sinceNanos) {}

    /** PostgreSQL can't write any more, or soon. */
    public boolean diskFull() {
        return ability.diskFull();
    }

    /** Usable bytes where the data directory is; absent when not known. */
    public OptionalLong dataFree() {
        return ability.dataFree();
    }

    /** Usable bytes where the WAL is; absent when not known. */
    public OptionalLong walFree() {
        return ability.walFree();
    }

    /** How long PostgreSQL has not answered although it runs and did before. */
    public Duration silence() {
        return ability.silence();
    }

    /** How long PostgreSQL has done nothing for its clients: it doesn't answer, or its disk takes no WAL. */
    public Duration idleness() {
        return ability.idleness();
    }

    /** For how long the disk has taken no WAL. */
    public Duration stall() {
        return ability.stall();
    }

    /** Of a node that has no way back to go, and without failsafe mode. */
    public Snapshot(
            Configuration configuration,
            DynamicConfiguration config,
            Optional<ClusterView> cluster,
            OptionalLong clusterSeenNanos,
            Optional<Instant> clusterSeenAt,
            ServerStatus server,
            long takenNanos,
            OptionalLong leaseUntil,
            long nextRunNanos,
            Optional<Mapping> scheduledRestart,
            boolean watchdogFailed) {
        this(
                configuration,
                config,
                cluster,
                clusterSeenNanos,
                clusterSeenAt,
                server,
                takenNanos,
                leaseUntil,
                nextRunNanos,
                scheduledRestart,
                watchdogFailed,
                Optional.empty(),
                false,
                Ability.UNKNOWN);
    }

    /** The same with what the server says now. */
    Snapshot withReading(Optional<ServerReading> reading) {
        return new Snapshot(
                configuration,
                config,
                cluster,
                clusterSeenNanos,
                clusterSeenAt,
                server.withReading(reading),
                takenNanos,
                leaseUntil,
                nextRunNanos,
                scheduledRestart,
                watchdogFailed,
                rejoin,
                failsafeActive,
                ability);
    }
}
