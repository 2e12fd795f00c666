package io.matriarch.doctor;

import io.matriarch.postgres.Inquiry;
import io.matriarch.postgres.Inquiry.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** pg_rewind could run against the leader: its user may read files, and page changes are recorded. */
final class RewindCheck implements Check {
    private static final String SQL = """
            SELECT current_user AS name,
                   has_function_privilege('pg_catalog.pg_ls_dir(text, boolean, boolean)', 'execute')
                   AND has_function_privilege('pg_catalog.pg_stat_file(text, boolean)', 'execute')
                   AND has_function_privilege('pg_catalog.pg_read_binary_file(text)', 'execute')
                   AND has_function_privilege('pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)', 'execute')
                   AS allowed,
                   current_setting('wal_log_hints') = 'on' OR current_setting('data_checksums') = 'on' AS recorded,
                   current_setting('full_page_writes') = 'on' AS full_pages""";

    private final boolean wanted;
    private final Patient patient;
    private final Inquiry inquiry;

    /** @param wanted use_pg_rewind */
    RewindCheck(boolean wanted, Patient patient, Inquiry inquiry) {
        this.wanted = wanted;
        this.patient = patient;
        this.inquiry = inquiry;
    }

    @Override
    public String name() {
        return "rewind";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        Optional<String> leader = patient.leaderMember().flatMap(member -> member.connUrl());
        if (!wanted) {
            report.ok("postgresql.use_pg_rewind", "is off: a former primary that has diverged is cloned anew");
        } else if (leader.isEmpty()) {
            report.unknown("leader", "there is none to ask", "see the check members");
        } else {
            look(patient.leaderMember().orElseThrow().name(), leader.get(), report);
        }
        return report.findings();
    }

    private void look(String leader, String connUrl, Report report) {
        Answer answer = inquiry.remote(connUrl, Inquiry.User.REWIND, SQL);
        if (answer instanceof Answer.Refused(String state, String why)) {
            if (state.isEmpty()) {
                report.unknown(leader, "its server can't be reached: " + why, "see the check members");
            } else {
                report.error(
                        leader,
                        "the user of pg_rewind can't log in: " + why,
                        "correct postgresql.authentication.rewind, the role on the primary, or pg_hba there");
            }
            return;
        }
        Map<String, String> row =
                Answers.rows(answer).flatMap(rows -> rows.stream().findFirst()).orElse(Map.of());
        if (!Answers.truth(row, "allowed")) {
            report.error(
                    leader,
                    "the user " + Answers.text(row, "name") + " may not read the server's files, so pg_rewind fails",
                    "GRANT EXECUTE on pg_ls_dir, pg_stat_file and both pg_read_binary_file to it (pg_rewind's documentation has"
                            + " the statements)");
        }
        if (!Answers.truth(row, "recorded")) {
            report.error(
                    leader,
                    "neither wal_log_hints nor data checksums are on: pg_rewind refuses to run",
                    "set wal_log_hints to on with patronictl edit-config, and restart");
        }
        if (!Answers.truth(row, "full_pages")) {
            report.error(leader, "full_page_writes is off: pg_rewind refuses to run", "set it to on");
        }
        if (report.findings().isEmpty()) {
            report.ok(leader, "the user " + Answers.text(row, "name") + " has the rights that pg_rewind needs");
        }
    }
}
