package io.matriarch.doctor;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.SyncState;
import java.util.List;

/** Commits wait for as many standbys as they are to. */
final class SynchronousCheck implements Check {
    private final Patient patient;

    SynchronousCheck(Patient patient) {
        this.patient = patient;
    }

    @Override
    public String name() {
        return "synchronous";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        DynamicConfiguration dynamic = patient.dynamic();
        if (!dynamic.synchronous()) {
            report.ok("synchronous_mode", "is off: a failover may lose the last commits");
            return report.findings();
        }
        SyncState sync = patient.view().orElseThrow().sync();
        if (sync.standbys().isEmpty()) {
            String advice = "see why no standby streams; nosync tags and maximum_lag_on_syncnode exclude some";
            if (dynamic.synchronousModeStrict()) {
                report.error(
                        "sync key",
                        "no standby is synchronous, and synchronous_mode_strict makes commits wait",
                        advice);
            } else {
                report.warning("sync key", "no standby is synchronous: a failover would lose commits", advice);
            }
        } else if (!dynamic.quorumCommit() && sync.standbys().size() < dynamic.synchronousNodeCount()) {
            report.warning(
                    "sync key",
                    sync.standbys().size() + " of " + dynamic.synchronousNodeCount()
                            + " wanted standbys are synchronous: " + String.join(", ", sync.standbys()),
                    "start or repair standbys, or lower synchronous_node_count");
        } else {
            report.ok("sync key", "synchronous: " + String.join(", ", sync.standbys()));
        }
        return report.findings();
    }
}
