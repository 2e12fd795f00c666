package io.matriarch.archive.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.store.ObjectStore;
import io.matriarch.archive.store.StoreException;
import io.matriarch.archive.store.StoredObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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

    /** @param dryRun whether it's only told what would be removed */
    public Expiry(Repository repository, String systemIdentifier, boolean dryRun, Consumer<String> told) {
        this.repository = repository;
        this.store = repository.store();
        this.systemIdentifier = systemIdentifier;
        this.dryRun = dryRun;
        this.told = told;
    }

    public void run(RetentionRule rule, Instant now) throws ArchiveException {
        try {
            // before the descriptions: a part that is seen here has had something that explains it ever since
            Map<String, Set<String>> parts = partsByLabel();
            BackupCatalog catalog = BackupCatalog.read(store, Optional.of(systemIdentifier));
            if (!catalog.unreadable().isEmpty()) {
                throw new ArchiveException("nothing is removed while a description can't be understood: "
                        + String.join("; ", catalog.unreadable()));
            }
            removeLeftovers(catalog, parts, now);
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
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Removes a backup: first it's none any more. */
    public void delete(BackupDescription backup) throws ArchiveException {
        try {
            tell("backup " + backup.label() + " of " + backup.stopped());
            if (!dryRun) {
                remove(backup.name());
            }
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    private void remove(BackupName name) throws StoreException {
        store.delete(name.description());
        for (StoredObject part : store.list(name.parts())) {
            store.delete(part.name());
        }
        store.delete(name.running());
    }

    private void tell(String what) {
        told.accept((dryRun ? "would remove " : "removes ") + what);
    }

    private Map<String, Set<String>> partsByLabel() throws StoreException {
        Map<String, Set<String>> parts = new HashMap<>();
        for (StoredObject object : store.list(BackupName.allParts(Optional.of(systemIdentifier)))) {
            BackupName.of(object.name())
                    .ifPresent(name -> parts.computeIfAbsent(name.label(), _ -> new TreeSet<>())
                            .add(object.name()));
        }
        return parts;
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

    private void removeLeftovers(BackupCatalog catalog, Map<String, Set<String>> parts, Instant now)
            throws StoreException {
        Set<String> explained = new HashSet<>();
        catalog.backups().forEach(backup -> explained.add(backup.label()));
        for (RunningBackup running : catalog.running()) {
            String label = running.name().label();
            if (explained.contains(label)) {
                // it was killed between its last two steps, or is just between them
                if (running.isAbandoned(now) && !dryRun) {
                    store.delete(running.name().running());
                }
            } else if (running.isAbandoned(now)) {
                removeLeftover(running.name(), "backup " + label + ", which was never finished");
            }
            explained.add(label);
        }
        for (String label : parts.keySet()) {
            if (!explained.contains(label)) {
                removeLeftover(new BackupName(systemIdentifier, label), "what is left of the backup " + label);
            }
        }
    }

    private void removeLeftover(BackupName name, String what) throws StoreException {
        // it may have become a backup since it was looked at
        if (store.find(name.description()).isPresent()) {
            return;
        }
        tell(what);
        if (!dryRun) {
            for (StoredObject part : store.list(name.parts())) {
                store.delete(part.name());
            }
            store.delete(name.running());
        }
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
            tell(removed + " WAL segments (" + bytes + " bytes) below "
                    + retention.walFrom().orElseThrow());
        }
    }
}
