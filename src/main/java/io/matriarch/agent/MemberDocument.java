package io.matriarch.agent;

import io.matriarch.cluster.CompatibleVersion;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.config.Configuration;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Text;
import java.util.Optional;
import java.util.TreeMap;

/** The JSON of the own member key, in Patroni's field order (reference 3.2). */
final class MemberDocument {
    private MemberDocument() {}

    /** {@code leavesSync}: the leader shall do without this standby's confirmation of commits. */
    static Mapping of(
            Configuration configuration,
            ServerStatus server,
            boolean paused,
            Optional<Mapping> scheduledRestart,
            boolean leavesSync,
            boolean collectsPledges) {
        Mapping document = Mapping.empty()
                .with("conn_url", connUrl(configuration))
                .with("api_url", configuration.restapi().apiUrl())
                .with("state", server.state().told(paused).text())
                .with("role", role(server))
                .with("version", CompatibleVersion.PATRONI)
                .with("proxy_url", proxyUrl(configuration));
        if (server.checkpointPending() && server.role().leads()) {
            document = document.with("checkpoint_after_promote", false);
        }
        Mapping tags = PublishedTags.of(configuration.tags());
        if (leavesSync) {
            tags = tags.with("nosync", true).with("sync_priority", 0);
        }
        if (!tags.isEmpty()) {
            document = document.with("tags", tags);
        }
        if (!server.pendingRestart().isEmpty()) {
            document = document.with("pending_restart", true).with("pending_restart_reason", pendingRestart(server));
        }
        if (collectsPledges) {
            document = document.with("failsafe_quorum", true);
        }
        document = withPositions(document, server).with("scheduled_restart", scheduledRestart);
        return paused ? document.with("pause", true) : document;
    }

    /** The reasons of a pending restart, sorted by parameter. */
    static Mapping pendingRestart(ServerStatus server) {
        Mapping reasons = Mapping.empty();
        for (var change : new TreeMap<>(server.pendingRestart()).entrySet()) {
            reasons = reasons.with(
                    change.getKey(),
                    Mapping.empty()
                            .with("old_value", change.getValue().oldValue())
                            .with("new_value", change.getValue().newValue()));
        }
        return reasons;
    }

    private static String role(ServerStatus server) {
        return server.dataDirectory() instanceof DataDirectory.Empty
                ? Role.UNINITIALIZED.text()
                : server.role().text();
    }

    static String connUrl(Configuration configuration) {
        return "postgres://" + configuration.postgresql().connectAddress() + "/"
                + configuration.postgresql().database();
    }

    private static Optional<Text> proxyUrl(Configuration configuration) {
        return configuration
                .postgresql()
                .proxyAddress()
                .map(address -> new Text("postgres://" + address + "/"
                        + configuration.postgresql().database()));
    }

    private static Mapping withPositions(Mapping document, ServerStatus server) {
        Optional<ServerReading> reading = server.reading().filter(_ -> publishesPosition(server));
        if (reading.isEmpty()) {
            return document;
        }
        ServerReading answer = reading.get();
        Mapping positioned = document.with("xlog_location", answer.walPosition().bytes());
        if (answer.inRecovery()) {
            positioned = withLsn(positioned, "replay_lsn", answer.replayed());
            positioned = withLsn(positioned, "receive_lsn", answer.received());
            positioned = positioned.with(
                    "replication_state", answer.replicationState().map(Text::new));
        }
        return positioned.with("timeline", answer.timeline());
    }

    private static boolean publishesPosition(ServerStatus server) {
        boolean stateFits = server.state() == PostgresState.RUNNING
                || server.state() == PostgresState.RESTARTING
                || server.state() == PostgresState.STARTING;
        boolean quiet = server.operation()
                .map(running -> running.operation() instanceof Operation.Promote
                        || running.operation() instanceof Operation.CheckpointAfterPromotion
                        || running.operation() instanceof Operation.Follow
                        || running.operation() instanceof Operation.CheckDivergence)
                .orElse(true);
        return stateFits && quiet;
    }

    private static Mapping withLsn(Mapping document, String field, Lsn position) {
        return position.equals(Lsn.ZERO) ? document : document.with(field, Value.of(position.bytes()));
    }
}
