package io.matriarch.postgres;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.ReplicationSlot;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.SlotKind;
import io.matriarch.time.Deadline;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** Asks the local server the monitoring query, on a thread of its own, so that a hanging server never holds up the loop. */
final class Monitor {
    private static final Logger LOG = Logger.getLogger(Monitor.class);
    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;
    private static final String QUERY = """
            SELECT pg_is_in_recovery(), current_setting('server_version_num')::int, pg_postmaster_start_time(),
                   CASE WHEN pg_is_in_recovery() THEN coalesce(w.received_tli, greatest((pg_control_checkpoint()).timeline_id,
                             (SELECT max(('x' || substr(name, 1, 8))::bit(32)::int) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$')))
                        ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
                   CASE WHEN pg_is_in_recovery() THEN 0 ELSE pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint END,
                   coalesce(greatest(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0'), pg_wal_lsn_diff(w.written_lsn, '0/0')), 0)::bigint,
                   coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0'), 0)::bigint,
                   pg_last_xact_replay_timestamp(),
                   CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END,
                   CASE WHEN NOT pg_is_in_recovery() THEN NULL
                        WHEN w.status = 'streaming' THEN 'streaming'
                        WHEN current_setting('restore_command') <> '' THEN 'in archive recovery' END,
                   pg_wal_lsn_diff(w.latest_end_lsn, '0/0')::bigint,
                   NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() IS NOT NULL OR EXISTS (
                       SELECT FROM pg_stat_activity WHERE backend_type = 'startup'
                          AND wait_event IN ('RecoveryWalStream', 'RecoveryRetrieveRetryInterval')),
                   current_setting('synchronous_standby_names'), current_setting('synchronous_commit'),
                   CASE WHEN pg_is_in_recovery() THEN 0
                        ELSE pg_wal_lsn_diff(pg_current_wal_insert_lsn(), pg_current_wal_flush_lsn())::bigint END,
                   pg_is_in_recovery() AND w.status IS DISTINCT FROM 'streaming' AND EXISTS (
                       SELECT FROM pg_stat_activity WHERE backend_type = 'startup'
                          AND wait_event IN ('RecoveryWalStream', 'RecoveryRetrieveRetryInterval'))
              FROM (SELECT 1) one LEFT JOIN pg_stat_get_wal_receiver() w ON w.pid IS NOT NULL;
            SELECT usename, application_name, host(client_addr), state, sync_state, sync_priority,
                   pg_wal_lsn_diff(write_lsn, '0/0')::bigint, pg_wal_lsn_diff(flush_lsn, '0/0')::bigint,
                   pg_wal_lsn_diff(replay_lsn, '0/0')::bigint
              FROM pg_stat_replication;
            SELECT slot_name, slot_type = 'physical', coalesce(database, ''), coalesce(plugin, ''), active,
                   coalesce(wal_status = 'lost', false),
                   slot_type = 'physical' AND (xmin IS NOT NULL OR catalog_xmin IS NOT NULL),
                   pg_wal_lsn_diff(CASE WHEN slot_type = 'physical' THEN restart_lsn ELSE confirmed_flush_lsn END, '0/0')::bigint,
                   coalesce((to_jsonb(s) ->> 'failover')::boolean, false), coalesce((to_jsonb(s) ->> 'synced')::boolean, false)
              FROM pg_replication_slots s WHERE NOT temporary
            """;

    private final Connections connections;
    private final LoginRefusal refusal = new LoginRefusal();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().name("postgres-monitor").daemon().unstarted(task));
    private final Queue<CompletableFuture<Optional<ServerReading>>> waiting = new ConcurrentLinkedQueue<>();
    private Optional<Connection> connection = Optional.empty();
    private Optional<Future<Optional<ServerReading>>> overdue = Optional.empty();

    Monitor(Connections connections) {
        this.connections = connections;
    }

    /** Absent when the server didn't answer by the deadline. A query that is late then is waited for the next time, and its answer, which is old, is thrown away. */
    Optional<ServerReading> ask(Deadline deadline) {
        if (overdue.isPresent()) {
            await(overdue.get(), deadline);
        }
        return overdue.isPresent() ? Optional.empty() : await(thread.submit(this::query), deadline);
    }

    /** For others than the loop, on any thread: the query begins after this call. Those who wait for the same one share its answer. */
    CompletableFuture<Optional<ServerReading>> askSoon() {
        CompletableFuture<Optional<ServerReading>> answer = new CompletableFuture<>();
        waiting.add(answer);
        thread.execute(this::answerWaiting);
        return answer;
    }

    private void answerWaiting() {
        List<CompletableFuture<Optional<ServerReading>>> asked = new ArrayList<>();
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
            asked.add(next);
        }
        if (!asked.isEmpty()) {
            Optional<ServerReading> answer = query();
            asked.forEach(one -> one.complete(answer));
        }
    }

    private Optional<ServerReading> await(Future<Optional<ServerReading>> answer, Deadline deadline) {
        try {
            Optional<ServerReading> reading = answer.get(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS);
            overdue = Optional.empty();
            return reading;
        } catch (TimeoutException e) {
            overdue = Optional.of(answer);
            return Optional.empty();
        } catch (ExecutionException e) {
            overdue = Optional.empty();
            LOG.debug("the monitoring query failed", e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A new postmaster needs a new connection. */
    void disconnect() {
        thread.execute(this::drop);
    }

    private void drop() {
        connection.ifPresent(Monitor::closeQuietly);
        connection = Optional.empty();
    }

    private static void closeQuietly(Connection open) {
        try {
            open.close();
        } catch (SQLException e) {
            LOG.trace("closing failed", e);
        }
    }

    private Optional<ServerReading> query() {
        try {
            if (connection.isEmpty()) {
                if (!refusal.mayTryAgain()) {
                    return Optional.empty();
                }
                connection = Optional.of(connections.local("Patroni heartbeat", STATEMENT_TIMEOUT_MILLIS));
                refusal.over();
            }
            try (Statement statement = connection.get().createStatement()) {
                return Optional.of(read(statement));
            }
        } catch (SQLException e) {
            LOG.debugf("the server doesn't answer the monitoring query: %s", e.getMessage());
            refusal.consider(e);
            drop();
            return Optional.empty();
        }
    }

    private static ServerReading read(Statement statement) throws SQLException {
        statement.execute(QUERY);
        try (ResultSet row = statement.getResultSet()) {
            row.next();
            boolean inRecovery = row.getBoolean(1);
            int version = row.getInt(2);
            Instant started = row.getObject(3, OffsetDateTime.class).toInstant();
            int timeline = row.getInt(4);
            Lsn position = new Lsn(row.getLong(5));
            Lsn received = new Lsn(row.getLong(6));
            Lsn replayed = new Lsn(row.getLong(7));
            Optional<Instant> replayedAt =
                    Optional.ofNullable(row.getObject(8, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
            boolean paused = row.getBoolean(9);
            Optional<String> replicationState = Optional.ofNullable(row.getString(10));
            Optional<Lsn> latestEnd = lsn(row, 11);
            boolean endKnown = row.getBoolean(12);
            ServerReading.Commits commits = new ServerReading.Commits(text(row, 13), text(row, 14), row.getLong(15));
            return new ServerReading(
                    version,
                    started,
                    inRecovery,
                    timeline > 0 ? OptionalInt.of(timeline) : OptionalInt.empty(),
                    position,
                    received,
                    replayed,
                    endKnown,
                    replayedAt,
                    paused,
                    replicationState,
                    latestEnd,
                    row.getBoolean(16),
                    walSenders(statement),
                    slots(statement),
                    commits);
        }
    }

    private static List<ServerReading.WalSender> walSenders(Statement statement) throws SQLException {
        List<ServerReading.WalSender> senders = new ArrayList<>();
        statement.getMoreResults(Statement.KEEP_CURRENT_RESULT);
        try (ResultSet row = statement.getResultSet()) {
            while (row.next()) {
                senders.add(new ServerReading.WalSender(
                        text(row, 1),
                        text(row, 2),
                        Optional.ofNullable(row.getString(3)),
                        text(row, 4),
                        text(row, 5),
                        row.getInt(6),
                        lsn(row, 7),
                        lsn(row, 8),
                        lsn(row, 9)));
            }
        }
        return senders;
    }

    private static List<ReplicationSlot> slots(Statement statement) throws SQLException {
        List<ReplicationSlot> slots = new ArrayList<>();
        statement.getMoreResults(Statement.KEEP_CURRENT_RESULT);
        try (ResultSet row = statement.getResultSet()) {
            while (row.next()) {
                slots.add(new ReplicationSlot(
                        text(row, 1),
                        row.getBoolean(2) ? new SlotKind.Physical() : new SlotKind.Logical(text(row, 3), text(row, 4)),
                        row.getBoolean(5),
                        row.getBoolean(6),
                        row.getBoolean(7),
                        lsn(row, 8),
                        row.getBoolean(9),
                        row.getBoolean(10)));
            }
        }
        return slots;
    }

    private static Optional<Lsn> lsn(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, Long.class)).map(Lsn::new);
    }

    private static String text(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).orElse("");
    }
}
