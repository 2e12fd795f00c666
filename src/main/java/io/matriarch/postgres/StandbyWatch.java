package io.matriarch.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Notices when somebody else has changed what a running standby recovers from: its files, ALTER SYSTEM, the passfile (reference 6.5). Asks the server only when
 * one of the files, or the postmaster, is another than at the last look.
 */
final class StandbyWatch {
    private static final Logger LOG = Logger.getLogger(StandbyWatch.class);
    private static final int SQL_TIMEOUT_MILLIS = 3000;
    /** A reload is asynchronous. */
    private static final Duration UNTIL_RELOADED = Duration.ofSeconds(1);

    private static final String QUERY =
            "SELECT name, setting, coalesce(sourcefile, '') FROM pg_settings WHERE name IN ("
                    + "'archive_cleanup_command', 'primary_conninfo', 'primary_slot_name', 'promote_trigger_file', 'recovery_end_command',"
                    + " 'recovery_min_apply_delay', 'recovery_target', 'recovery_target_lsn', 'recovery_target_name', 'recovery_target_time',"
                    + " 'recovery_target_timeline', 'recovery_target_xid', 'restore_command')";

    private final Connections connections;
    private final List<Path> files;
    private final Path ours;
    private final AtomicReference<Optional<Fingerprint>> seen = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean busy = new AtomicBoolean();

    StandbyWatch(Connections connections, Path main, Path autoConf, Path passfile) {
        this.connections = connections;
        this.ours = main;
        this.files = List.of(main, autoConf, passfile);
    }

    private record Fingerprint(Postmaster postmaster, List<FileTime> modified) {}

    /** Calls {@code repair} with the server's settings, on another thread, if there is a reason to look. */
    void look(Postmaster postmaster, Consumer<Map<String, RecoveryComparison.Current>> repair) {
        Optional<Fingerprint> now = Optional.of(new Fingerprint(postmaster, modified()));
        if (!now.equals(seen.get()) && busy.compareAndSet(false, true)) {
            Thread.ofPlatform().name("postgres-standby-watch").daemon().start(() -> {
                try {
                    Thread.sleep(UNTIL_RELOADED);
                    repair.accept(ask());
                    seen.set(now); // what was changed meanwhile, by the repair too, is looked at once more
                } catch (SQLException e) {
                    LOG.debugf("pg_settings can't be read: %s", e.getMessage());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    busy.set(false);
                }
            });
        }
    }

    private List<FileTime> modified() {
        List<FileTime> times = new ArrayList<>();
        for (Path file : files) {
            try {
                times.add(Files.getLastModifiedTime(file));
            } catch (IOException missing) {
                times.add(FileTime.fromMillis(0));
            }
        }
        return times;
    }

    private Map<String, RecoveryComparison.Current> ask() throws SQLException {
        Map<String, RecoveryComparison.Current> current = new HashMap<>();
        try (Connection connection = connections.local("Patroni", SQL_TIMEOUT_MILLIS);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            while (row.next()) {
                boolean here = Set.of("", ours.toString()).contains(row.getString(3));
                current.put(row.getString(1), new RecoveryComparison.Current(row.getString(2), here));
            }
        }
        return current;
    }
}
