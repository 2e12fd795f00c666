package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import java.io.File;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Keeps a disk from becoming full, on which the server may write, too.
 *
 * @param reserve bytes that stay free
 */
record SpaceWatch(Path folder, LongSupplier free, long reserve) {
    private static final long MOST_RESERVED = 1L << 30;
    private static final int RESERVED_PART = 20;
    private static final double MEGA = 1024 * 1024;

    /** Keeps a twentieth of the disk free, 1 GiB at most. */
    static SpaceWatch of(Path folder) {
        // a file store of Java's needs the list of mounted disks, which isn't right in every container
        File file = folder.toFile();
        return new SpaceWatch(
                folder, file::getUsableSpace, Math.min(MOST_RESERVED, file.getTotalSpace() / RESERVED_PART));
    }

    /** @throws ArchiveException if less is free than must stay free */
    void check() throws ArchiveException {
        require(0);
    }

    /** @throws ArchiveException if so many bytes more don't fit */
    void require(long bytes) throws ArchiveException {
        long left = free.getAsLong();
        if (left - bytes < reserve) {
            throw new ArchiveException(String.format(
                    Locale.ROOT,
                    "%.1f MB are free for %s%s, and %.1f MB must stay free: make room, or name a folder on another"
                            + " disk with --scratch",
                    left / MEGA,
                    folder,
                    bytes > 0 ? String.format(Locale.ROOT, ", %.1f MB are needed", bytes / MEGA) : "",
                    reserve / MEGA));
        }
    }
}
