package io.matriarch.doctor;

import io.matriarch.postgres.Inquiry.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Replication slots that nobody uses, that PostgreSQL has given up, or that hold much WAL. */
final class SlotsCheck implements Check {
    /** jsonb, since older servers don't have all of the columns. */
    private static final String SQL = """
            SELECT slot_name, slot_type, active, temporary, pg_is_in_recovery() AS standby,
                   coalesce(to_jsonb(s) ->> 'wal_status', '') AS wal_status,
                   coalesce(to_jsonb(s) ->> 'invalidation_reason', '') AS reason,
                   greatest(0, coalesce(pg_wal_lsn_diff(
                       CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                            ELSE pg_current_wal_lsn() END, restart_lsn), 0))::bigint AS held
            FROM pg_replication_slots s ORDER BY slot_name""";

    private static final long MUCH = 1L << 30;

    private final List<Probe> servers;

    SlotsCheck(List<Probe> servers) {
        this.servers = List.copyOf(servers);
    }

    @Override
    public String name() {
        return "slots";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        servers.forEach(server -> look(server, report));
        return report.findingsOr("cluster", "no server to ask");
    }

    private static void look(Probe server, Report report) {
        Answer answer = server.answer(SQL);
        Optional<List<Map<String, String>>> rows = Answers.rows(answer);
        if (rows.isEmpty()) {
            report.unknown(
                    server.where(),
                    "PostgreSQL can't be asked: " + Answers.why(answer),
                    "run matriarch doctor on that node, or see the other findings");
            return;
        }
        Report slots = new Report("slots");
        rows.get().stream()
                .filter(slot -> !Answers.truth(slot, "temporary"))
                .forEach(slot -> judge(server, slot, slots));
        slots.findings().forEach(finding -> {
            switch (finding.level()) {
                case ERROR -> report.error(finding.where(), finding.what(), finding.advice());
                case OK, WARNING, UNKNOWN -> report.warning(finding.where(), finding.what(), finding.advice());
            }
        });
        if (slots.findings().isEmpty()) {
            report.ok(server.where(), rows.get().size() + " slots, all as they should be");
        }
    }

    /** A standby keeps slots for members that stream from others, so that they can go on after a failover: those aren't active. */
    private static void judge(Probe server, Map<String, String> slot, Report report) {
        String where = server.where() + " slot " + Answers.text(slot, "slot_name");
        long held = Answers.number(slot, "held");
        String holds = "holds " + Bytes.text(held) + " of WAL";
        boolean active = Answers.truth(slot, "active");
        String reason = Answers.text(slot, "reason");
        switch (Answers.text(slot, "wal_status")) {
            case "lost" ->
                report.error(
                        where,
                        "lost: PostgreSQL has removed WAL that its reader needs"
                                + (reason.isEmpty() ? "" : " (" + reason + ")"),
                        "the reader must be made anew: patronictl reinit for a member, else drop the slot");
            case "unreserved" ->
                report.warning(
                        where,
                        "about to be lost at the next checkpoint, " + holds,
                        "let its reader catch up, or raise max_slot_wal_keep_size");
            default -> {
                if (!active && !Answers.truth(slot, "standby")) {
                    report.warning(
                            where,
                            "nobody reads from it; it " + holds,
                            "start its reader, or remove it: from slots with patronictl edit-config if it is a permanent"
                                    + " one, else with pg_drop_replication_slot; a member's slot goes by member_slots_ttl");
                } else if (held > MUCH) {
                    report.warning(where, holds, "see why its reader is so slow, or whether it is gone");
                }
            }
        }
    }
}
