package io.matriarch.postgres;

import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresFeature;
import io.matriarch.config.PostgresSettings;
import io.matriarch.file.FileProblem;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** Crash recovery in single-user mode: replays the WAL to its end and shuts down, so that the end is known and pg_rewind can run (reference 5.21). */
final class SingleUserRecovery {
    private static final Logger LOG = Logger.getLogger(SingleUserRecovery.class);
    private static final Duration PATIENCE = Duration.ofHours(2);
    private static final Pattern OPTION = Pattern.compile("\"--([a-zA-Z_.]+)=([^\"]*)\"");

    private final PgTools tools;
    private final Supplier<PostgresSettings> settings;
    private final ConfigurationFiles configurationFiles;
    private final WalArchive archive;

    SingleUserRecovery(
            PgTools tools,
            Supplier<PostgresSettings> settings,
            ConfigurationFiles configurationFiles,
            WalArchive archive) {
        this.tools = tools;
        this.settings = settings;
        this.configurationFiles = configurationFiles;
        this.archive = archive;
    }

    OperationResult run(Cancellation cancellation) {
        if (Files.exists(data().resolve("backup_label"))
                && PostgresFeature.BACKUP_LABEL_IS_A_BACKUPS.in(ServerControl.major(settings.get()))) {
            LOG.info(
                    "no crash recovery in single-user mode: the data are a base backup, PostgreSQL recovers them when it starts");
            return new OperationResult.Succeeded();
        }
        archive.archiveWhatIsReady(cancellation);
        boolean standby = configurationFiles.hasSignal();
        try {
            configurationFiles.noSignals(); // a single-user server refuses to be a standby
        } catch (IOException e) {
            return new OperationResult.Failed(
                    "standby.signal could not be removed for crash recovery: " + FileProblem.whereAndWhy(e));
        }
        List<String> archived = archive.forgetWhatIsDone();
        PgTools.Result result;
        try {
            result = replay(cancellation);
        } finally {
            archive.remember(archived);
            if (standby) {
                putBackSignal();
            }
        }
        if (cancellation.requested()) {
            return new OperationResult.Cancelled();
        }
        return result.ok()
                ? new OperationResult.Succeeded()
                : new OperationResult.Failed("crash recovery in single-user mode: " + result.lastLine());
    }

    /** What was to be a standby must not start as a primary because crash recovery came between. */
    private void putBackSignal() {
        try {
            configurationFiles.standbySignal();
        } catch (IOException e) {
            LOG.warnf("standby.signal could not be put back after crash recovery: %s", e.getMessage());
        }
    }

    /** With archive_mode on and a command that fails, WAL stays that pg_rewind needs; standard input is empty (section 9, case 86). */
    private PgTools.Result replay(Cancellation cancellation) {
        List<String> arguments = new ArrayList<>(List.of("--single", "-D", data().toString()));
        for (String option : lastOptions()) {
            arguments.addAll(List.of("-c", option));
        }
        arguments.addAll(List.of("-c", "config_file=" + configurationFiles.mainFile()));
        arguments.addAll(List.of("-c", "archive_mode=on", "-c", "archive_command=false", "template1"));
        return tools.run("postgres", arguments, Map.of(), Deadline.after(PATIENCE), cancellation);
    }

    /** The options of the last start: WAL may not be replayed with a lower max_prepared_transactions, say. */
    private List<String> lastOptions() {
        Optional<String> started = read(data().resolve("postmaster.opts"));
        List<String> options = new ArrayList<>();
        Matcher option = OPTION.matcher(started.orElse(""));
        while (option.find()) {
            if (!option.group(1).replace('-', '_').equals("config_file")) {
                options.add(option.group(1) + "=" + option.group(2));
            }
        }
        return options;
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    private Path data() {
        return settings.get().dataDirectory();
    }
}
