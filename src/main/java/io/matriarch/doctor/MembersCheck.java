package io.matriarch.doctor;

import java.util.List;

/** There is a leader, and every member answers and runs. */
final class MembersCheck implements Check {
    private final Patient patient;

    MembersCheck(Patient patient) {
        this.patient = patient;
    }

    @Override
    public String name() {
        return "members";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        if (patient.view().isEmpty()) {
            report.unknown("etcd", "the members aren't known: " + patient.trouble(), "see the check etcd");
            return report.findings();
        }
        if (patient.leader().isEmpty()) {
            report.error(
                    "cluster",
                    "it has no leader",
                    "look at patronictl list and the members' logs: each says why it doesn't lead");
        }
        // the key of a member that stopped is gone after its TTL, but the failsafe key keeps its name
        patient.view().get().failsafe().keySet().stream()
                .filter(name -> patient.members().stream()
                        .noneMatch(member -> member.name().equals(name)))
                .forEach(
                        name -> report.error(name, "its member key is gone: its agent doesn't run", "start its agent"));
        patient.members().forEach(member -> look(member, report));
        return report.findingsOr("cluster", "no members");
    }

    private static void look(MemberReport member, Report report) {
        if (!member.answers()) {
            report.error(
                    member.name(),
                    "its REST interface doesn't answer: " + member.trouble(),
                    "see whether its agent runs, and whether "
                            + member.member().apiUrl().orElse("its api_url") + " can be reached from here");
        } else if (!member.state().equals("running")) {
            report.error(
                    member.name(),
                    "its PostgreSQL is not running: " + member.state(),
                    "look at the agent's and PostgreSQL's log there");
        } else {
            report.ok(
                    member.name(),
                    member.status().flatMap(status -> status.text("role")).orElse("unknown role") + ", running");
        }
    }
}
