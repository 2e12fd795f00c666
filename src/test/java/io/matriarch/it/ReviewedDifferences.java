package io.matriarch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The table of docs/differences-from-patroni.md: a difference that no row names is a defect, and so is a row that nothing fits any more. Rows that name a version of Patroni count
 * beside that one only.
 */
final class ReviewedDifferences {
    static final Path FILE = Path.of("docs/differences-from-patroni.md");
    private static final int CELLS = 6;
    private static final String BESIDE = "beside ";
    private static final Pattern BORDER = Pattern.compile("(?<!\\\\)\\|");

    private final List<Row> rows;
    private final Set<Row> met = ConcurrentHashMap.newKeySet();

    /** Of the first five cells any part may be {@code *}; the last says why. */
    private record Row(List<String> cells) {
        /** Patroni itself does one thing or the other. */
        boolean occursAlways() {
            return !cells.getLast().startsWith("sometimes: ");
        }

        /** Of one series, such as 4.0, only what names it, and what names none. */
        boolean holdsBeside(String series) {
            String why = cells.getLast().replaceFirst("^sometimes: ", "");
            return !why.startsWith(BESIDE) || why.startsWith(BESIDE + series + ": ");
        }

        boolean fits(Difference difference) {
            List<String> values = difference.cells();
            return IntStream.range(0, values.size()).allMatch(cell -> fits(cells.get(cell), values.get(cell)));
        }

        private static boolean fits(String pattern, String value) {
            return java.util.Arrays.stream(pattern.split("\\*", -1))
                    .map(Pattern::quote)
                    .collect(Collectors.collectingAndThen(Collectors.joining(".*"), Pattern::compile))
                    .matcher(value.strip())
                    .matches();
        }

        @Override
        public String toString() {
            return "| " + String.join(" | ", cells) + " |";
        }
    }

    /** @param series of Patroni's versions, such as 4.0 */
    ReviewedDifferences(String series) {
        try {
            rows = Files.readAllLines(FILE).stream()
                    .filter(line -> line.startsWith("| ") && !line.startsWith("| ---"))
                    .map(ReviewedDifferences::row)
                    .filter(row -> !row.cells().getFirst().equals("state"))
                    .filter(row -> row.holdsBeside(series))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("tests run in the project's folder", e);
        }
    }

    private static Row row(String line) {
        List<String> cells = new ArrayList<>();
        for (String cell : BORDER.split(line.strip().substring(1), -1)) {
            cells.add(cell.strip().replace("`", ""));
        }
        cells.removeLast();
        if (cells.size() != CELLS || cells.getLast().isEmpty()) {
            throw new IllegalStateException(FILE + " has a row without six cells or without a reason: " + line);
        }
        return new Row(List.copyOf(cells));
    }

    List<Difference> unknown(List<Difference> found) {
        return found.stream()
                .filter(difference -> rows.stream().noneMatch(row -> row.fits(difference)))
                .toList();
    }

    void note(List<Difference> found) {
        rows.stream().filter(row -> found.stream().anyMatch(row::fits)).forEach(met::add);
    }

    /** Rows that say what isn't so any more. */
    List<String> stale() {
        return rows.stream()
                .filter(row -> row.occursAlways() && !met.contains(row))
                .map(Row::toString)
                .toList();
    }
}
