package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.config.Configuration;
import io.matriarch.value.Value.Mapping;
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
 * @param failsafeActive this node goes on as the primary without the DCS, or lets another one
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
        boolean failsafeActive) {}
