package io.matriarch.doctor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** How long certificates last. */
final class CertificatesCheck implements Check {
    private static final Duration SOON = Duration.ofDays(30);
    private static final Duration VERY_SOON = Duration.ofDays(7);
    private static final String ADVICE =
            "renew it; restapi's is read again at patronictl reload, PostgreSQL's at its reload, etcd's by itself";

    private final Supplier<List<Certificate>> certificates;
    private final Instant now;

    CertificatesCheck(Supplier<List<Certificate>> certificates, Instant now) {
        this.certificates = certificates;
        this.now = now;
    }

    @Override
    public String name() {
        return "certificates";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        for (Certificate certificate : certificates.get()) {
            certificate
                    .end()
                    .ifPresentOrElse(
                            end -> judge(certificate.where(), end, report),
                            () -> report.unknown(
                                    certificate.where(),
                                    "its certificate can't be read: " + certificate.trouble(),
                                    "check that the file or server is there"));
        }
        return report.findingsOr("here", "no certificates are in use");
    }

    private void judge(String where, Instant end, Report report) {
        Duration left = Duration.between(now, end);
        if (left.isNegative()) {
            report.error(where, "its certificate ended at " + end, ADVICE);
        } else if (left.compareTo(VERY_SOON) < 0) {
            report.error(where, "its certificate lasts only " + left.toDays() + " days more, until " + end, ADVICE);
        } else if (left.compareTo(SOON) < 0) {
            report.warning(where, "its certificate lasts " + left.toDays() + " days more, until " + end, ADVICE);
        } else {
            report.ok(where, "its certificate lasts " + left.toDays() + " days more");
        }
    }
}
