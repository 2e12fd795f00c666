package io.matriarch.doctor;

import java.time.Duration;
import java.util.List;

/**
 * The members' clocks agree with the one here, as far as the Date header of their REST interfaces can tell: it has whole seconds, and the answer took a while. Leases
 * don't depend on clocks, but logs, certificates, scheduled actions and recovery to a point in time do.
 */
final class ClockCheck implements Check {
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private final Patient patient;

    ClockCheck(Patient patient) {
        this.patient = patient;
    }

    @Override
    public String name() {
        return "clocks";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        for (MemberReport member : patient.members()) {
            if (!member.answers()) {
                continue;
            }
            member.clock()
                    .ifPresentOrElse(
                            clock -> judge(member.name(), clock, report),
                            () -> report.ok(
                                    member.name(), "its answers have no Date header, so its clock isn't known"));
        }
        return report.findingsOr("cluster", "no member answers");
    }

    /** The true difference lies between {@code least} and {@code most}. */
    private static void judge(String member, MemberReport.Clock clock, Report report) {
        Duration least = Duration.between(clock.received(), clock.there());
        Duration most = Duration.between(clock.asked(), clock.there().plusSeconds(1));
        String measured = ", by the Date header of its REST interface and the clock here";
        String advice = "let chrony or another NTP client run on all machines";
        if (least.compareTo(TOLERANCE) > 0) {
            report.warning(member, "its clock is ahead by " + least.toSeconds() + " s or more" + measured, advice);
        } else if (most.compareTo(TOLERANCE.negated()) < 0) {
            report.warning(
                    member, "its clock is behind by " + most.negated().toSeconds() + " s or more" + measured, advice);
        } else {
            report.ok(member, "its clock differs by less than 3 s" + measured);
        }
    }
}
