package io.matriarch.postgres;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresFeature;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.DatabaseUser;
import io.matriarch.config.PostgresSection;
import io.matriarch.config.PostgresSettings;
import io.matriarch.file.FileProblem;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** Makes a former primary's data the leader's with pg_rewind (reference 5.21). The server is stopped. */
final class Rewinding {
    private static final Logger LOG = Logger.getLogger(Rewinding.class);
    private static final Duration PATIENCE = Duration.ofHours(12);
    private static final Pattern MISSING_WAL = Pattern.compile("could not open file \".*pg_wal/([0-9A-F]{24})\"");
    private static final Pattern SAME_TIMELINE = Pattern.compile("source and target cluster are on the same timeline");
    private static final Set<String> NOT_ALLOWED = Set.of(
            "target-pgdata",
            "source-pgdata",
            "source-server",
            "write-recovery-conf",
            "dry-run",
            "restore-target-wal",
            "config-file",
            "no-ensure-shutdown",
            "version",
            "help");

    private final PgTools tools;
    private final Supplier<PostgresConfiguration> configuration;
    private final Connections connections;
    private final ControlFile control;
    private final DataDirectoryFiles files;
    private final ConfigurationFiles configurationFiles;
    private final WalArchive archive;
    private final SingleUserRecovery recovery;

    Rewinding(
            PgTools tools,
            Supplier<PostgresConfiguration> configuration,
            Connections connections,
            ControlFile control,
            DataDirectoryFiles files,
            ConfigurationFiles configurationFiles) {
        this.tools = tools;
        this.configuration = configuration;
        this.connections = connections;
        this.control = control;
        this.files = files;
        this.configurationFiles = configurationFiles;
        this.archive = new WalArchive(tools, this::settings, configurationFiles);
        this.recovery = new SingleUserRecovery(tools, this::settings, configurationFiles, archive);
    }

    private PostgresSettings settings() {
        return configuration.get().local().postgresql();
    }

    OperationResult crashRecovery(Cancellation cancellation) {
        return recovery.run(cancellation);
    }

    /** A rewind that doesn't end leaves a directory that is never started, and may be cloned over. */
    OperationResult rewind(Upstream leader, Cancellation cancellation) {
        if (files.isHalfRewound()) {
            return new OperationResult.Failed("pg_rewind was interrupted here, it can't be run again; clone instead");
        }
        DatabaseUser user = settings().rewind().username().isPresent()
                ? settings().rewind()
                : settings().superuser();
        RewindSource source = new RewindSource(connections);
        Optional<String> refusal = LocalPostgres.leaderReplays(configuration.get(), leader)
                ? source.refusalOfStandby(leader, settings().superuser())
                : source.refusal(leader, user);
        if (refusal.isPresent()) {
            return new OperationResult.Failed(refusal.get());
        }
        if (!stoppedCleanly() && crashRecovery(cancellation) instanceof OperationResult.Failed failed) {
            return failed; // pg_rewind refuses what was not shut down
        }
        archive.archiveWhatIsReady(cancellation);
        try (ToolCredentials credentials =
                new ToolCredentials(settings(), "rewind", user, ConnInfo.Address.of(leader))) {
            PgTools.Result result = tryAndRewind(leader, credentials, cancellation);
            if (cancellation.requested()) {
                return new OperationResult.Cancelled();
            }
            if (SAME_TIMELINE.matcher(result.output()).find()) {
                return new OperationResult.Diverged("pg_rewind from " + leader.member()
                        + " compares numbers of timelines only, and they are the same here and there");
            }
            if (!result.ok()) {
                return new OperationResult.Failed("pg_rewind from " + leader.member() + ": " + result.lastLine());
            }
            files.rewound();
            return new OperationResult.Succeeded();
        } catch (IOException e) {
            return new OperationResult.Failed("pg_rewind from " + leader.member() + ": " + FileProblem.whereAndWhy(e));
        } finally {
            files.rewindEnded();
        }
    }

    private boolean stoppedCleanly() {
        return control.read()
                .map(ControlData::clusterState)
                .filter(state -> state.equals("shut down") || state.equals("shut down in recovery"))
                .isPresent();
    }

    /** First without a change: what fails then (a connection, a privilege, missing WAL) leaves a directory that can still be used. */
    private PgTools.Result tryAndRewind(Upstream leader, ToolCredentials credentials, Cancellation cancellation)
            throws IOException {
        Optional<String> restoreCommand = archive.restoreCommand();
        List<String> arguments = arguments(leader, credentials, restoreCommand.isPresent());
        Map<String, String> environment = new HashMap<>(credentials.environment());
        environment.put("PGOPTIONS", "-c statement_timeout=0");
        List<String> trial = new ArrayList<>(arguments);
        trial.add("--dry-run");
        Deadline deadline = Deadline.after(PATIENCE);
        PgTools.Result tried = tools.run("pg_rewind", trial, environment, deadline, cancellation);
        Set<String> fetched = new HashSet<>();
        while (restoreCommand.isPresent()
                && !tried.ok()
                && !cancellation.requested()
                && fetchMissing(tried, restoreCommand.get(), fetched, cancellation)) {
            tried = tools.run("pg_rewind", trial, environment, deadline, cancellation);
        }
        if (!tried.ok()
                || cancellation.requested()
                || SAME_TIMELINE.matcher(tried.output()).find()) {
            return tried;
        }
        files.rewindBegins();
        return tools.run("pg_rewind", arguments, environment, deadline, cancellation);
    }

    /** Where pg_rewind doesn't use restore_command itself; whether another try makes sense. */
    private boolean fetchMissing(
            PgTools.Result tried, String restoreCommand, Set<String> fetched, Cancellation cancellation) {
        Matcher missing = MISSING_WAL.matcher(tried.output());
        if (!missing.find() || !fetched.add(missing.group(1))) {
            return false;
        }
        PgTools.Result restored = archive.restore(restoreCommand, missing.group(1), cancellation);
        if (!restored.ok()) {
            LOG.warnf(
                    "pg_rewind needs %s, and restore_command doesn't bring it: %s",
                    missing.group(1), restored.lastLine());
        }
        return restored.ok();
    }

    private List<String> arguments(Upstream leader, ToolCredentials credentials, boolean hasRestoreCommand) {
        Map<String, String> more = new LinkedHashMap<>();
        more.put("dbname", settings().database());
        if (!LocalPostgres.leaderReplays(configuration.get(), leader)) { // which is read-only
            more.put("target_session_attrs", "read-write");
        }
        List<String> arguments = new ArrayList<>(List.of(
                "-D", settings().dataDirectory().toString(), "--source-server", credentials.connectionString(more)));
        int major = ServerControl.major(settings());
        boolean usualPlace =
                configurationFiles.mainFile().equals(settings().dataDirectory().resolve("postgresql.conf"));
        boolean takesFile = PostgresFeature.REWIND_TAKES_CONFIG_FILE.in(major);
        if (!usualPlace && takesFile) {
            arguments.add("--config-file=" + configurationFiles.mainFile());
        }
        boolean findsCommand = usualPlace || takesFile;
        if (hasRestoreCommand && findsCommand && PostgresFeature.REWIND_RESTORES_TARGET_WAL.in(major)) {
            arguments.add("--restore-target-wal");
        }
        arguments.addAll(ToolOptions.of(
                PostgresSection.effective(settings(), configuration.get().dynamic()), "rewind", NOT_ALLOWED));
        return arguments;
    }
}
