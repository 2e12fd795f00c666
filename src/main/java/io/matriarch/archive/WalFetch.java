package io.matriarch.archive;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Takes one file of pg_wal out of the repository, only if it is what was put in. */
final class WalFetch {
    static final String TEMPORARY = "xlogtemp.matriarch-";

    private WalFetch() {}

    /**
     * Fetches a file to {@code destination}, which is replaced at once or not at all.
     *
     * @return false if the repository has files of the cluster and doesn't have the file
     */
    static boolean fetch(WalLocation location, Path destination) throws ArchiveException, IOException {
        location.requireCluster();
        if (Files.notExists(location.file())) {
            return false;
        }
        copy(location, destination);
        return true;
    }

    /** PostgreSQL removes leftovers of that name from pg_wal when it starts. */
    static Path temporary(Path destination) {
        return destination.resolveSibling(TEMPORARY + ProcessHandle.current().pid() + "-"
                + Thread.currentThread().threadId());
    }

    private static void copy(WalLocation location, Path destination) throws ArchiveException, IOException {
        Optional<Checksum> recorded = location.checksum();
        if (recorded.isEmpty()) {
            throw new ArchiveException(location.checksumFile() + " is missing or unreadable: nothing proves that "
                    + location.file() + " is undamaged");
        }
        Path temporary = temporary(destination);
        try {
            Checksum found;
            try (FileChannel out = FileChannel.open(
                            temporary,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE);
                    CheckedCopy copying = CheckedCopy.begin()) {
                copying.run(location.file(), out);
                found = copying.checksum();
            }
            if (!found.equals(recorded.get())) {
                throw new ArchiveException(
                        location.file() + " is damaged: its SHA-256 is not the one in " + location.checksumFile());
            }
            // PostgreSQL itself makes it survive a power failure, if it keeps it
            Files.move(temporary, destination, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
