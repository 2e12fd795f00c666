package io.matriarch.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A client that writes a few rows a second and ends a segment now and then. */
final class ArchivingLoad implements AutoCloseable {
    /** What must be the same after a restore. */
    static final String COUNT = "SELECT count(*), sum(elephant) FROM herd";

    private static final int PAUSE_MILLIS = 40;
    private static final int ROWS_PER_SEGMENT = 20;

    private final Connection connection;
    private final Thread thread;
    private volatile boolean ended;
    private volatile Optional<SQLException> trouble = Optional.empty();

    ArchivingLoad(ArchivingServer server) {
        server.sql("CREATE TABLE herd (elephant bigint PRIMARY KEY)");
        server.sql("CREATE TABLE filling (elephant bigint)");
        server.sql("INSERT INTO herd VALUES (0)");
        try {
            connection = DriverManager.getConnection(server.url());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        thread = Thread.ofPlatform().daemon().start(this::write);
    }

    private void write() {
        try (Statement statement = connection.createStatement()) {
            for (long elephant = 1; !ended; elephant++) {
                statement.execute("INSERT INTO herd VALUES (" + elephant + ")");
                if (elephant % ROWS_PER_SEGMENT == 0) {
                    statement.execute("SELECT pg_switch_wal()");
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (SQLException e) {
            trouble = Optional.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes nothing more. */
    void end() {
        ended = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        trouble.ifPresent(e -> {
            throw new IllegalStateException("the load failed", e);
        });
    }

    /** The answer to {@link #COUNT}, as psql prints it. */
    String written() {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(COUNT)) {
            result.next();
            return result.getString(1) + "|" + result.getString(2);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        ended = true;
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
