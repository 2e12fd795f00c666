package io.matriarch.archive;

import io.matriarch.archive.store.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where one WAL file of one cluster is in a repository on a file system: {@code wal/SYSTEM IDENTIFIER/TIMELINE/NAME}, with its checksum beside it.
 *
 * @param repository the directory that the user named; never created here, because a missing one is most likely not mounted
 * @param systemIdentifier of the cluster, decimal
 */
record WalLocation(Path repository, String systemIdentifier, WalName name) {
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
        return directory().resolve(name.text() + ChecksumFile.SUFFIX);
    }

    Path temporary() {
        return DurableFiles.temporary(file());
    }

    /** The recorded checksum; absent when there is none, or none that can be read. */
    Optional<Checksum> checksum() throws IOException {
        return recorded()
                .filter(recorded -> recorded.file().equals(name.text()))
                .map(ChecksumFile::stored);
    }

    /** Whether the file is stored compressed or encrypted. */
    boolean coded() throws IOException {
        return recorded()
                .filter(recorded -> !recorded.file().equals(name.text()))
                .isPresent();
    }

    private Optional<ChecksumFile> recorded() throws IOException {
        try {
            return ChecksumFile.parse(Files.readAllBytes(checksumFile()));
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
        DurableFiles.createDirectories(repository, directory());
    }
}
