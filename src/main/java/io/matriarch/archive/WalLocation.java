package io.matriarch.archive;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Where one WAL file of one cluster is in a repository on a file system: {@code wal/SYSTEM IDENTIFIER/TIMELINE/NAME}, with its checksum beside it.
 *
 * @param repository the directory that the user named; never created here, because a missing one is most likely not mounted
 * @param systemIdentifier of the cluster, decimal
 */
record WalLocation(Path repository, String systemIdentifier, WalName name) {
    private static final String CHECKSUM_SUFFIX = ".sha256";

    Path cluster() {
        return repository.resolve("wal").resolve(systemIdentifier);
    }

    Path directory() {
        return cluster().resolve(name.timelineDigits());
    }

    Path file() {
        return directory().resolve(name.text());
    }

    Path checksumFile() {
        return directory().resolve(name.text() + CHECKSUM_SUFFIX);
    }

    /** A name that nobody else uses: other processes, and other machines on a shared file system. Leftovers are in nobody's way. */
    Path temporary() {
        String unique = ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
        return directory().resolve("." + name.text() + "." + unique + ".tmp");
    }

    /** The recorded checksum; absent when there is none, or none that can be read. */
    Optional<Checksum> checksum() throws IOException {
        try {
            return Checksum.parse(Files.readString(checksumFile()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    void requireRepository() throws ArchiveException {
        if (!Files.isDirectory(repository)) {
            throw new ArchiveException("the repository " + repository + " is not a directory (is it mounted?)");
        }
    }

    /** A mount point is a directory too, while nothing is mounted there. */
    void requireCluster() throws ArchiveException {
        requireRepository();
        if (!Files.isDirectory(cluster())) {
            throw new ArchiveException(
                    "the repository " + repository + " holds nothing of the cluster " + systemIdentifier
                            + ": there is no " + cluster() + " (is the repository mounted, and the right one?)");
        }
    }

    /** Creates the directories above the file so that they survive a power failure. */
    void createDirectories() throws IOException {
        createDurably(directory());
    }

    private void createDurably(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.resolve("..").normalize();
        if (!directory.equals(repository)) {
            createDurably(parent);
        }
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            // another push was faster
            return;
        }
        synchronize(parent);
    }

    /** Makes the entries of a directory survive a power failure. */
    static void synchronize(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
