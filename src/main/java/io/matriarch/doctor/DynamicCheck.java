package io.matriarch.doctor;

import io.matriarch.cluster.ClusterView;
import io.matriarch.config.ControlledParameterCheck;
import java.util.List;

/** The keys in etcd: whether they make sense, and whether the cluster is in maintenance. */
final class DynamicCheck implements Check {
    private final Patient patient;

    DynamicCheck(Patient patient) {
        this.patient = patient;
    }

    @Override
    public String name() {
        return "keys in etcd";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        if (patient.view().isEmpty()) {
            report.unknown("etcd", "the cluster can't be read: " + patient.trouble(), "see the check etcd");
            return report.findings();
        }
        ClusterView view = patient.view().get();
        view.brokenKeys()
                .forEach(key ->
                        report.error(key, "its value makes no sense", "look at it with etcdctl get, and who wrote it"));
        if (view.config().isEmpty()) {
            report.warning("config", "there is no dynamic configuration", "a leader writes it again when it starts");
        }
        ControlledParameterCheck.withAllOthers(patient.dynamic().raw())
                .forEach(mistake -> report.error("DCS /config", mistake, "correct it with patronictl edit-config"));
        if (patient.dynamic().paused()) {
            report.warning(
                    "config", "the cluster is in pause: nobody fails over", "patronictl resume when the work is done");
        }
        return report.findingsOr("etcd", "the cluster's keys make sense");
    }
}
