package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.ArchivedWal;
import io.matriarch.archive.backup.BackupCatalog;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.BackupState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which backup a restore begins with: the newest that ended before the target, and from which recovery reaches the target's timeline. */
public record BackupChoice(BackupSession session, BackupCatalog catalog) {

    /** What can't be restored, as far as that can be known without reading it, isn't chosen unless it's named. */
    BackupDescription choose(Optional<String> label, RecoveryTarget target, Optional<String> timeline)
            throws ArchiveException {
        requireTimeline(timeline);
        if (isNamed(label)) {
            return whole(named(label.orElseThrow(), target));
        }
        return session.newestGood(catalog, candidates(label, target, timeline).stream())
                .orElseThrow(() -> none(" that can be restored and ended before the target"));
    }

    /** The same in whatever state the newest is, for those who want to know just that. */
    public BackupDescription newest(Optional<String> label, RecoveryTarget target, Optional<String> timeline)
            throws ArchiveException {
        requireTimeline(timeline);
        if (isNamed(label)) {
            return named(label.orElseThrow(), target);
        }
        List<BackupDescription> candidates = candidates(label, target, timeline);
        if (candidates.isEmpty()) {
            throw none(" that leads to the target");
        }
        return candidates.getLast();
    }

    /** Otherwise no backup leads to it, whatever the target is. */
    private void requireTimeline(Optional<String> timeline) throws ArchiveException {
        if (timeline.isEmpty() || TargetOptions.TIMELINE_WORDS.contains(timeline.get())) {
            return;
        }
        Set<String> identifiers = catalog.backups().stream()
                .map(backup -> backup.name().systemIdentifier())
                .collect(Collectors.toSet());
        Set<Long> known = new TreeSet<>();
        for (String identifier : identifiers) {
            known.addAll(ArchivedWal.list(session.repository(), identifier).timelines());
        }
        if (!known.isEmpty() && !known.contains(number(timeline.get()))) {
            throw new ArchiveException("--target-timeline: the repository "
                    + session.repository().store().place() + " has no WAL of the timeline " + timeline.get()
                    + ", only of " + known.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        }
    }

    private static boolean isNamed(Optional<String> label) {
        return label.filter(given -> !given.equals("latest")).isPresent();
    }

    private ArchiveException none(String which) {
        return new ArchiveException("the repository "
                + session.repository().store().place() + " has no backup of the cluster " + session.scope() + which);
    }

    private BackupDescription named(String label, RecoveryTarget target) throws ArchiveException {
        BackupDescription named = session.backup(catalog, label);
        if (!target.isAfter(named)) {
            throw new ArchiveException("the backup " + named.label() + " ended at " + named.stopped() + ", at "
                    + named.wal().stop() + ": recovery can't end before that; choose an older backup");
        }
        return named;
    }

    private BackupDescription whole(BackupDescription named) throws ArchiveException {
        List<String> problems = new BackupState(session.repository(), catalog).problems(named);
        if (!problems.isEmpty()) {
            throw new ArchiveException("the backup " + named.label() + " can't be restored, nothing was changed: "
                    + problems.getFirst() + (problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)"));
        }
        return named;
    }

    private List<BackupDescription> candidates(Optional<String> label, RecoveryTarget target, Optional<String> timeline)
            throws ArchiveException {
        if (!target.isOrdered() && label.isEmpty()) {
            throw new ArchiveException("nothing tells which backups are older than this target: say --backup LABEL");
        }
        List<BackupDescription> candidates = new ArrayList<>();
        for (BackupDescription backup : catalog.backups()) {
            if (target.isAfter(backup) && reaches(backup, timeline)) {
                candidates.add(backup);
            }
        }
        return candidates;
    }

    private boolean reaches(BackupDescription backup, Optional<String> timeline) throws ArchiveException {
        String wanted = timeline.orElse("latest");
        if (wanted.equals("current")) {
            return true;
        }
        ArchivedWal wal = ArchivedWal.list(session.repository(), backup.name().systemIdentifier());
        long number = wanted.equals("latest")
                ? wal.newestTimeline().orElse(backup.wal().timeline())
                : number(wanted);
        return wal.leadsFrom(backup, number);
    }

    /** PostgreSQL takes a number, also a hexadecimal one. */
    static long number(String timeline) throws ArchiveException {
        try {
            return Long.decode(timeline);
        } catch (NumberFormatException e) {
            throw new ArchiveException("--target-timeline: '" + timeline + "' isn't a number, latest or current", e);
        }
    }
}
