package io.matriarch.archive.backup;

import io.matriarch.cluster.Lsn;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept of the backups of one cluster, and of its WAL.
 *
 * @param reasons why each kept backup is kept, by label; in the order of {@code backups}
 * @param walFrom all WAL from there on is kept; absent: all of it
 * @param ranges of WAL before that, which kept backups need to become consistent
 */
record Retention(Map<String, String> reasons, Optional<Lsn> walFrom, List<WalRange> ranges) {

    /**
     * @param backups of one cluster, sorted by the time when they ended
     * @param good labels of those that can be restored
     * @param running parents of the backups that are being made
     */
    static Retention decide(
            RetentionRule rule, Instant now, List<BackupDescription> backups, Set<String> good, Set<String> running) {
        Keeping keeping = new Keeping(backups);
        rule.count().ifPresent(count -> keeping.keepNewest(count, good));
        rule.age()
                .ifPresent(age -> backups.stream()
                        .filter(backup -> !backup.stopped().isBefore(now.minus(age)))
                        .forEach(backup -> keeping.keep(backup, "younger than " + age.toDays() + " days")));
        if (rule.count().isEmpty() && rule.age().isEmpty()) {
            backups.forEach(backup -> keeping.keep(backup, "no rule says otherwise"));
        }
        // the newest of all as well: that it isn't good may be a passing problem of the repository
        backups.stream().reduce((_, last) -> last).ifPresent(last -> keeping.keep(last, "the newest"));
        backups.stream()
                .filter(backup -> good.contains(backup.label()))
                .reduce((_, last) -> last)
                .ifPresent(last -> keeping.keep(last, "the newest that can be restored"));
        Optional<BackupDescription> window = rule.walAge()
                .flatMap(age -> backups.stream()
                        .filter(backup -> good.contains(backup.label()))
                        .filter(backup -> !backup.stopped().isAfter(now.minus(age)))
                        .reduce((_, last) -> last));
        window.ifPresent(base -> keeping.keep(base, "the base of the time that can be restored to"));
        backups.stream()
                .filter(backup -> running.contains(backup.label()))
                .forEach(backup -> keeping.keep(backup, "a backup in progress builds upon it"));
        return keeping.result(window);
    }

    boolean keeps(BackupDescription backup) {
        return reasons.containsKey(backup.label());
    }

    /** Whether a segment is needed, on whatever timeline. */
    boolean keepsWal(String segment, long segmentSize) {
        if (walFrom.isEmpty() || WalPath.end(segment, segmentSize).isAfter(walFrom.get())) {
            return true;
        }
        long number = WalPath.number(segment, segmentSize);
        return ranges.stream().anyMatch(range -> number >= range.firstSegment() && number <= range.lastSegment());
    }

    private static final class Keeping {
        private final List<BackupDescription> backups;
        private final Map<String, String> reasons = new LinkedHashMap<>();

        Keeping(List<BackupDescription> backups) {
            this.backups = backups;
        }

        /** Only those that can be restored are counted; others between them are kept for a person to look at. */
        void keepNewest(int count, Set<String> good) {
            int counted = 0;
            for (BackupDescription backup : backups.reversed()) {
                if (counted == count) {
                    return;
                }
                counted += good.contains(backup.label()) ? 1 : 0;
                keep(backup, "among the newest " + count);
            }
        }

        /** With all that it builds upon. */
        void keep(BackupDescription backup, String reason) {
            reasons.putIfAbsent(backup.label(), reason);
            Deque<BackupDescription> children = new ArrayDeque<>(List.of(backup));
            while (!children.isEmpty()) {
                BackupDescription child = children.pop();
                backups.stream()
                        .filter(parent -> child.parent().equals(Optional.of(parent.label())))
                        .filter(parent ->
                                reasons.putIfAbsent(parent.label(), child.label() + " builds upon it") == null)
                        .forEach(children::push);
            }
        }

        Retention result(Optional<BackupDescription> window) {
            List<WalRange> ranges = backups.stream()
                    .filter(backup -> reasons.containsKey(backup.label()))
                    .map(BackupDescription::wal)
                    .toList();
            Optional<Lsn> oldest = ranges.stream().map(WalRange::start).min(Comparator.naturalOrder());
            return new Retention(reasons, window.map(base -> base.wal().start()).or(() -> oldest), ranges);
        }
    }
}
