package io.matriarch.doctor;

import io.matriarch.doctor.Finding.Level;
import java.util.ArrayList;
import java.util.List;

/** Collects the findings of one check. */
final class Report {
    private final String check;
    private final List<Finding> findings = new ArrayList<>();

    Report(String check) {
        this.check = check;
    }

    void ok(String where, String what) {
        add(Level.OK, where, what, "");
    }

    void warning(String where, String what, String advice) {
        add(Level.WARNING, where, what, advice);
    }

    void error(String where, String what, String advice) {
        add(Level.ERROR, where, what, advice);
    }

    void unknown(String where, String what, String advice) {
        add(Level.UNKNOWN, where, what, advice);
    }

    private void add(Level level, String where, String what, String advice) {
        findings.add(new Finding(level, check, where, what, advice));
    }

    List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** With {@code otherwise} if nothing has been found. */
    List<Finding> findingsOr(String where, String otherwise) {
        if (findings.isEmpty()) {
            ok(where, otherwise);
        }
        return findings();
    }
}
