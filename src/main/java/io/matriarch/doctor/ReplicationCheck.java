package io.matriarch.doctor;

import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Optional;

/** The standbys are on the leader's timeline, stream, and have what they need to take over. */
final class ReplicationCheck implements Check {
    private final Patient patient;

    ReplicationCheck(Patient patient) {
        this.patient = patient;
    }

    @Override
    public String name() {
        return "replication";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        Optional<MemberReport> leader = patient.leader().filter(MemberReport::answers);
        if (leader.isEmpty()) {
            report.unknown("leader", "there is none that answers", "see the check members");
            return report.findings();
        }
        patient.others(leader.get().name()).stream()
                .filter(MemberReport::answers)
                .filter(member -> member.state().equals("running"))
                .forEach(member -> look(
                        member,
                        leader.get().status().orElseThrow(),
                        member.status().orElseThrow(),
                        report));
        return report.findingsOr("cluster", "no running standbys to look at");
    }

    private void look(MemberReport member, Mapping leader, Mapping standby, Report report) {
        long allowed = patient.dynamic().maximumLagOnFailover();
        long lag = Math.max(0, position(leader) - position(standby));
        if (!leader.whole("timeline").equals(standby.whole("timeline"))) {
            report.error(
                    member.name(),
                    "it is on timeline %s, the leader on %s".formatted(timeline(standby), timeline(leader)),
                    "its log says why it doesn't follow; patronictl reinit clones it anew");
        } else if (!streams(standby)) {
            report.warning(
                    member.name(),
                    "it doesn't stream from anybody ("
                            + standby.text("replication_state").orElse("no WAL receiver") + ")",
                    "PostgreSQL's log there says why: the login, pg_hba, a missing slot, or WAL that is gone");
        } else if (lag > allowed) {
            report.warning(
                    member.name(),
                    "it is " + Bytes.text(lag) + " behind, more than maximum_lag_on_failover (" + Bytes.text(allowed)
                            + "): it would not take over",
                    "look at its disk and network, and at long queries there");
        } else {
            report.ok(member.name(), "streams on timeline " + timeline(standby) + ", " + Bytes.text(lag) + " behind");
        }
    }

    private static boolean streams(Mapping standby) {
        return standby.text("replication_state").filter("streaming"::equals).isPresent();
    }

    private static String timeline(Mapping status) {
        return status.text("timeline").orElse("unknown");
    }

    private static long position(Mapping status) {
        Mapping wal = status.mapping("xlog");
        return wal.whole("location")
                .orElse(Math.max(
                        wal.whole("received_location").orElse(0),
                        wal.whole("replayed_location").orElse(0)));
    }
}
