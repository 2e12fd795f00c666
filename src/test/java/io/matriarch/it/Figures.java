package io.matriarch.it;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was measured, and the table of it: the median, and the range behind it. */
final class Figures {
    private final List<? extends Measure> rows;
    private final List<Column> columns;
    private final Map<Measure, Map<Enum<?>, List<Double>>> samples = new HashMap<>();

    /** One of the programs that are compared. */
    record Column(Enum<?> program, String title) {}

    Figures(List<? extends Measure> rows, List<Column> columns) {
        this.rows = rows;
        this.columns = columns;
    }

    void add(Measure measure, Enum<?> program, double value) {
        System.out.printf(Locale.ROOT, "%s: %s: %s %s%n", program, measure.title(), number(value), measure.unit());
        samples.computeIfAbsent(measure, _ -> new HashMap<>())
                .computeIfAbsent(program, _ -> new ArrayList<>())
                .add(value);
    }

    /** In Markdown. */
    String table() {
        List<List<String>> lines = new ArrayList<>();
        lines.add(line("figure", "unit", columns.stream().map(Column::title), "aim"));
        lines.add(line("---", "---", columns.stream().map(_ -> "---"), "---"));
        for (Measure row : rows) {
            lines.add(line(
                    row.title(), row.unit(), columns.stream().map(column -> cell(row, column.program())), row.aim()));
        }
        return lines.stream()
                .map(cells -> "| " + String.join(" | ", cells) + " |\n")
                .collect(Collectors.joining());
    }

    private static List<String> line(String title, String unit, Stream<String> cells, String aim) {
        List<String> line = new ArrayList<>(List.of(title, unit));
        cells.forEach(line::add);
        line.add(aim);
        return line;
    }

    private String cell(Measure measure, Enum<?> program) {
        List<Double> sorted = samples.getOrDefault(measure, Map.of()).getOrDefault(program, List.of()).stream()
                .sorted()
                .toList();
        if (sorted.isEmpty()) {
            return "not measured";
        }
        String median = number(median(sorted));
        return sorted.size() == 1
                ? median
                : median + " (" + number(sorted.getFirst()) + " to " + number(sorted.getLast()) + ", " + sorted.size()
                        + " samples)";
    }

    private static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String number(double value) {
        if (value >= 100) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value);
    }
}
