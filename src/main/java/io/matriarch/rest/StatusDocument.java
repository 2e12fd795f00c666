package io.matriarch.rest;

import io.matriarch.agent.PublishedTags;
import io.matriarch.agent.Snapshot;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.CompatibleVersion;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.time.IsoTime;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The document of GET /patroni and of the health checks, fields in Patroni's order (reference 4.3). */
final class StatusDocument {
    private final Snapshot snapshot;
    private final ServerStatus server;
    private final Optional<ClusterView> cluster;
    private final long now;

    /** {@code now}: monotonic; a view of the cluster counts for ttl seconds after it was read. */
    StatusDocument(Snapshot snapshot, long now) {
        this.snapshot = snapshot;
        this.server = snapshot.server();
        this.now = now;
        this.cluster = snapshot.clusterSeenNanos().stream()
                .filter(seen -> now - seen < snapshot.config().ttl().toNanos())
                .boxed()
                .findFirst()
                .flatMap(_ -> snapshot.cluster());
    }

    /** Absent when the DCS has not been read for a TTL. */
    Optional<ClusterView> cluster() {
        return cluster;
    }

    String role() {
        return server.reading()
                .map(answer -> answer.inRecovery() ? standbyRole() : "primary")
                .orElseGet(() -> server.role().text());
    }

    private String standbyRole() {
        boolean leads = snapshot.config().standbyCluster() && server.role() == Role.STANDBY_LEADER;
        return (leads ? Role.STANDBY_LEADER : Role.REPLICA).text();
    }

    String state() {
        boolean silent =
                server.state() == PostgresState.RUNNING && server.reading().isEmpty();
        return silent
                ? "unknown"
                : server.state().told(snapshot.config().paused()).text();
    }

    Mapping build() {
        Mapping document = Mapping.empty().with("state", state());
        Optional<ServerReading> reading = server.reading();
        if (reading.isPresent()) {
            document =
                    document.with("postmaster_start_time", moment(reading.get().postmasterStart()));
        }
        document = document.with("role", role());
        if (reading.isPresent()) {
            document = server(document, reading.get());
        }
        document = situation(document);
        document = restart(document);
        document = document.with(
                "patroni",
                Mapping.empty()
                        .with("version", CompatibleVersion.PATRONI)
                        .with("scope", snapshot.configuration().scope())
                        .with("name", snapshot.configuration().name()));
        if (snapshot.watchdogFailed()) {
            document = document.with("watchdog_failed", true);
        }
        return document.with(
                        "scheduled_restart",
                        snapshot.scheduledRestart().map(schedule -> schedule.without("postmaster_start_time")))
                .with("rejoin", snapshot.rejoin().map(this::rejoin));
    }

    private Mapping server(Mapping document, ServerReading answer) {
        Mapping described = document.with("server_version", answer.version()).with("xlog", xlog(answer));
        if (answer.inRecovery() && syncStandby()) {
            described = described.with("sync_standby", true);
        }
        if (answer.inRecovery() && quorumStandby()) {
            described = described.with("quorum_standby", true);
        }
        described = answer.timeline().isPresent()
                ? described.with("timeline", answer.timeline())
                : described.with("timeline", new Value.Null());
        described =
                described.with("replication_state", answer.replicationState().map(Text::new));
        return answer.walSenders().isEmpty()
                ? described
                : described.with("replication", new Sequence(walSenders(answer)));
    }

    /** Commits wait for this standby. */
    boolean syncStandby() {
        return isSynchronous() && !snapshot.config().quorumCommit();
    }

    /** Commits wait for some standbys, and this is one of those that count. */
    boolean quorumStandby() {
        return isSynchronous() && snapshot.config().quorumCommit();
    }

    private boolean isSynchronous() {
        return snapshot.config().synchronous()
                && cluster.filter(view ->
                                view.sync().names(snapshot.configuration().name()))
                        .isPresent();
    }

    private static Mapping xlog(ServerReading answer) {
        if (!answer.inRecovery()) {
            return Mapping.empty().with("location", answer.position().bytes());
        }
        Value replayedAt =
                answer.replayedAt().<Value>map(at -> Value.of(moment(at))).orElseGet(Value.Null::new);
        return Mapping.empty()
                .with("received_location", received(answer).bytes())
                .with("replayed_location", answer.replayed().bytes())
                .with("replayed_timestamp", replayedAt)
                .with("paused", answer.replayPaused())
                .with("end_known", answer.endKnown() ? Optional.<Value>empty() : Optional.of(Value.of(false)));
    }

    /** A standby that has never streamed since it started has what it has replayed. */
    static Lsn received(ServerReading standby) {
        return standby.received().equals(Lsn.ZERO) ? standby.replayed() : standby.received();
    }

    private static List<Value> walSenders(ServerReading answer) {
        List<Value> senders = new ArrayList<>();
        for (ServerReading.WalSender sender : answer.walSenders()) {
            senders.add(Mapping.empty()
                    .with("usename", sender.user())
                    .with("application_name", sender.applicationName())
                    .with(
                            "client_addr",
                            sender.clientAddress().<Value>map(Text::new).orElseGet(Value.Null::new))
                    .with("state", sender.state())
                    .with("sync_state", sender.syncState())
                    .with("sync_priority", sender.syncPriority()));
        }
        return senders;
    }

    private Mapping situation(Mapping document) {
        Mapping described = document;
        if (snapshot.config().paused()) {
            described = described.with("pause", true);
        }
        if (cluster.flatMap(ClusterView::leader).isEmpty()) {
            described = described.with("cluster_unlocked", true);
        }
        if (snapshot.diskFull()) {
            described = described.with("disk_full", true);
        }
        if (snapshot.failsafeActive()) {
            described = described.with("failsafe_mode_is_active", true);
        }
        if (snapshot.clusterSeenAt().isPresent()) {
            described = described.with(
                    "dcs_last_seen", snapshot.clusterSeenAt().get().getEpochSecond());
        }
        Mapping tags = PublishedTags.of(snapshot.configuration().tags());
        if (!tags.isEmpty()) {
            described = described.with("tags", tags);
        }
        return server.dataDirectory() instanceof DataDirectory.Present present
                ? described.with("database_system_identifier", present.control().systemIdentifier())
                : described;
    }

    private Mapping restart(Mapping document) {
        if (server.pendingRestart().isEmpty()) {
            return document;
        }
        Mapping reasons = Mapping.empty();
        for (var change : new TreeMap<>(server.pendingRestart()).entrySet()) {
            reasons = reasons.with(
                    change.getKey(),
                    Mapping.empty()
                            .with("old_value", change.getValue().oldValue())
                            .with("new_value", change.getValue().newValue()));
        }
        return document.with("pending_restart", true).with("pending_restart_reason", reasons);
    }

    /** Beyond Patroni: where a node is on its way back into the cluster, and why. */
    private Mapping rejoin(Snapshot.Rejoin rejoin) {
        return Mapping.empty()
                .with("step", rejoin.report().step().text())
                .with("why", rejoin.report().why())
                .with("failures", rejoin.report().failures())
                .with("seconds", Duration.ofNanos(now - rejoin.sinceNanos()).toSeconds());
    }

    private static String moment(Instant instant) {
        return IsoTime.formatWithSpace(instant.atOffset(ZoneOffset.UTC));
    }
}
