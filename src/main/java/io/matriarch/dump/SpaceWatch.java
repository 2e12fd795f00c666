package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps a disk from becoming full, on which the server may write, too.
 *
 * @param reserve bytes that stay free
 */
record SpaceWatch(Path folder, Free free, long reserve) {
    private static final long MOST_RESERVED = 1L << 30;
    private static final int RESERVED_PART = 20;
    private static final double MEGA = 1024 * 1024;

    /** How much is free. */
    @FunctionalInterface
    interface Free {
        long bytes() throws IOException;
    }

    /** Keeps a twentieth of the disk free, 1 GiB at most. */
    static SpaceWatch of(Path folder) throws ArchiveException {
        try {
            FileStore store = Files.getFileStore(folder);
            return new SpaceWatch(
                    folder, store::getUsableSpace, Math.min(MOST_RESERVED, store.getTotalSpace() / RESERVED_PART));
        } catch (IOException e) {
            throw new ArchiveException("can't look at " + folder + ": " + FileProblem.whereAndWhy(e), e);
        }
    }

    /** @throws ArchiveException if less is free than must stay free */
    void check() throws ArchiveException {
        require(0);
    }

    /** @throws ArchiveException if so many bytes more don't fit */
    void require(long bytes) throws ArchiveException {
        try {
            long left = free.bytes();
            if (left - bytes < reserve) {
                throw new ArchiveException(String.format(
                        java.util.Locale.ROOT,
                        "%.1f MB are free for %s%s, and %.1f MB must stay free: make room, or name a folder on another"
                                + " disk with --scratch",
                        left / MEGA,
                        folder,
                        bytes > 0 ? String.format(java.util.Locale.ROOT, ", %.1f MB are needed", bytes / MEGA) : "",
                        reserve / MEGA));
            }
        } catch (IOException e) {
            throw new ArchiveException("can't look at " + folder + ": " + FileProblem.whereAndWhy(e), e);
        }
    }
}
