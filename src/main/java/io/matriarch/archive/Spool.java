package io.matriarch.archive;

import io.matriarch.archive.store.DurableFiles;
import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A private folder where {@code matriarch wal} works ahead: one below it for each data directory. What is in it may be lost at any time, it's then done again; and it's never
 * believed without proof, because it may be older than what it speaks of.
 *
 * @param directory of one data directory of one cluster
 */
record Spool(Path directory) {
    /** Ends the names of files that say who works at what. */
    static final String BUSY = ".busy";

    /**
     * Opens the folder of a data directory, and creates it.
     *
     * @throws ArchiveException if others could write there, and so make PostgreSQL believe that a segment was archived
     */
    static Spool open(Path root, String systemIdentifier, Path dataDirectory) throws ArchiveException {
        String path = Checksum.of(dataDirectory.toString().getBytes(StandardCharsets.UTF_8))
                .digits()
                .substring(0, 16);
        Path directory = root.resolve(systemIdentifier + "-" + path);
        try {
            createPrivate(root);
            createPrivate(directory);
        } catch (IOException e) {
            throw new ArchiveException(
                    "can't use the spool " + root + " (backup.spool): " + FileProblem.whereAndWhy(e), e);
        }
        return new Spool(directory);
    }

    /** The spool of a data directory for reading only; absent when nothing was ever done ahead. */
    static Optional<Spool> find(Path root, String systemIdentifier, Path dataDirectory) {
        String path = Checksum.of(dataDirectory.toString().getBytes(StandardCharsets.UTF_8))
                .digits()
                .substring(0, 16);
        return Optional.of(new Spool(root.resolve(systemIdentifier + "-" + path)))
                .filter(spool -> Files.isDirectory(spool.directory()));
    }

    private static void createPrivate(Path directory) throws ArchiveException, IOException {
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
            if (permissions.contains(PosixFilePermission.OTHERS_WRITE)
                    || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
                throw new ArchiveException("others can write into the spool " + directory
                        + " (backup.spool) and make PostgreSQL believe that a segment is archived: 'chmod go-w "
                        + directory + "'");
            }
        }
    }

    /** What is known of a file; absent when nothing is. */
    Optional<SpoolMark> mark(WalName name) throws IOException {
        try {
            return SpoolMark.parse(Files.readString(path(name, SpoolMark.SUFFIX)));
        } catch (NoSuchFileException | java.nio.charset.CharacterCodingException e) {
            return Optional.empty();
        }
    }

    void record(WalName name, SpoolMark mark) throws IOException {
        Path file = path(name, SpoolMark.SUFFIX);
        Path temporary = DurableFiles.temporary(file);
        try {
            Files.writeString(temporary, mark.text());
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    void forget(WalName name) throws IOException {
        Files.deleteIfExists(path(name, SpoolMark.SUFFIX));
    }

    /** The names of all files that something is known of, unless they end otherwise. */
    List<WalName> names(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(suffix))
                    .flatMap(file -> WalName.parse(file.substring(0, file.length() - suffix.length())).stream())
                    .toList();
        }
    }

    /** Says that this process works at a file, until {@link #finished}. */
    void begun(WalName name) throws IOException {
        Files.writeString(
                path(name, BUSY), Long.toString(ProcessHandle.current().pid()));
    }

    void finished(WalName name) throws IOException {
        Files.deleteIfExists(path(name, BUSY));
    }

    /** Whether another process works at a file, as far as that is known. */
    boolean busy(WalName name) throws IOException {
        try {
            return isOneOfUs(Long.parseLong(Files.readString(path(name, BUSY))));
        } catch (NoSuchFileException | NumberFormatException e) {
            return false;
        }
    }

    /** A process that was killed and that nobody has waited for runs no program, and its number may be another program's by now. */
    private static boolean isOneOfUs(long pid) throws IOException {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "exe"))
                    .equals(Files.readSymbolicLink(Path.of("/proc/self/exe")));
        } catch (NoSuchFileException | AccessDeniedException gone) {
            return false;
        }
    }

    /** Takes a lock that ends with the process; absent when another one has it. */
    Optional<FileChannel> lock(String name) throws IOException {
        FileChannel channel = FileChannel.open(
                directory.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            Optional<FileLock> lock = Optional.ofNullable(channel.tryLock());
            if (lock.isPresent()) {
                return Optional.of(channel);
            }
        } catch (OverlappingFileLockException e) {
            // another thread of this process has it
        }
        channel.close();
        return Optional.empty();
    }

    Path path(WalName name, String suffix) {
        return directory.resolve(name.text() + suffix);
    }
}
