package io.matriarch.postgres;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.PostgresSettings;
import io.matriarch.postgres.DivergenceCheck.LocalEnd;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks the leader whether the WAL here is part of its history (reference 5.21). */
final class Rejoin {
    private static final Duration WALDUMP_PATIENCE = Duration.ofSeconds(30);
    private static final Pattern END_OF_WAL = Pattern.compile("invalid record length at ([0-9A-F]+/[0-9A-F]+)");

    private final PgTools tools;
    private final Supplier<PostgresSettings> settings;
    private final Connections connections;
    private final ControlFile control;
    private final DataDirectoryFiles files;
    private final RejoinLook look;
    private final ArchiveCheck archive;

    Rejoin(
            PgTools tools,
            Supplier<PostgresSettings> settings,
            Connections connections,
            ControlFile control,
            DataDirectoryFiles files,
            RejoinLook look,
            WalArchive archive) {
        this.tools = tools;
        this.settings = settings;
        this.connections = connections;
        this.control = control;
        this.files = files;
        this.look = look;
        this.archive = new ArchiveCheck(archive);
    }

    /** A leader without an address is an archive. {@code leaderReplays}: the leader is a standby, of another cluster's primary; what is here may be ahead of it. */
    OperationResult check(Upstream leader, boolean leaderReplays) {
        if (files.isHalfRewound()) {
            return new OperationResult.Diverged("pg_rewind was interrupted here");
        }
        LocalEnd local;
        try {
            local = localEnd();
        } catch (SQLException e) {
            return new OperationResult.Failed(
                    "it is not known whether this server diverged from " + leader.member() + ": " + e.getMessage());
        }
        if (!leader.answersSql()) {
            return archive.check(local, ownHistory(local.timeline()), walSegmentBytes());
        }
        try (Connection connection = connections.replication(leader);
                Statement statement = connection.createStatement()) {
            int timeline;
            Lsn position;
            try (ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
                row.next();
                timeline = row.getInt("timeline");
                position = Lsn.parse(row.getString("xlogpos"));
            }
            History own = ownHistory(local.timeline());
            History leaders = history(statement, timeline);
            Optional<OperationResult> behind =
                    leaderReplays ? DivergenceCheck.behind(timeline, position, leaders, local, own) : Optional.empty();
            if (behind.isPresent()) {
                return behind.get();
            }
            OperationResult answer = DivergenceCheck.compare(local, own, timeline, leaders);
            return answer instanceof OperationResult.InHistory ? continues(leader, position) : answer;
        } catch (SQLException e) {
            return new OperationResult.Failed(
                    "leader " + leader.member() + " could not be asked for its timeline as user "
                            + settings.get().replication().username().orElse("") + ": " + e.getMessage());
        }
    }

    /** A server that waits for WAL gets the leader's word on whether it has that, and has its own word on whether it can use it. */
    private OperationResult continues(Upstream leader, Lsn leaderPosition) throws SQLException {
        Optional<String> refused = look.refusedWal();
        if (refused.isPresent()) {
            return new OperationResult.Diverged(refused.get());
        }
        Optional<WalProbe> wanted = look.awaitedFile()
                .flatMap(file -> WalProbe.of(file, walSegmentBytes()))
                .filter(probe -> !probe.position().isAfter(leaderPosition)); // a leader may have yet to get there
        Optional<String> refusal = wanted.isPresent() ? wanted.get().refusal(connections, leader) : Optional.empty();
        return refusal.<OperationResult>map(OperationResult.WalMissing::new).orElseGet(OperationResult.InHistory::new);
    }

    private long walSegmentBytes() {
        return number(control.lines().getOrDefault("Bytes per WAL segment", "16777216"));
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

    /** Empty when it isn't here. */
    private History ownHistory(int timeline) {
        Path file = settings.get().dataDirectory().resolve("pg_wal/%08X.history".formatted(timeline));
        try {
            return TimelineHistory.parse(Files.readString(file), Optional.empty());
        } catch (IOException none) {
            return History.EMPTY;
        }
    }

    private LocalEnd localEnd() throws SQLException {
        Path directory = settings.get().dataDirectory();
        if (Postmaster.of(directory).isPresent()
                && !Postmaster.status(directory).equals("starting")) {
            return runningEnd();
        }
        ControlData data = control.read().orElseThrow(() -> new SQLException("pg_control can't be read"));
        Optional<LocalEnd> backup = BackupLabel.read(directory)
                .map(label -> new LocalEnd(label.timeline(), label.start(), true, Optional.empty()));
        if (backup.isPresent() && minimumToReplay(data).equals(Lsn.ZERO)) {
            return backup.get(); // a base backup that was never started: its replay begins there
        }
        if (!minimumToReplay(data).equals(Lsn.ZERO)) {
            return new LocalEnd(minRecoveryTimeline(), minimumToReplay(data), true, Optional.empty());
        }
        // what a primary wrote before it stopped cleanly stays true until the server has read it
        if (Postmaster.of(directory).isPresent() && !data.shutDownCleanly()) {
            throw new SQLException("it is starting, and where its WAL ends is seen when it has");
        }
        return new LocalEnd(data.checkpointTimeline(), data.checkpoint(), false, endOfCheckpoint(data));
    }

    /**
     * A running server knows; its control file lags behind. What a standby received counts, not only what it replayed: it will replay that, before it looks for
     * another timeline.
     */
    private LocalEnd runningEnd() throws SQLException {
        try (Connection connection = connections.localReplication();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            row.next();
            return new LocalEnd(row.getInt("timeline"), Lsn.parse(row.getString("xlogpos")), true, Optional.empty());
        } catch (SQLException e) {
            throw new SQLException(
                    "the local server could not be asked for its timeline over a replication connection"
                            + " (does pg_hba.conf allow one from " + connections.host() + "?): " + e.getMessage(),
                    e);
        }
    }

    /** Zero for what was a primary. */
    private Lsn minimumToReplay(ControlData data) {
        boolean standby = data.clusterState().equals("shut down in recovery")
                || data.clusterState().equals("in archive recovery");
        return standby ? Lsn.parse(control.lines().getOrDefault("Minimum recovery ending location", "0/0")) : Lsn.ZERO;
    }

    private int minRecoveryTimeline() {
        return number(control.lines().getOrDefault("Min recovery ending loc's timeline", "0"));
    }

    /** pg_waldump reads one record and stumbles over the end of WAL behind it; anything else means that there is more WAL. */
    private Optional<Lsn> endOfCheckpoint(ControlData data) throws SQLException {
        PgTools.Result result = tools.run(
                "pg_waldump",
                List.of(
                        "-p", settings.get().dataDirectory().resolve("pg_wal").toString(),
                        "-t", Integer.toString(data.checkpointTimeline()),
                        "-s", data.checkpoint().toString(),
                        "-n", "2"),
                Map.of(),
                Deadline.after(WALDUMP_PATIENCE));
        if (result.exitCode() == PgTools.NOT_STARTED || result.exitCode() == PgTools.NOT_IN_TIME) {
            throw new SQLException("pg_waldump: " + result.lastLine());
        }
        return endOfWal(result.output());
    }

    /** In the words of any version: before 16 it wanted so many bytes, since then it expected them. */
    static Optional<Lsn> endOfWal(String output) {
        Matcher end = END_OF_WAL.matcher(output);
        return end.find() ? Optional.of(Lsn.parse(end.group(1))) : Optional.empty();
    }

    private static int number(String text) {
        return text.chars().allMatch(Character::isDigit) && !text.isEmpty() ? Integer.parseInt(text) : 0;
    }
}
