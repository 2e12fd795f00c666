package io.matriarch.it;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One thing that Patroni answers or prints in one way and Matriarch in another.
 *
 * @param where the state that the node and its cluster are in
 * @param what the request, or patronictl's command
 * @param field of the answer, or the number of the line
 * @param patronis value there; {@link #ABSENT} without one
 * @param matriarchs value there
 */
record Difference(String where, String what, String field, String patronis, String matriarchs) {
    static final String ABSENT = "-";

    /** Of all fields of two answers to one question. */
    static List<Difference> between(
            String where, String what, Map<String, String> patronis, Map<String, String> matriarchs) {
        TreeSet<String> fields = new TreeSet<>(patronis.keySet());
        fields.addAll(matriarchs.keySet());
        return fields.stream()
                .map(field -> new Difference(
                        where,
                        what,
                        field,
                        patronis.getOrDefault(field, ABSENT),
                        matriarchs.getOrDefault(field, ABSENT)))
                .filter(difference -> !difference.patronis().equals(difference.matriarchs()))
                .toList();
    }

    /** Of two texts, line by line. */
    static List<Difference> betweenLines(String where, String what, List<String> patronis, List<String> matriarchs) {
        return between(where, what, numbered(patronis), numbered(matriarchs));
    }

    private static Map<String, String> numbered(List<String> lines) {
        Map<String, String> fields = new TreeMap<>();
        for (int line = 0; line < lines.size(); line++) {
            fields.put("line %02d".formatted(line + 1), lines.get(line));
        }
        return fields;
    }

    List<String> cells() {
        return Stream.of(where, what, field, patronis, matriarchs)
                .map(cell -> cell.replace("|", "\\|").replace("\n", "\\n"))
                .toList();
    }

    /** As a row of the reviewed table. */
    @Override
    public String toString() {
        return "| " + String.join(" | ", cells()) + " | |";
    }
}
