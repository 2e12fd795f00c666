package io.matriarch.doctor;

import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.stream.Collectors;

/** Parameters that wait for a restart. */
final class PendingRestartCheck implements Check {
    private final Patient patient;

    PendingRestartCheck(Patient patient) {
        this.patient = patient;
    }

    @Override
    public String name() {
        return "pending restart";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        patient.members()
                .forEach(member -> member.status()
                        .filter(status -> status.bool("pending_restart").orElse(false))
                        .ifPresent(status -> report.warning(
                                member.name(),
                                "parameters wait for a restart: " + reasons(status.mapping("pending_restart_reason")),
                                "patronictl restart; matriarch config explain PARAMETER says in which order")));
        return report.findingsOr("cluster", "nothing waits for a restart");
    }

    private static String reasons(Mapping reasons) {
        return reasons.entries().keySet().stream()
                .map(name -> name + " ("
                        + reasons.mapping(name).text("old_value").orElse("?") + " -> "
                        + reasons.mapping(name).text("new_value").orElse("?") + ")")
                .collect(Collectors.joining(", "));
    }
}
