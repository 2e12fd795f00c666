package io.matriarch.archive.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.backup.BackupName.Kind;
import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoreException;
import io.matriarch.archive.store.StoredObject;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Removes what nobody needs any more: backups and WAL that no rule keeps, and what killed processes left behind. It may be killed itself at any moment: a backup is first none
 * any more ({@code backup.json} goes), then its parts go.
 */
public final class Expiry {
    private final Repository repository;
    private final ObjectStore store;
    private final String systemIdentifier;
    private final boolean dryRun;
    private final Consumer<String> told;
    private final Removal removal;

    /** @param dryRun whether it's only told what would be removed */
    public Expiry(Repository repository, String systemIdentifier, boolean dryRun, Consumer<String> told) {
        this.repository = repository;
        this.store = repository.store();
        this.systemIdentifier = systemIdentifier;
        this.dryRun = dryRun;
        this.told = told;
        this.removal = new Removal(store, Kind.BACKUP, systemIdentifier, dryRun, told);
    }

    public void run(RetentionRule rule, Instant now) throws ArchiveException {
        try {
            Set<String> parts = removal.labelsOfParts();
            BackupCatalog catalog = BackupCatalog.read(store, Optional.of(systemIdentifier));
            if (!catalog.unreadable().isEmpty()) {
                throw new ArchiveException("nothing is removed while a description can't be understood: "
                        + String.join("; ", catalog.unreadable()));
            }
            Set<String> described =
                    catalog.backups().stream().map(BackupDescription::label).collect(Collectors.toSet());
            removal.removeLeftovers(parts, described, catalog.running(), now);
            Retention retention =
                    Retention.decide(rule, now, catalog.backups(), good(catalog), parentsOfRunning(catalog, now));
            for (BackupDescription backup : catalog.backups().reversed()) {
                if (!retention.keeps(backup)) {
                    delete(backup);
                }
            }
            boolean running = catalog.running().stream().anyMatch(backup -> !backup.isAbandoned(now));
            if (running) {
                told.accept("keeps all WAL while a backup is in progress, which may need it");
            } else if (!catalog.backups().isEmpty()) {
                removeWal(retention, catalog.backups().getLast().wal().segmentSize());
            }
            if (!dryRun) {
                store.removeUnfinished("wal/" + systemIdentifier + "/", now.minus(RunningBackup.SILENCE));
            }
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Removes a backup: first it's none any more. */
    public void delete(BackupDescription backup) throws ArchiveException {
        try {
            removal.remove(backup.name(), "backup " + backup.label() + " of " + backup.stopped());
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    private Set<String> good(BackupCatalog catalog) throws ArchiveException {
        BackupState state = new BackupState(repository, catalog);
        Set<String> good = new HashSet<>();
        for (BackupDescription backup : catalog.backups()) {
            if (state.problems(backup).isEmpty()) {
                good.add(backup.label());
            }
        }
        return good;
    }

    private static Set<String> parentsOfRunning(BackupCatalog catalog, Instant now) {
        return catalog.running().stream()
                .filter(running -> !running.isAbandoned(now))
                .flatMap(running -> running.parent().stream())
                .collect(Collectors.toSet());
    }

    private void removeWal(Retention retention, long segmentSize) throws ArchiveException, StoreException {
        int removed = 0;
        long bytes = 0;
        for (Map.Entry<String, List<StoredObject>> segment :
                ArchivedWal.list(repository, systemIdentifier).removable().entrySet()) {
            if (retention.keepsWal(segment.getKey(), segmentSize)) {
                continue;
            }
            removed++;
            for (StoredObject object : segment.getValue()) {
                bytes += object.size();
                if (!dryRun) {
                    store.delete(object.name());
                }
            }
        }
        if (removed > 0) {
            told.accept((dryRun ? "would remove " : "removes ") + removed + " WAL segments (" + bytes + " bytes) below "
                    + retention.walFrom().orElseThrow());
        }
    }
}
