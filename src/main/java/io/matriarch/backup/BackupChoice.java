package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.ArchivedWal;
import io.matriarch.archive.backup.BackupCatalog;
import io.matriarch.archive.backup.BackupDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which backup a restore begins with: the newest that ended before the target, and from which recovery reaches the target's timeline. */
record BackupChoice(BackupSession session, BackupCatalog catalog) {

    BackupDescription choose(Optional<String> label, RecoveryTarget target, Optional<String> timeline)
            throws ArchiveException {
        if (label.filter(given -> !given.equals("latest")).isPresent()) {
            BackupDescription named = session.backup(catalog, label.get());
            if (!target.isAfter(named)) {
                throw new ArchiveException("the backup " + named.label() + " ended at " + named.stopped() + ", at "
                        + named.wal().stop() + ": recovery can't end before that; choose an older backup");
            }
            return named;
        }
        if (!target.isOrdered() && label.isEmpty()) {
            throw new ArchiveException("nothing tells which backups are older than this target: say --backup LABEL");
        }
        List<BackupDescription> candidates = new ArrayList<>();
        for (BackupDescription backup : catalog.backups()) {
            if (target.isAfter(backup) && reaches(backup, timeline)) {
                candidates.add(backup);
            }
        }
        return session.newestGood(catalog, candidates.stream())
                .orElseThrow(() -> new ArchiveException("the repository "
                        + session.repository().store().place() + " has no backup of the cluster "
                        + session.configuration().scope() + " that can be restored and ended before the target"));
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
