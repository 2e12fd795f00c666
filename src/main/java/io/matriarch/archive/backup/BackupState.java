package io.matriarch.archive.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.store.StoreException;
import io.matriarch.archive.store.StoredObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whether backups can be restored, as far as that can be known without reading them: all objects are there, in their size, and the WAL that makes them consistent. */
public final class BackupState {
    private final Repository repository;
    private final BackupCatalog catalog;
    private final Map<String, ArchivedWal> wal = new HashMap<>();

    public BackupState(Repository repository, BackupCatalog catalog) {
        this.repository = repository;
        this.catalog = catalog;
    }

    /** What is missing; empty if nothing is. */
    public List<String> problems(BackupDescription backup) throws ArchiveException {
        List<BackupDescription> chain;
        try {
            chain = catalog.chain(backup);
        } catch (ArchiveException broken) {
            return List.of(broken.getMessage());
        }
        List<String> problems = new ArrayList<>();
        for (BackupDescription each : chain) {
            problems.addAll(missingObjects(repository, each));
        }
        wal(backup.name().systemIdentifier())
                .missing(backup.wal().segments())
                .forEach(name -> problems.add(name + " is missing: the backup can't become consistent"));
        return problems;
    }

    private ArchivedWal wal(String systemIdentifier) throws ArchiveException {
        ArchivedWal listed = wal.get(systemIdentifier);
        if (listed == null) {
            listed = ArchivedWal.list(repository, systemIdentifier);
            wal.put(systemIdentifier, listed);
        }
        return listed;
    }

    static List<String> missingObjects(Repository repository, BackupDescription backup) throws ArchiveException {
        Map<String, Long> sizes = new HashMap<>();
        try {
            for (StoredObject object : repository.store().list(backup.name().parts())) {
                sizes.put(object.name(), object.size());
            }
        } catch (StoreException e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
        List<String> problems = new ArrayList<>();
        for (StoredPart part : backup.parts()) {
            Long size = sizes.get(part.object());
            if (size == null) {
                problems.add(part.object() + " is missing");
            } else if (size != part.storedSize()) {
                problems.add(part.object() + " has " + size + " bytes instead of " + part.storedSize());
            }
        }
        return problems;
    }
}
