package io.matriarch.rest;

import io.matriarch.agent.PublishedTags;
import io.matriarch.agent.Snapshot;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.ServerReading;
import io.matriarch.config.Units;
import io.matriarch.value.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What a load balancer asks: 200 or 503 by path and query (reference 4.4). */
final class HealthCheck {
    private static final int FINE = 200;
    private static final int UNAVAILABLE = 503;

    private final Snapshot snapshot;
    private final StatusDocument status;
    private final Map<String, List<String>> query;
    private final long now;

    /** {@code now}: monotonic. */
    HealthCheck(Snapshot snapshot, StatusDocument status, Map<String, List<String>> query, long now) {
        this.snapshot = snapshot;
        this.status = status;
        this.query = query;
        this.now = now;
    }

    /** The status for a path such as {@code /replica}; paths are matched by what they contain, in Patroni's order. */
    int code(String path) {
        String name = path.equals("/") || path.isEmpty() ? "primary" : path;
        boolean leaderPath = name.contains("leader")
                || name.contains("master")
                || name.contains("primary")
                || name.contains("read-write");
        boolean passes = passes(name);
        return passes && (leaderPath || tagsFit()) ? FINE : UNAVAILABLE;
    }

    private boolean passes(String name) {
        if (name.contains("standby_leader") || name.contains("standby-leader")) {
            return leadsStandbyCluster();
        }
        if (name.contains("leader")) {
            return leads();
        }
        if (name.contains("master") || name.contains("primary") || name.contains("read-write")) {
            return leads() && !standbyCluster();
        }
        if (name.contains("replica")) {
            return replica();
        }
        if (name.contains("read-only") && !name.contains("sync") && !name.contains("quorum")) {
            return leadsAsItShould() || replica();
        }
        if (name.contains("health")) {
            return running();
        }
        return status.cluster().isPresent() && exact(name);
    }

    private boolean standbyCluster() {
        return snapshot.config().standbyCluster();
    }

    private boolean leadsAsItShould() {
        return standbyCluster() ? leadsStandbyCluster() : leads();
    }

    private boolean leadsStandbyCluster() {
        return leads() && standbyCluster() && !status.role().equals("primary");
    }

    private boolean exact(String name) {
        return switch (name) {
            case "/sync", "/synchronous" -> replica() && status.syncStandby();
            case "/quorum" -> replica() && status.quorumStandby();
            case "/async", "/asynchronous" -> replica() && !status.syncStandby() && !status.quorumStandby();
            case "/read-only-sync", "/read-only-synchronous" -> leads() || (replica() && status.syncStandby());
            case "/read-only-quorum" -> leads() || (replica() && status.quorumStandby());
            default -> false;
        };
    }

    /** By the lease, not by PostgreSQL; in maintenance mode without the DCS by what PostgreSQL is. */
    boolean leads() {
        boolean byLease = snapshot.leaseUntil().isPresent()
                && snapshot.leaseUntil().getAsLong() - now > 0
                && !hangs()
                && !stops();
        boolean pausedAlone = snapshot.config().paused()
                && status.cluster().isEmpty()
                && (status.role().equals("primary") || status.role().equals("standby_leader"));
        return byLease || pausedAlone;
    }

    /** On purpose, to hand over for example: the lease is ours until somebody else may have it. A server that crashed is about to be started again. */
    private boolean stops() {
        PostgresState state = snapshot.server().state();
        return state == PostgresState.STOPPING || state == PostgresState.STOPPED;
    }

    /** Patroni's /primary stays 200 then. */
    private boolean hangs() {
        return snapshot.idleness().compareTo(snapshot.config().ttl()) > 0;
    }

    /** What was seen longer ago than a lease lasts says nothing: the loop hangs. */
    private boolean running() {
        return now - snapshot.takenNanos() < snapshot.config().ttl().toNanos() && ran();
    }

    private boolean ran() {
        return snapshot.server().state() == PostgresState.RUNNING
                && snapshot.server().reading().isPresent();
    }

    private boolean replica() {
        return status.role().equals("replica")
                && !leadsStandbyCluster()
                && running()
                && !snapshot.configuration().tags().noloadbalance()
                && lagFits(first("lag").map(text -> Units.whole(text, "B")).orElse(OptionalLong.empty()))
                && first("replication_state")
                        .map(wanted -> replicationState().equals(Optional.of(wanted)))
                        .orElse(true);
    }

    private Optional<String> replicationState() {
        return snapshot.server().reading().flatMap(ServerReading::replicationState);
    }

    private boolean lagFits(OptionalLong allowed) {
        Optional<ServerReading> reading = snapshot.server().reading();
        return allowed.isEmpty()
                || reading.map(answer -> behind(answer, answer.replayed())).orElse(0L) <= allowed.getAsLong();
    }

    private long behind(ServerReading answer, Lsn position) {
        Lsn leaders = status.cluster().map(view -> view.status().optime()).orElse(Lsn.ZERO);
        return leaders.max(answer.latestEnd().orElse(Lsn.ZERO)).bytesAheadOf(position);
    }

    /** GET /readiness. */
    boolean ready() {
        if (leads()) {
            return true;
        }
        Optional<ServerReading> reading = snapshot.server().reading();
        if (!running() || !replicationState().equals(Optional.of("streaming")) || reading.isEmpty()) {
            return false;
        }
        ServerReading answer = reading.get();
        boolean known = status.cluster().isPresent() || answer.latestEnd().isPresent() || snapshot.failsafeActive();
        Lsn mine = first("mode").equals(Optional.of("write")) ? answer.received() : answer.replayed();
        long allowed = first("lag")
                .map(text -> Units.whole(text, "B"))
                .orElse(OptionalLong.empty())
                .orElse(snapshot.config().maximumLagOnFailover());
        return known && behind(answer, mine) <= allowed;
    }

    /** GET /liveness: the loop runs in time. */
    boolean alive() {
        long ttl = snapshot.config().ttl().toNanos();
        boolean primary = ran() && status.role().equals("primary");
        return snapshot.config().paused() || snapshot.nextRunNanos() + (primary ? ttl : 2 * ttl) - now > 0;
    }

    private boolean tagsFit() {
        var tags = PublishedTags.of(snapshot.configuration().tags());
        return query.entrySet().stream()
                .filter(parameter -> parameter.getKey().startsWith("tag_"))
                .allMatch(parameter -> tags.find(parameter.getKey().substring(4))
                        .flatMap(Value::asText)
                        .filter(parameter.getValue().getFirst()::equals)
                        .isPresent());
    }

    private Optional<String> first(String parameter) {
        return query.getOrDefault(parameter, List.of()).stream().findFirst();
    }
}
