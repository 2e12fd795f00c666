package io.matriarch.doctor;

import io.matriarch.cli.Listing;
import io.matriarch.cli.OutputFormat;
import io.matriarch.cli.Table.Column;
import io.matriarch.doctor.Finding.Level;
import io.matriarch.value.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Findings as text, and as an exit code. */
final class Diagnosis {
    private static final List<String> KEYS = List.of("level", "check", "where", "what", "advice");
    private static final List<Level> WORST_FIRST = List.of(Level.ERROR, Level.WARNING, Level.UNKNOWN, Level.OK);

    private Diagnosis() {}

    /** An error counts more than what could not be looked at. */
    static int exitCode(List<Finding> findings) {
        Set<Level> levels = findings.stream().map(Finding::level).collect(Collectors.toSet());
        return levels.contains(Level.ERROR) ? 1 : levels.contains(Level.UNKNOWN) ? 2 : 0;
    }

    /** @param all whether a person also sees what is well; programs do */
    static String text(List<Finding> findings, OutputFormat format, boolean all) {
        return switch (format) {
            case PRETTY, TOPOLOGY -> pretty(findings, all);
            case JSON, YAML, TSV -> listing(findings).render(format);
        };
    }

    private static Listing listing(List<Finding> findings) {
        return new Listing(
                "",
                KEYS,
                KEYS.stream().map(key -> new Column(key, false)).toList(),
                findings.stream()
                        .map(finding -> Stream.of(
                                        finding.level().text(),
                                        finding.check(),
                                        finding.where(),
                                        finding.what(),
                                        finding.advice())
                                .<Value>map(Value.Text::new)
                                .toList())
                        .toList(),
                Set.of());
    }

    private static String pretty(List<Finding> findings, boolean all) {
        List<String> lines = new ArrayList<>();
        findings.stream()
                .filter(finding -> all || finding.level() != Level.OK)
                .sorted(Comparator.comparingInt(finding -> WORST_FIRST.indexOf(finding.level())))
                .forEach(finding -> {
                    lines.add("%-8s %s: %s: %s"
                            .formatted(
                                    finding.level().text().toUpperCase(Locale.ROOT),
                                    finding.check(),
                                    finding.where(),
                                    finding.what()));
                    if (!finding.advice().isEmpty()) {
                        lines.add("         -> " + finding.advice());
                    }
                });
        lines.add(WORST_FIRST.stream()
                .map(level -> findings.stream()
                                .filter(finding -> finding.level() == level)
                                .count()
                        + " " + level.text())
                .collect(Collectors.joining(", ")));
        return String.join("\n", lines);
    }
}
