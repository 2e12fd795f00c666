package io.matriarch.it;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, and the table of it: the median, and the range behind it. */
final class Figures {
    private final Map<Figure, Map<AgentProgram, List<Double>>> samples = new EnumMap<>(Figure.class);

    void add(Figure figure, AgentProgram agent, double value) {
        System.out.printf(Locale.ROOT, "%s: %s: %s %s%n", agent, figure.title(), number(value), figure.unit());
        samples.computeIfAbsent(figure, _ -> new EnumMap<>(AgentProgram.class))
                .computeIfAbsent(agent, _ -> new ArrayList<>())
                .add(value);
    }

    /** In Markdown. */
    String table() {
        StringBuilder table =
                new StringBuilder("| figure | unit | Matriarch | Patroni | aim |\n| --- | --- | --- | --- | --- |\n");
        for (Figure figure : Figure.values()) {
            table.append("| ")
                    .append(String.join(
                            " | ",
                            figure.title(),
                            figure.unit(),
                            cell(figure, AgentProgram.MATRIARCH),
                            cell(figure, AgentProgram.PATRONI),
                            figure.aim()))
                    .append(" |\n");
        }
        return table.toString();
    }

    private String cell(Figure figure, AgentProgram agent) {
        List<Double> sorted = samples.getOrDefault(figure, Map.of()).getOrDefault(agent, List.of()).stream()
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
