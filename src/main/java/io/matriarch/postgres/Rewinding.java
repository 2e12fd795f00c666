package io.matriarch.postgres;

import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.DatabaseUser;
import io.matriarch.config.PostgresSettings;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Makes a former primary's data the leader's: crash recovery, and pg_rewind (reference 5.21). The server is stopped. */
final class Rewinding {
    private static final Logger LOG = Logger.getLogger(Rewinding.class);
    private static final Duration REWIND_PATIENCE = Duration.ofHours(12);
    private static final Duration RECOVERY_PATIENCE = Duration.ofHours(2);

    private final PgTools tools;
    private final Supplier<PostgresSettings> settings;
    private final DataDirectoryFiles files;
    private final ConfigurationFiles configurationFiles;

    Rewinding(
            PgTools tools,
            Supplier<PostgresSettings> settings,
            DataDirectoryFiles files,
            ConfigurationFiles configurationFiles) {
        this.tools = tools;
        this.settings = settings;
        this.files = files;
        this.configurationFiles = configurationFiles;
    }

    /** A rewind that doesn't end leaves a directory that is never started, and may be cloned over. */
    OperationResult rewind(Upstream leader, Cancellation cancellation) {
        if (files.isHalfRewound()) {
            return new OperationResult.Failed("pg_rewind was interrupted here, it can't be run again; clone instead");
        }
        DatabaseUser user = settings.get().rewind().username().isPresent()
                ? settings.get().rewind()
                : settings.get().superuser();
        try (ToolCredentials credentials =
                new ToolCredentials(settings.get(), "rewind", user, ConnInfo.Address.of(leader))) {
            PgTools.Result result = tryAndRewind(credentials, cancellation);
            if (cancellation.requested()) {
                return new OperationResult.Cancelled();
            }
            if (!result.ok()) {
                return new OperationResult.Failed("pg_rewind from " + leader.member() + ": " + result.lastLine());
            }
            files.rewound();
            return new OperationResult.Succeeded();
        } catch (IOException e) {
            return new OperationResult.Failed("pg_rewind from " + leader.member() + ": " + e);
        } finally {
            files.rewindEnded();
        }
    }

    /** First without a change: what fails then (a connection, a privilege) leaves a directory that can still be used. */
    private PgTools.Result tryAndRewind(ToolCredentials credentials, Cancellation cancellation) throws IOException {
        Map<String, String> more = new LinkedHashMap<>();
        more.put("dbname", settings.get().database());
        more.put("target_session_attrs", "read-write");
        List<String> arguments = new ArrayList<>(List.of(
                "-D",
                settings.get().dataDirectory().toString(),
                "--source-server",
                credentials.connectionString(more)));
        Map<String, String> environment = new HashMap<>(credentials.environment());
        environment.put("PGOPTIONS", "-c statement_timeout=0");
        List<String> trial = new ArrayList<>(arguments);
        trial.add("--dry-run");
        Deadline deadline = Deadline.after(REWIND_PATIENCE);
        PgTools.Result tried = tools.run("pg_rewind", trial, environment, deadline, cancellation);
        if (!tried.ok() || cancellation.requested()) {
            return tried;
        }
        files.rewindBegins();
        return tools.run("pg_rewind", arguments, environment, deadline, cancellation);
    }

    /** Single-user mode replays the WAL to its end and shuts down (reference 5.21; section 9, case 86: it must not wait for input). */
    OperationResult crashRecovery(Cancellation cancellation) {
        boolean standby = configurationFiles.hasSignal();
        try {
            configurationFiles.noSignals(); // a single-user server refuses to be a standby
        } catch (IOException e) {
            return new OperationResult.Failed("standby.signal could not be removed for crash recovery: " + e);
        }
        PgTools.Result result;
        try {
            result = replay(cancellation);
        } finally {
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

    private PgTools.Result replay(Cancellation cancellation) {
        return tools.run(
                "postgres",
                List.of(
                        "--single",
                        "-D",
                        settings.get().dataDirectory().toString(),
                        "-c",
                        "config_file="
                                + settings.get()
                                        .configDirectory()
                                        .resolve(settings.get().configBaseName() + ".conf"),
                        "-c",
                        "archive_mode=on",
                        "-c",
                        "archive_command=false",
                        "template1"),
                Map.of(),
                Deadline.after(RECOVERY_PATIENCE),
                cancellation);
    }
}
