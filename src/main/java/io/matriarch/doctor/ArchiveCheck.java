package io.matriarch.doctor;

import io.matriarch.postgres.Inquiry.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Archiving of WAL goes on. */
final class ArchiveCheck implements Check {
    private static final String SQL = """
            SELECT current_setting('archive_mode') AS mode, current_setting('archive_command', true) AS command,
                   coalesce(current_setting('archive_library', true), '') AS library, pg_is_in_recovery() AS standby,
                   failed_count, last_failed_wal, last_failed_time, last_archived_wal,
                   coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) AS failing
            FROM pg_stat_archiver""";

    /** A command that can't be started at all isn't counted as failed. Only superusers and pg_monitor may look. */
    private static final String WAITING = """
            SELECT coalesce(extract(epoch FROM now() - min(modification))::bigint, 0) AS seconds
            FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'""";

    private static final long LONG_WAIT = 120;

    private final List<Probe> servers;

    ArchiveCheck(List<Probe> servers) {
        this.servers = List.copyOf(servers);
    }

    @Override
    public String name() {
        return "archive";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        servers.forEach(server -> look(server, report));
        return report.findingsOr("cluster", "no server to ask");
    }

    /** In seconds; zero also when it may not be asked. */
    private static long waited(Probe server) {
        return Answers.rows(server.answer(WAITING)).stream()
                .flatMap(List::stream)
                .mapToLong(row -> Answers.number(row, "seconds"))
                .findFirst()
                .orElse(0);
    }

    private static void look(Probe server, Report report) {
        Answer answer = server.answer(SQL);
        Optional<Map<String, String>> found =
                Answers.rows(answer).flatMap(rows -> rows.stream().findFirst());
        if (found.isEmpty()) {
            report.unknown(
                    server.where(),
                    "PostgreSQL can't be asked: " + Answers.why(answer),
                    "run matriarch doctor on that node, or see the other findings");
            return;
        }
        Map<String, String> row = found.get();
        String mode = Answers.text(row, "mode");
        boolean archives = mode.equals("always") || (mode.equals("on") && !Answers.truth(row, "standby"));
        String command = Answers.text(row, "command");
        boolean nothingToDo = (command.isEmpty() || command.equals("(disabled)"))
                && Answers.text(row, "library").isEmpty();
        if (!archives) {
            report.ok(server.where(), "doesn't archive (archive_mode " + mode + ")");
        } else if (nothingToDo) {
            report.warning(
                    server.where(),
                    "archive_mode is " + mode + " without an archive_command: WAL piles up in pg_wal",
                    "set archive_command with patronictl edit-config, or archive_mode to off");
        } else if (Answers.truth(row, "failing")) {
            report.error(
                    server.where(),
                    "archive_command fails: last for " + Answers.text(row, "last_failed_wal") + " at "
                            + Answers.text(row, "last_failed_time") + ", " + Answers.text(row, "failed_count")
                            + " failures in all",
                    "PostgreSQL's log has what the command said; WAL is kept in pg_wal until it succeeds");
        } else if (waited(server) > LONG_WAIT) {
            report.error(
                    server.where(),
                    "WAL waits for archive_command since " + waited(server) + " s",
                    "the command hangs, is too slow, or can't be started: PostgreSQL's log tells which");
        } else {
            String last = Answers.text(row, "last_archived_wal");
            report.ok(
                    server.where(), last.isEmpty() ? "nothing archived yet, nothing failed" : "archived last: " + last);
        }
    }
}
