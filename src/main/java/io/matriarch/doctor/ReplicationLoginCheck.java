package io.matriarch.doctor;

import io.matriarch.cluster.Member;
import io.matriarch.postgres.Inquiry;
import io.matriarch.postgres.Inquiry.Answer;
import java.util.List;

/** From here the replication user reaches every other member: any of them may be the leader next. */
final class ReplicationLoginCheck implements Check {
    private final String self;
    private final Patient patient;
    private final Inquiry inquiry;

    ReplicationLoginCheck(String self, Patient patient, Inquiry inquiry) {
        this.self = self;
        this.patient = patient;
        this.inquiry = inquiry;
    }

    @Override
    public String name() {
        return "replication login";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        patient.others(self).stream()
                .map(MemberReport::member)
                .filter(member -> member.connUrl().isPresent())
                .forEach(member -> look(member, report));
        return report.findingsOr(self, "no other member to log in to");
    }

    private void look(Member member, Report report) {
        if (!(inquiry.replication(member.connUrl().orElse("")) instanceof Answer.Refused(String state, String why))) {
            report.ok(member.name(), "the replication user can log in");
            return;
        }
        switch (state) {
            case "28P01" ->
                report.error(
                        member.name(),
                        "the password of the replication user is wrong: " + why,
                        "correct postgresql.authentication.replication here, or the role on the primary with ALTER ROLE");
            case "28000" ->
                report.error(
                        member.name(),
                        "the replication user isn't let in: " + why,
                        "add a line 'host replication USER ADDRESS scram-sha-256' for this node to postgresql.pg_hba there,"
                                + " and check that the role exists");
            case "42501" ->
                report.error(
                        member.name(),
                        "the replication user may not replicate: " + why,
                        "ALTER ROLE ... REPLICATION LOGIN on the primary");
            case "53300" ->
                report.warning(
                        member.name(),
                        "no connection is free for it: " + why,
                        "raise max_wal_senders or max_connections with patronictl edit-config");
            case "" -> report.unknown(member.name(), "its server can't be reached: " + why, "see the check members");
            default ->
                report.warning(
                        member.name(), "the replication user can't log in: " + why, "look at PostgreSQL's log there");
        }
    }
}
