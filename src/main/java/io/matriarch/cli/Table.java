package io.matriarch.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table drawn with {@code +}, {@code -} and {@code |}, its title laid over the top border (reference 7.2).
 *
 * @param title without it the top border is plain; cut where the border ends
 * @param rows cells may have several lines; then a rule is drawn after every row
 */
public record Table(String title, List<Column> columns, List<List<String>> rows) {

    /** A column's heading, and whether it and its cells stand at the right. */
    public record Column(String heading, boolean right) {
        public static Column left(String heading) {
            return new Column(heading, false);
        }

        public static Column right(String heading) {
            return new Column(heading, true);
        }
    }

    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
    }

    /** The table without a line break at its end. */
    public String render() {
        int[] widths = widths();
        boolean ruled = rows.stream().flatMap(List::stream).anyMatch(cell -> cell.indexOf('\n') >= 0);
        String rule = rule(widths);
        List<String> lines = new ArrayList<>();
        lines.add(titled(rule));
        lines.add(line(columns.stream().map(Column::heading).toList(), widths));
        lines.add(rule);
        for (List<String> row : rows) {
            addRow(lines, row, widths);
            if (ruled) {
                lines.add(rule);
            }
        }
        if (!ruled) {
            lines.add(rule);
        }
        return String.join("\n", lines);
    }

    private int[] widths() {
        int[] widths = new int[columns.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = width(columns.get(column).heading());
            for (List<String> row : rows) {
                for (String line : lines(row.get(column))) {
                    widths[column] = Math.max(widths[column], width(line));
                }
            }
        }
        return widths;
    }

    private static String rule(int[] widths) {
        StringBuilder rule = new StringBuilder("+");
        for (int width : widths) {
            rule.repeat('-', width + 2).append('+');
        }
        return rule.toString();
    }

    private String titled(String rule) {
        String shown = title.substring(0, Math.min(title.length(), Math.max(0, rule.length() - 2)));
        return rule.charAt(0) + shown + rule.substring(Math.min(rule.length(), 1 + shown.length()));
    }

    private void addRow(List<String> lines, List<String> row, int[] widths) {
        List<List<String>> cells = row.stream().map(Table::lines).toList();
        int height = cells.stream().mapToInt(List::size).max().orElse(1);
        for (int index = 0; index < height; index++) {
            int at = index;
            lines.add(line(
                    cells.stream()
                            .map(cell -> at < cell.size() ? cell.get(at) : "")
                            .toList(),
                    widths));
        }
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            int padding = widths[column] - width(cell);
            line.repeat(' ', columns.get(column).right() ? padding + 1 : 1)
                    .append(cell)
                    .repeat(' ', columns.get(column).right() ? 1 : padding + 1)
                    .append('|');
        }
        return line.toString();
    }

    private static List<String> lines(String cell) {
        return Arrays.asList(cell.split("\n", -1));
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
