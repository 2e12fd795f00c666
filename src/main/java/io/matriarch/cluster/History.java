package io.matriarch.cluster;

import java.util.List;
import java.util.Optional;

/** The history key: one entry a timeline that ended. */
public record History(List<Entry> entries) {
    public static final History EMPTY = new History(List.of());

    public History {
        entries = List.copyOf(entries);
    }

    /** The end of a timeline: where, why, and, if known, when (ISO 8601) and who led afterwards. */
    public record Entry(int timeline, Lsn end, String reason, Optional<String> timestamp, Optional<String> newLeader) {}

    /** The timeline that the last entry led to; 0 when nothing is known. */
    public int latestTimeline() {
        return entries.isEmpty() ? 0 : entries.getLast().timeline() + 1;
    }
}
