package io.matriarch.it;

import io.matriarch.value.Json;
import io.matriarch.value.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a patronictl printed, as lines to compare. Patroni 4.0 shows one column about lag and 4.1, after which Matriarch's is made, shows four: where a table has them, it is
 * compared without them and without the width of its columns. And the order in which members answer is nobody's choice.
 */
final class CtlOutput {
    private static final Set<String> ABOUT_LAG =
            Set.of("Lag in MB", "Receive LSN", "Replay LSN", "Lag", "Receive Lag", "Replay Lag");
    private static final List<String> OF_MEMBERS = List.of("Success: ", "Failed: ", "Reload request ", "No scheduled ");

    private CtlOutput() {}

    /** Both programs have shown the same cluster. */
    static List<String> ofOneCluster(List<String> lines) {
        return sortedAnswers(withoutColumns(lines, false));
    }

    /** Each program has changed another cluster: the timelines that each went through count for nothing, nor does what members do right after the primary has changed. */
    static List<String> ofTwoClusters(List<String> lines) {
        return sortedAnswers(withoutColumns(lines, true));
    }

    private static boolean isAboutLag(String line) {
        return line.contains("Lag in MB") || line.contains("Receive LSN");
    }

    private static List<String> sortedAnswers(List<String> lines) {
        List<String> sorted = new ArrayList<>(lines);
        List<Integer> places = IntStream.range(0, lines.size())
                .filter(line -> OF_MEMBERS.stream().anyMatch(lines.get(line)::startsWith))
                .boxed()
                .toList();
        List<String> answers = places.stream().map(lines::get).sorted().toList();
        for (int index = 0; index < places.size(); index++) {
            sorted.set(places.get(index), answers.get(index));
        }
        return sorted;
    }

    private static List<String> withoutColumns(List<String> lines, boolean ofTwo) {
        if (lines.stream().noneMatch(CtlOutput::isAboutLag)) {
            return lines;
        }
        List<String> kept = new ArrayList<>();
        List<Boolean> shown = List.of();
        Set<String> hidden = new HashSet<>(ABOUT_LAG);
        if (ofTwo) {
            hidden.add("TL");
        }
        for (String line : lines) {
            if (ofTwo && line.contains(" Successfully ")) {
                hidden.add("State");
            }
            if (line.startsWith("+")) {
                kept.add(line.replaceAll("[-+]+", "-"));
            } else if (line.startsWith("|") || line.contains("\t")) {
                List<String> cells = cells(line);
                shown = isAboutLag(line)
                        ? cells.stream().map(cell -> !hidden.contains(cell)).toList()
                        : shown;
                kept.add(row(cells, shown));
            } else if (line.startsWith("[")) {
                kept.add(json(line));
            } else if (ABOUT_LAG.stream().noneMatch(column -> line.startsWith("  " + column + ": "))) {
                kept.add(line);
            }
        }
        kept.add("columns about lag"
                + (lines.stream().anyMatch(line -> line.contains("Lag in MB")) ? ": one" : ": four"));
        return kept;
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.split(line.startsWith("|") ? "\\|" : "\t", -1))
                .map(String::strip)
                .toList();
    }

    private static String row(List<String> cells, List<Boolean> shown) {
        List<String> kept = new ArrayList<>();
        for (int cell = 0; cell < cells.size(); cell++) {
            if (cell >= shown.size() || shown.get(cell)) {
                kept.add(cells.get(cell));
            }
        }
        return String.join(" / ", kept);
    }

    private static String json(String line) {
        List<Value> members = new ArrayList<>();
        for (Value item : ((Value.Sequence) Json.parse(line)).items()) {
            Value.Mapping member = (Value.Mapping) item;
            for (String column : ABOUT_LAG) {
                member = member.without(column);
            }
            members.add(member);
        }
        return Json.spaced(new Value.Sequence(members));
    }
}
