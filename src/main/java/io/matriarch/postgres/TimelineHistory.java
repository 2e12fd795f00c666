package io.matriarch.postgres;

import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A timeline history file: a line for each timeline that ended, with the position and the reason. */
final class TimelineHistory {
    private TimelineHistory() {}

    /** Lines that say something else are comments. */
    static History parse(String content, Optional<String> timestampOfLast) {
        List<History.Entry> entries = new ArrayList<>();
        for (String line : content.lines().toList()) {
            String[] fields = line.strip().split("\\s+", 3);
            if (fields.length >= 2 && fields[0].chars().allMatch(Character::isDigit) && !fields[0].isEmpty()) {
                entries.add(new History.Entry(
                        Integer.parseInt(fields[0]),
                        Lsn.parse(fields[1]),
                        fields.length > 2 ? fields[2] : "",
                        Optional.empty(),
                        Optional.empty()));
            }
        }
        if (!entries.isEmpty() && timestampOfLast.isPresent()) {
            History.Entry last = entries.removeLast();
            entries.add(
                    new History.Entry(last.timeline(), last.end(), last.reason(), timestampOfLast, Optional.empty()));
        }
        return new History(entries);
    }

    /** Whether the same timelines led to {@code timeline}, and ended at the same places. */
    static boolean sameBefore(int timeline, History one, History other) {
        return endsBefore(timeline, one).equals(endsBefore(timeline, other));
    }

    private static Map<Integer, Lsn> endsBefore(int timeline, History history) {
        return history.entries().stream()
                .filter(entry -> entry.timeline() < timeline)
                .collect(Collectors.toMap(History.Entry::timeline, History.Entry::end, (_, last) -> last));
    }

    /** Where {@code timeline} ended according to {@code history}. */
    static Optional<Lsn> endOf(int timeline, History history) {
        return history.entries().stream()
                .filter(entry -> entry.timeline() == timeline)
                .map(History.Entry::end)
                .findFirst();
    }
}
