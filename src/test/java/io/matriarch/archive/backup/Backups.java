package io.matriarch.archive.backup;

import io.matriarch.cluster.Lsn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Descriptions of backups that nobody made. */
final class Backups {
    static final String SYSTEM = "7654321987654321000";
    static final long SEGMENT = 16 << 20;

    private Backups() {}

    /** One whose WAL is the segments from {@code first} to {@code last}. */
    static BackupDescription backup(
            String label, Optional<String> parent, Instant stopped, long timeline, long first, long last) {
        WalRange wal = new WalRange(timeline, new Lsn(first * SEGMENT + 40), new Lsn(last * SEGMENT + 312), SEGMENT);
        return new BackupDescription(
                new BackupName(SYSTEM, label),
                "herd",
                parent,
                150_012,
                wal,
                stopped.minusSeconds(60),
                stopped,
                List.of(),
                List.of(new StoredArchive(BackupDescription.BASE, List.of())),
                new StoredArchive(BackupDescription.MANIFEST, List.of()),
                "a test");
    }

    static String segment(long timeline, long number) {
        return WalRange.name(timeline, number, SEGMENT);
    }
}
