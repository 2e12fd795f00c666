package io.matriarch.postgres;

import io.matriarch.config.PostgresSettings;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** What archive_command and restore_command do for a server that is stopped (reference 5.21). The configuration that the server would read counts. */
final class WalArchive {
    private static final Logger LOG = Logger.getLogger(WalArchive.class);
    private static final Duration SETTING = Duration.ofSeconds(10);
    private static final Duration ONE_FILE = Duration.ofMinutes(10);
    private static final String READY = ".ready";
    private static final String DONE = ".done";

    private final PgTools tools;
    private final Supplier<PostgresSettings> settings;
    private final ConfigurationFiles files;

    WalArchive(PgTools tools, Supplier<PostgresSettings> settings, ConfigurationFiles files) {
        this.tools = tools;
        this.settings = settings;
        this.files = files;
    }

    /** What the server would use; absent when there is none, or the server's program doesn't tell. */
    Optional<String> restoreCommand() {
        return setting("restore_command");
    }

    private Optional<String> setting(String name) {
        PgTools.Result result = tools.run(
                "postgres",
                List.of("-D", data().toString(), "--config-file=" + files.mainFile(), "-C", name),
                Map.of(),
                Deadline.after(SETTING));
        return result.ok()
                ? result.output()
                        .lines()
                        .reduce((_, last) -> last)
                        .map(String::strip)
                        .filter(text -> !text.isEmpty())
                : Optional.empty();
    }

    /**
     * WAL that waits to be archived goes to the archive before pg_rewind or crash recovery touch it. A failure is told and doesn't hold up the rejoin: the command
     * may be the very thing that is broken.
     */
    void archiveWhatIsReady(Cancellation cancellation) {
        List<Path> waiting = status(READY);
        if (waiting.isEmpty()
                || setting("archive_mode").filter(mode -> !mode.equals("off")).isEmpty()) {
            return;
        }
        Optional<String> command = setting("archive_command");
        if (command.isEmpty()) {
            return;
        }
        for (Path ready : waiting) {
            String file = withoutSuffix(ready, READY);
            PgTools.Result result = inDataDirectory(filledIn(command.get(), file, "pg_wal/" + file), cancellation);
            if (!result.ok() || cancellation.requested()) {
                LOG.warnf("archive_command for %s failed, going on without: %s", file, result.lastLine());
                return;
            }
            move(ready, file);
        }
        LOG.infof("archived %d files of WAL that were waiting", waiting.size());
    }

    private static void move(Path ready, String file) {
        try {
            Files.move(ready, ready.resolveSibling(file + DONE));
        } catch (IOException e) {
            LOG.warnf("%s could not be marked as archived: %s", file, e.getMessage());
        }
    }

    /** Without a mark that it is archived, a WAL file outlives the checkpoint at the end of crash recovery: pg_rewind will need it. Returns what was marked. */
    List<String> forgetWhatIsDone() {
        List<String> forgotten = new ArrayList<>();
        for (Path done : status(DONE)) {
            try {
                Files.deleteIfExists(done);
                forgotten.add(withoutSuffix(done, DONE));
            } catch (IOException e) {
                LOG.debugf("%s stays: %s", done, e.getMessage());
            }
        }
        return forgotten;
    }

    /** Marks those files again, so that they don't go to the archive twice. */
    void remember(List<String> done) {
        for (String file : done) {
            Path mark = data().resolve("pg_wal/archive_status").resolve(file + DONE);
            try {
                Files.deleteIfExists(mark.resolveSibling(file + READY));
                if (Files.exists(data().resolve("pg_wal").resolve(file)) && !Files.exists(mark)) {
                    Files.createFile(mark);
                }
            } catch (IOException e) {
                LOG.warnf("%s could not be marked as archived: %s", file, e.getMessage());
            }
        }
    }

    /** Fetches a file of WAL into pg_wal. */
    PgTools.Result restore(String command, String file, Cancellation cancellation) {
        PgTools.Result result = inDataDirectory(filledIn(command, file, "pg_wal/" + file), cancellation);
        return result.ok() && !Files.exists(data().resolve("pg_wal").resolve(file))
                ? new PgTools.Result(1, "restore_command ended well but brought no " + file)
                : result;
    }

    /** Fetches a file for a look at it, to where the server doesn't see it. */
    PgTools.Result fetch(String command, String file, Path target) {
        return inDataDirectory(filledIn(command, file, target.toString()), new Cancellation());
    }

    /** %r is the oldest file that may still be needed: as far as is known here, the one that is asked for. */
    static String filledIn(String command, String file, String path) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < command.length(); i++) {
            char next = i + 1 < command.length() ? command.charAt(i + 1) : ' ';
            if (command.charAt(i) != '%' || "pfr%".indexOf(next) < 0) {
                text.append(command.charAt(i));
            } else {
                text.append(next == 'p' ? path : next == '%' ? "%" : file);
                i++;
            }
        }
        return text.toString();
    }

    private PgTools.Result inDataDirectory(String command, Cancellation cancellation) {
        return PgTools.runCommand(
                List.of("sh", "-c", "cd \"$0\" && exec sh -c \"$1\"", data().toString(), command),
                Map.of(),
                Deadline.after(ONE_FILE),
                cancellation);
    }

    private List<Path> status(String suffix) {
        Path folder = data().resolve("pg_wal/archive_status");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            LOG.warnf("%s can't be read: %s", folder, e.getMessage());
            return List.of();
        }
    }

    private static String withoutSuffix(Path mark, String suffix) {
        String name = mark.getFileName().toString();
        return name.substring(0, name.length() - suffix.length());
    }

    private Path data() {
        return settings.get().dataDirectory();
    }
}
