package io.matriarch.archive.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
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
            problems.addAll(new StoredParts(repository, each.name(), each.parts()).missing());
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
}
