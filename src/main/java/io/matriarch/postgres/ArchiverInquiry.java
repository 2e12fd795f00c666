package io.matriarch.postgres;

import io.matriarch.cluster.ArchiveFailure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;

/**
 * Asks the local server what it couldn't archive, whatever its archive_command is. That isn't part of the monitoring query: up to PostgreSQL 14 these statistics are in
 * a file which the server may have to wait for, and the loop must not wait with it.
 */
final class ArchiverInquiry {
    private static final Logger LOG = Logger.getLogger(ArchiverInquiry.class);
    private static final int STATEMENT_TIMEOUT_MILLIS = 2000;

    /** A standby that doesn't archive may have kept a failure of its time as a primary. */
    private static final String QUERY = """
            SELECT last_failed_wal, last_failed_time FROM pg_stat_archiver
             WHERE last_failed_time > coalesce(last_archived_time, '-infinity')
               AND (current_setting('archive_mode') = 'always' OR NOT pg_is_in_recovery())""";

    private final Connections connections;
    private CompletableFuture<Optional<ArchiveFailure>> asked = CompletableFuture.completedFuture(Optional.empty());

    ArchiverInquiry(Connections connections) {
        this.connections = connections;
    }

    /** Who asks while a question is open shares its answer. */
    synchronized CompletableFuture<Optional<ArchiveFailure>> ask() {
        if (asked.isDone()) {
            asked = CompletableFuture.supplyAsync(
                    this::query,
                    task -> Thread.ofPlatform()
                            .name("postgres-archiver")
                            .daemon()
                            .start(task));
        }
        return asked.copy();
    }

    private Optional<ArchiveFailure> query() {
        try (Connection connection = connections.local("matriarch", STATEMENT_TIMEOUT_MILLIS);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            return row.next()
                    ? Optional.of(new ArchiveFailure(
                            row.getString(1),
                            row.getObject(2, OffsetDateTime.class).toInstant()))
                    : Optional.empty();
        } catch (SQLException e) {
            LOG.debugf("pg_stat_archiver can't be read: %s", e.getMessage());
            return Optional.empty();
        }
    }
}
