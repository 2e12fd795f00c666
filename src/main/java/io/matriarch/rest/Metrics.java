package io.matriarch.rest;

import io.matriarch.agent.Snapshot;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.CompatibleVersion;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.ServerReading;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

/** Patroni's metrics by Patroni's names and types, in Patroni's order (reference 4.6). Counters there have no _total, so no library writes them. */
final class Metrics {
    private final StringBuilder text = new StringBuilder();
    private final Snapshot snapshot;
    private final StatusDocument status;
    private final String labels;

    private Metrics(Snapshot snapshot, StatusDocument status) {
        this.snapshot = snapshot;
        this.status = status;
        this.labels = "{scope=\"%s\",name=\"%s\"}"
                .formatted(
                        snapshot.configuration().scope(),
                        snapshot.configuration().name());
    }

    static String of(Snapshot snapshot, StatusDocument status) {
        Metrics metrics = new Metrics(snapshot, status);
        metrics.server();
        metrics.cluster();
        return metrics.text.toString();
    }

    private void server() {
        Optional<ServerReading> reading = snapshot.server().reading();
        Optional<ServerReading> standby = reading.filter(ServerReading::inRecovery);
        boolean primary = status.role().equals("primary");
        gauge("patroni_version", "Patroni semver without periods.", version());
        flag(
                "patroni_postgres_running",
                "1 if PostgreSQL runs.",
                snapshot.server().state() == PostgresState.RUNNING);
        gauge(
                "patroni_postmaster_start_time",
                "Epoch seconds since PostgreSQL started.",
                reading.map(answer -> seconds(answer.postmasterStart())).orElse("0"));
        flag("patroni_primary", "1 if this node is the leader.", primary);
        counter("patroni_xlog_location", "WAL position of a primary in bytes.", reading.map(ServerReading::position));
        flag(
                "patroni_standby_leader",
                "1 if this node leads a standby cluster.",
                status.role().equals("standby_leader"));
        flag("patroni_replica", "1 if this node is a replica.", status.role().equals("replica"));
        flag("patroni_sync_standby", "1 if this node is a synchronous standby.", status.syncStandby());
        flag("patroni_quorum_standby", "1 if this node is a quorum standby.", status.quorumStandby());
        counter(
                "patroni_xlog_received_location",
                "WAL received by a replica in bytes.",
                standby.map(StatusDocument::received));
        counter(
                "patroni_xlog_replayed_location",
                "WAL replayed by a replica in bytes.",
                standby.map(ServerReading::replayed));
        gauge(
                "patroni_xlog_replayed_timestamp",
                "Epoch seconds of the last replayed transaction.",
                standby.flatMap(ServerReading::replayedAt).map(Metrics::seconds).orElse("0"));
        flag(
                "patroni_xlog_paused",
                "1 if replay is paused.",
                standby.filter(ServerReading::replayPaused).isPresent());
        if (reading.isPresent()) {
            String state = reading.get().replicationState().orElse("");
            flag("patroni_postgres_streaming", "1 if PostgreSQL streams.", state.equals("streaming"));
            flag(
                    "patroni_postgres_in_archive_recovery",
                    "1 if PostgreSQL replays from the archive.",
                    state.equals("in archive recovery"));
        }
        gauge(
                "patroni_postgres_server_version",
                "Version of PostgreSQL, 0 if it doesn't run.",
                reading.map(answer -> Integer.toString(answer.version())).orElse("0"));
    }

    private void cluster() {
        Optional<ServerReading> reading = snapshot.server().reading();
        flag(
                "patroni_cluster_unlocked",
                "1 if the cluster has no leader.",
                status.cluster().flatMap(ClusterView::leader).isEmpty());
        flag("patroni_failsafe_mode_is_active", "1 if failsafe mode is active.", snapshot.failsafeActive());
        flag(
                "patroni_failsafe_mode_enabled",
                "1 if failsafe mode is enabled.",
                snapshot.config().failsafeMode());
        flag(
                "patroni_failsafe_member",
                "1 if this node is in the failsafe key.",
                status.cluster()
                        .filter(view -> view.failsafe()
                                .containsKey(snapshot.configuration().name()))
                        .isPresent());
        gauge(
                "patroni_postgres_timeline",
                "Timeline of PostgreSQL, 0 if unknown.",
                reading.map(answer -> Integer.toString(answer.timeline().orElse(0)))
                        .orElse("0"));
        gauge(
                "patroni_dcs_last_seen",
                "Epoch seconds of the last read of the DCS.",
                snapshot.clusterSeenAt()
                        .map(at -> Long.toString(at.getEpochSecond()))
                        .orElse("0"));
        flag(
                "patroni_pending_restart",
                "1 if PostgreSQL needs a restart.",
                !snapshot.server().pendingRestart().isEmpty());
        flag("patroni_is_paused", "1 in maintenance mode.", snapshot.config().paused());
        state();
        gauge(
                "patroni_failover_priority",
                "Failover priority, 0 with nofailover.",
                snapshot.configuration().tags().nofailover()
                        ? "0"
                        : Integer.toString(snapshot.configuration().tags().failoverPriority()));
    }

    private void state() {
        text.append("# HELP patroni_postgres_state State of PostgreSQL.\n# Values: ");
        for (PostgresState state : PostgresState.values()) {
            text.append(state.number() == 0 ? "" : ", ")
                    .append(state.number())
                    .append('=')
                    .append(state.name().toLowerCase(java.util.Locale.ROOT));
        }
        text.append("\n# TYPE patroni_postgres_state gauge\n");
        value(
                "patroni_postgres_state",
                Integer.toString(snapshot.server()
                        .state()
                        .told(snapshot.config().paused())
                        .number()));
    }

    private static String version() {
        StringBuilder digits = new StringBuilder();
        for (String part : CompatibleVersion.PATRONI.split("\\.", -1)) {
            digits.append("%02d".formatted(Integer.parseInt(part)));
        }
        return digits.toString();
    }

    private static String seconds(Instant instant) {
        return BigDecimal.valueOf(instant.getEpochSecond())
                .add(BigDecimal.valueOf(instant.getNano() / 1000, 6))
                .toPlainString();
    }

    private void flag(String name, String help, boolean value) {
        gauge(name, help, value ? "1" : "0");
    }

    private void gauge(String name, String help, String value) {
        header(name, help, "gauge");
        value(name, value);
    }

    private void counter(String name, String help, Optional<Lsn> position) {
        header(name, help, "counter");
        value(name, position.map(lsn -> Long.toUnsignedString(lsn.bytes())).orElse("0"));
    }

    private void header(String name, String help, String type) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private void value(String name, String value) {
        text.append(name).append(labels).append(' ').append(value).append('\n');
    }
}
