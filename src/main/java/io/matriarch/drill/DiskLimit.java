package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.FileTree;
import io.matriarch.backup.ScratchServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How much a drill may write.
 *
 * @param folder that it writes to; it's there
 * @param reserve what stays free on its disk
 * @param most so much may be in the folder
 */
record DiskLimit(Path folder, long reserve, Optional<Long> most) {
    private static final double MEGA = 1024 * 1024;
    private static final long SELDOM = 20;

    /** Why so much must not be written; absent when there's room. */
    Optional<String> refusal(long needed) {
        if (most.filter(limit -> needed > limit).isPresent()) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "the drill takes %.1f MB, and --max-disk or backup.drill.max_disk allows %.1f MB",
                    needed / MEGA,
                    most.get() / MEGA));
        }
        long usable = folder.toFile().getUsableSpace();
        return needed <= usable - reserve
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "the drill takes %.1f MB, but the disk of %s has %.1f MB, of which backup.drill.reserve keeps"
                                + " %.1f MB free: name another folder with --scratch",
                        needed / MEGA,
                        folder,
                        usable / MEGA,
                        reserve / MEGA));
    }

    /** What is left of both limits now, for the files that a query writes. */
    long left() throws IOException {
        long free = Math.max(0, folder.toFile().getUsableSpace() - reserve);
        return most.isEmpty() ? free : Math.max(0, Math.min(free, most.get() - FileTree.size(folder)));
    }

    /** Looks at it again and again, more seldom the longer a look takes. */
    ScratchServer.Watch watch() {
        return new Watch(this);
    }

    private static final class Watch implements ScratchServer.Watch {
        private final DiskLimit limit;
        private long next = System.nanoTime();

        Watch(DiskLimit limit) {
            this.limit = limit;
        }

        @Override
        public void look() throws ArchiveException {
            long begun = System.nanoTime();
            if (begun - next < 0) {
                return;
            }
            limit.requireKept();
            long took = System.nanoTime() - begun;
            next = begun + Math.max(Duration.ofSeconds(1).toNanos(), SELDOM * took);
        }
    }

    private void requireKept() throws ArchiveException {
        long usable = folder.toFile().getUsableSpace();
        if (usable < reserve) {
            throw new ArchiveException(String.format(
                    Locale.ROOT,
                    "the server was stopped: the disk of %s has only %.1f MB left, and backup.drill.reserve keeps %.1f MB",
                    folder,
                    usable / MEGA,
                    reserve / MEGA));
        }
        try {
            long size = most.isEmpty() ? 0 : FileTree.size(folder);
            if (most.filter(limit -> size > limit).isPresent()) {
                throw new ArchiveException(String.format(
                        Locale.ROOT,
                        "the server was stopped: it has written %.1f MB to %s, and --max-disk or backup.drill.max_disk"
                                + " allows %.1f MB",
                        size / MEGA,
                        folder,
                        most.get() / MEGA));
            }
        } catch (IOException e) {
            throw new ArchiveException("can't look at the size of " + folder + ": " + e.getMessage(), e);
        }
    }
}
