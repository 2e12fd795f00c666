package io.matriarch.archive.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** The levels of verification that need nothing but the repository. Each returns what is wrong, one line each. */
public final class Verification {
    private final Repository repository;
    private final List<BackupDescription> chain;
    private final int jobs;

    /** @param chain a backup and what it builds upon, the full one first */
    public Verification(Repository repository, List<BackupDescription> chain, int jobs) {
        this.repository = repository;
        this.chain = List.copyOf(chain);
        this.jobs = jobs;
    }

    /** Whether all objects are there, in their size. */
    public List<String> objects() throws ArchiveException {
        List<String> problems = new ArrayList<>();
        for (BackupDescription backup : chain) {
            problems.addAll(new StoredParts(repository, backup.name(), backup.parts()).missing());
        }
        return problems;
    }

    /**
     * Whether all objects hold what was written: read, checked, decrypted and decompressed.
     *
     * @param done gets the stored bytes of each that was read
     */
    public List<String> checksums(LongConsumer done) throws ArchiveException {
        List<String> problems = new ArrayList<>();
        for (BackupDescription backup : chain) {
            problems.addAll(new StoredParts(repository, backup.name(), backup.parts()).damaged(jobs, done));
        }
        return problems;
    }

    /** Whether the WAL leads from the backup to the newest archived moment, and that which makes it consistent is undamaged. */
    public List<String> wal() throws ArchiveException {
        BackupDescription backup = chain.getLast();
        ArchivedWal wal = ArchivedWal.list(repository, backup.name().systemIdentifier());
        List<String> problems = new ArrayList<>(new WalPath(backup.wal(), wal.histories(), wal.segments()).problems());
        List<String> missing = wal.missing(backup.wal().segments());
        for (String segment : backup.wal().segments()) {
            if (!missing.contains(segment)) {
                try {
                    wal.content(segment);
                } catch (ArchiveException e) {
                    problems.add(String.valueOf(e.getMessage()));
                }
            }
        }
        return problems;
    }
}
