package io.matriarch.postgres;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.DatabaseUser;
import io.matriarch.config.PostgresSettings;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bringing a former primary back: the question to the leader, crash recovery, pg_rewind (reference 5.21). */
final class Rejoin {
    private static final Duration WALDUMP_PATIENCE = Duration.ofSeconds(30);
    private static final Duration REWIND_PATIENCE = Duration.ofHours(12);
    private static final Duration RECOVERY_PATIENCE = Duration.ofHours(2);
    private static final Pattern END_OF_WAL = Pattern.compile("invalid record length at ([0-9A-F]+/[0-9A-F]+)");

    private final PgTools tools;
    private final Supplier<PostgresSettings> settings;
    private final Connections connections;
    private final ControlFile control;
    private final DataDirectoryFiles files;
    private final ConfigurationFiles configurationFiles;

    Rejoin(
            PgTools tools,
            Supplier<PostgresSettings> settings,
            Connections connections,
            ControlFile control,
            DataDirectoryFiles files,
            ConfigurationFiles configurationFiles) {
        this.tools = tools;
        this.settings = settings;
        this.connections = connections;
        this.control = control;
        this.files = files;
        this.configurationFiles = configurationFiles;
    }

    OperationResult check(Upstream leader, Optional<ServerReading> running) {
        if (files.isHalfRewound()) {
            return new OperationResult.Diverged("pg_rewind was interrupted here");
        }
        Optional<DivergenceCheck.LocalEnd> local;
        try {
            local = running.isPresent() && running.get().inRecovery()
                    ? Optional.of(runningEnd())
                    : control.read().map(this::stoppedEnd);
        } catch (SQLException e) {
            return new OperationResult.Failed("the local server could not be asked for its timeline over a replication"
                    + " connection (does pg_hba.conf allow one from " + connections.host() + "?): " + e.getMessage());
        }
        if (local.isEmpty()) {
            return new OperationResult.Failed("pg_control can't be read");
        }
        try (Connection connection = connections.replication(leader);
                Statement statement = connection.createStatement()) {
            int timeline;
            try (ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
                row.next();
                timeline = row.getInt("timeline");
            }
            return DivergenceCheck.compare(local.get(), timeline, history(statement, timeline));
        } catch (SQLException e) {
            return new OperationResult.Failed(
                    "leader " + leader.member() + " could not be asked for its timeline as user "
                            + settings.get().replication().username().orElse("") + ": " + e.getMessage());
        }
    }

    private static History history(Statement statement, int timeline) throws SQLException {
        if (timeline < 2) {
            return History.EMPTY;
        }
        try (ResultSet row = statement.executeQuery("TIMELINE_HISTORY " + timeline)) {
            row.next();
            byte[] content = row.getBytes(2);
            return TimelineHistory.parse(
                    new String(content, java.nio.charset.StandardCharsets.UTF_8), Optional.empty());
        }
    }

    /** Of a running standby; its control file lags behind. */
    private DivergenceCheck.LocalEnd runningEnd() throws SQLException {
        try (Connection connection = connections.localReplication();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            row.next();
            return new DivergenceCheck.LocalEnd(
                    row.getInt("timeline"), Lsn.parse(row.getString("xlogpos")), true, Optional.empty());
        }
    }

    private int minRecoveryTimeline() {
        return number(control.lines().getOrDefault("Min recovery ending loc's timeline", "0"));
    }

    private DivergenceCheck.LocalEnd stoppedEnd(ControlData data) {
        boolean standby = data.clusterState().equals("shut down in recovery")
                || data.clusterState().equals("in archive recovery");
        Lsn minimum = Lsn.parse(control.lines().getOrDefault("Minimum recovery ending location", "0/0"));
        if (standby && !minimum.equals(Lsn.ZERO)) {
            return new DivergenceCheck.LocalEnd(minRecoveryTimeline(), minimum, true, Optional.empty());
        }
        return new DivergenceCheck.LocalEnd(data.checkpointTimeline(), data.checkpoint(), false, endOfCheckpoint(data));
    }

    /** pg_waldump reads one record and stumbles over the end of WAL behind it; anything else means that there is more WAL. */
    private Optional<Lsn> endOfCheckpoint(ControlData data) {
        PgTools.Result result = tools.run(
                "pg_waldump",
                List.of(
                        "-p", settings.get().dataDirectory().resolve("pg_wal").toString(),
                        "-t", Integer.toString(data.checkpointTimeline()),
                        "-s", data.checkpoint().toString(),
                        "-n", "2"),
                Map.of(),
                Deadline.after(WALDUMP_PATIENCE));
        Matcher end = END_OF_WAL.matcher(result.output());
        return end.find() ? Optional.of(Lsn.parse(end.group(1))) : Optional.empty();
    }

    private static int number(String text) {
        return text.chars().allMatch(Character::isDigit) && !text.isEmpty() ? Integer.parseInt(text) : 0;
    }

    OperationResult rewind(Upstream leader, Cancellation cancellation) {
        DatabaseUser user = settings.get().rewind().username().isPresent()
                ? settings.get().rewind()
                : settings.get().superuser();
        Path passwords =
                settings.get().pgpass().resolveSibling(settings.get().pgpass().getFileName() + ".rewind");
        try {
            PgPass.write(passwords, user, leader);
            List<String> arguments = new ArrayList<>(List.of(
                    "-D",
                    settings.get().dataDirectory().toString(),
                    "--source-server",
                    ConnInfo.forTool(
                            user,
                            leader,
                            Map.of("dbname", settings.get().database(), "target_session_attrs", "read-write"))));
            Map<String, String> environment =
                    Map.of("PGPASSFILE", passwords.toString(), "PGOPTIONS", "-c statement_timeout=0");
            PgTools.Result result = tryAndRewind(arguments, environment, cancellation);
            if (cancellation.requested()) {
                return new OperationResult.Cancelled();
            }
            if (!result.ok()) {
                return new OperationResult.Failed("pg_rewind from " + leader.member() + ": " + result.lastLine());
            }
            files.rewound();
            return new OperationResult.Succeeded();
        } catch (IOException e) {
            return new OperationResult.Failed("pg_rewind could not be prepared: " + e);
        } finally {
            deleteQuietly(passwords);
        }
    }

    /** First without a change: what fails then (a connection, a privilege) leaves a directory that can still be used. */
    private PgTools.Result tryAndRewind(
            List<String> arguments, Map<String, String> environment, Cancellation cancellation) throws IOException {
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
        try {
            configurationFiles.noSignals(); // a single-user server refuses to be a standby
        } catch (IOException e) {
            return new OperationResult.Failed("standby.signal could not be removed for crash recovery: " + e);
        }
        PgTools.Result result = tools.run(
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
        if (cancellation.requested()) {
            return new OperationResult.Cancelled();
        }
        return result.ok()
                ? new OperationResult.Succeeded()
                : new OperationResult.Failed("crash recovery in single-user mode: " + result.lastLine());
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }
}
