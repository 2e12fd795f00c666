package io.matriarch.it;

import io.matriarch.value.Value;
import java.util.List;
import java.util.Map;

/** Takes answers apart into fields, each with a value that two clusters in the same state have in common. */
final class AnswerFields {
    private static final String LAST_OF_HISTORY = "last";
    private static final String TIMELINE_OF_HISTORY = LAST_OF_HISTORY + "[0]";
    private static final String TIMELINE =
            "timeline, against the latest: "; // one cluster may have come to more of them than the other
    private static final long COUNT = 1_000_000; // WAL positions and seconds of the epoch are larger

    private AnswerFields() {}

    /** Of all changes the last one: one cluster may have come to more of them than the other. */
    static Value lastOfHistory(Value history) {
        return history instanceof Value.Sequence(var changes) && !changes.isEmpty()
                ? new Value.Mapping(Map.of(LAST_OF_HISTORY, changes.getLast()))
                : history;
    }

    /** Says of every timeline how far it is behind the latest one that the cluster's nodes name. */
    static void relateTimelines(List<Map<String, String>> answers) {
        long latest = answers.stream()
                .flatMap(fields -> fields.values().stream())
                .filter(value -> value.startsWith(TIMELINE))
                .mapToLong(AnswerFields::timeline)
                .max()
                .orElse(0);
        answers.forEach(fields -> fields.replaceAll(
                (_, value) -> value.startsWith(TIMELINE) ? TIMELINE + (timeline(value) - latest) : value));
    }

    private static long timeline(String value) {
        return Long.parseLong(value.substring(TIMELINE.length()));
    }

    /** {@code name}: of the value in the whole document. */
    static void ofJson(Map<String, String> fields, String name, Value value) {
        switch (value) {
            case Value.Mapping(var entries) -> {
                if (!name.isEmpty()) {
                    fields.put(name, "object " + String.join(" ", entries.keySet()));
                }
                entries.forEach((key, inner) -> ofJson(fields, name.isEmpty() ? key : name + "." + key, inner));
            }
            case Value.Sequence(var items) -> {
                fields.put(name, "list of " + items.size());
                for (int index = 0; index < items.size(); index++) {
                    ofJson(fields, name + "[" + index + "]", items.get(index));
                }
            }
            case Value.Text(String text) -> fields.put(name, '"' + Likeness.of(text) + '"');
            case Value.Whole(long number)
            when name.endsWith("timeline") || name.equals(TIMELINE_OF_HISTORY) ->
                fields.put(name, number == 0 ? "0" : TIMELINE + number);
            case Value.Whole(long number) -> fields.put(name, number > COUNT ? "large number" : Long.toString(number));
            case Value.Decimal(var number) -> fields.put(name, "fraction" + (number.signum() < 0 ? " below 0" : ""));
            case Value.Bool(boolean truth) -> fields.put(name, Boolean.toString(truth));
            case Value.Null() -> fields.put(name, "null");
        }
    }

    /** Names, types and helps of metrics, and their values without what differs between any two nodes. */
    static void ofMetrics(Map<String, String> fields, String body) {
        for (String line : body.lines().toList()) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
                fields.put(words[2] + " " + words[1], words[3]);
            } else if (line.startsWith("#")) {
                fields.put("comment " + words[1], line);
            } else {
                int space = line.lastIndexOf(' ');
                int labels = line.indexOf('{');
                String name = labels < 0 ? line.substring(0, space) : line.substring(0, labels);
                name = name.strip(); // Patroni has a space before the labels of one
                fields.put(name + " labels", labels < 0 ? "" : line.substring(labels, space));
                fields.put(name, quantity(name, line.substring(space + 1)));
            }
        }
    }

    private static String quantity(String name, String number) {
        if (name.equals("patroni_version")) {
            return number.length() + " digits";
        }
        if (name.equals("patroni_postgres_timeline") && !number.equals("0")) {
            return TIMELINE + number;
        }
        if (number.matches("\\d+\\.\\d+")) {
            return number.equals("0.0") ? number : "fraction";
        }
        return number.matches("\\d{7,}") ? "large number" : number;
    }
}
