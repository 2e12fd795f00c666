package io.matriarch.archive.backup;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.TimelineFork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The WAL that leads from a backup to the newest archived moment: along its timeline to where that was left, then along the next, up to the newest timeline.
 *
 * @param histories the forks of each timeline that has a history file
 * @param segments names of whole segments
 */
record WalPath(WalRange backup, Map<Long, List<TimelineFork>> histories, Set<String> segments) {
    /** What is wrong with it; empty when recovery can go all the way. */
    List<String> problems() {
        List<String> problems = new ArrayList<>(unexplainedTimelines());
        if (backup.timeline() > 1 && !histories.containsKey(backup.timeline())) {
            problems.add(history(backup.timeline()) + " is missing: recovery can't know where its timeline began");
        }
        missingForConsistency().forEach(name -> problems.add(name + " is missing: the backup can't become consistent"));
        if (problems.isEmpty()) {
            gap().ifPresent(problems::add);
        }
        return problems;
    }

    List<String> missingForConsistency() {
        return backup.segments().stream()
                .filter(name -> !segments.contains(name))
                .toList();
    }

    /** The last segment of all on the way, if there is any; what came on a timeline after that was left isn't. */
    Optional<String> newest() {
        for (Map.Entry<Long, Long> leg : legs().descendingMap().entrySet()) {
            long last = Math.min(lastOn(leg.getKey()), leg.getValue());
            if (last >= backup.firstSegment()) {
                return Optional.of(WalRange.name(leg.getKey(), last, backup.segmentSize()));
            }
        }
        return Optional.empty();
    }

    /** The timelines from the backup's to the newest that grew out of it after the backup, with the segment at which each is left. */
    private TreeMap<Long, Long> legs() {
        TreeMap<Long, Long> legs = new TreeMap<>();
        long newest = newestTimeline();
        List<TimelineFork> forks = newest == backup.timeline() ? List.of() : histories.getOrDefault(newest, List.of());
        for (TimelineFork fork : forks) {
            if (fork.timeline() >= backup.timeline()) {
                legs.put(fork.timeline(), fork.end().bytes() / backup.segmentSize());
            }
        }
        legs.put(newest, Long.MAX_VALUE);
        return legs;
    }

    private long newestTimeline() {
        long newest = backup.timeline();
        for (Map.Entry<Long, List<TimelineFork>> history : histories.entrySet()) {
            boolean grewOutOfIt = history.getValue().stream()
                    .anyMatch(fork -> fork.timeline() == backup.timeline()
                            && !backup.stop().isAfter(fork.end()));
            if (grewOutOfIt) {
                newest = Math.max(newest, history.getKey());
            }
        }
        return newest;
    }

    /** A segment that is missing although later ones are there. */
    private Optional<String> gap() {
        long number = backup.firstSegment();
        for (Map.Entry<Long, Long> leg : legs().entrySet()) {
            long timeline = leg.getKey();
            long last = lastOn(timeline);
            long end = leg.getValue();
            if (end == Long.MAX_VALUE) {
                end = last + 1;
            }
            for (; number < end; number++) {
                String name = WalRange.name(timeline, number, backup.segmentSize());
                if (!segments.contains(name)) {
                    return anythingAfter(timeline, number)
                            ? Optional.of(name + " is missing, and there is WAL after it: recovery ends there")
                            : Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private boolean anythingAfter(long timeline, long number) {
        return legs().keySet().stream().filter(each -> each >= timeline).anyMatch(each -> lastOn(each) > number);
    }

    /** The number of the last segment on a timeline, or -1. */
    private long lastOn(long timeline) {
        String prefix = WalRange.name(timeline, 0, backup.segmentSize()).substring(0, 8);
        return segments.stream()
                .filter(name -> name.startsWith(prefix))
                .mapToLong(name -> number(name, backup.segmentSize()))
                .max()
                .orElse(-1);
    }

    static long number(String segment, long segmentSize) {
        long perLog = (1L << 32) / segmentSize;
        return Long.parseLong(segment.substring(8, 16), 16) * perLog + Long.parseLong(segment.substring(16, 24), 16);
    }

    static Lsn end(String segment, long segmentSize) {
        return new Lsn((number(segment, segmentSize) + 1) * segmentSize);
    }

    private List<String> unexplainedTimelines() {
        return segments.stream()
                .map(name -> Long.parseLong(name.substring(0, 8), 16))
                .distinct()
                .filter(timeline -> timeline > backup.timeline() && !histories.containsKey(timeline))
                .map(timeline -> history(timeline) + " is missing, and there is WAL of that timeline: recovery can't"
                        + " get there")
                .toList();
    }

    private static String history(long timeline) {
        return String.format(java.util.Locale.ROOT, "%08X.history", timeline);
    }
}
