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
    private WalFetch() {}

    /**
     * Fetches {@code name} to {@code destination}, which is replaced at once or not at all.
     *
     * @param systemIdentifier of the cluster, when the user says so; otherwise it's read from the data directory
     * @return false if the repository has files of the cluster and doesn't have the file
     * @throws ArchiveException if the repository can't be trusted to say that, or the file is damaged
     * @throws IOException if a file can't be read or written
     */
    static boolean fetch(Path repository, String name, Path destination, Optional<String> systemIdentifier)
            throws ArchiveException, IOException {
        Optional<WalName> parsed = WalName.parse(name);
        if (parsed.isEmpty()) {
            throw new ArchiveException(name + " is not a name of PostgreSQL for a file in pg_wal");
        }
        String identifier =
                systemIdentifier.isPresent() ? systemIdentifier.get() : SystemIdentifier.besides(destination);
        WalLocation location = new WalLocation(repository, identifier, parsed.get());
        location.requireCluster();
        if (Files.notExists(location.file())) {
            return false;
        }
        copy(location, destination);
        return true;
    }

    private static void copy(WalLocation location, Path destination) throws ArchiveException, IOException {
        Optional<Checksum> recorded = location.checksum();
        if (recorded.isEmpty()) {
            throw new ArchiveException(location.checksumFile() + " is missing or unreadable: nothing proves that "
                    + location.file() + " is undamaged");
        }
        // PostgreSQL removes leftovers of that name from pg_wal when it starts
        Path temporary = destination.resolveSibling(
                "xlogtemp.matriarch-" + ProcessHandle.current().pid());
        try {
            Checksum found;
            try (FileChannel out = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                found = Checksum.ofCopy(location.file(), out);
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
