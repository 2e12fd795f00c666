package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.Tablespace;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A folder to restore to that is only ours. It's emptied when it's taken, because a killed command can't, and removed when it's closed.
 */
public final class ScratchPlace implements AutoCloseable {
    private static final List<String> CONTENT = List.of("data", "tablespaces", "run");
    private static final Duration ENDING = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Path folder;
    private final FileChannel lock;

    private ScratchPlace(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Takes the folder and creates it if need be.
     *
     * @throws ArchiveException if another command has it, or if there is anything else in it
     */
    public static ScratchPlace take(Path folder) throws ArchiveException {
        try {
            Files.createDirectories(folder, ownerOnly());
            requireOurs(folder);
            FileChannel lock =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Optional<FileLock> held = Optional.ofNullable(lock.tryLock());
            if (held.isEmpty()) {
                lock.close();
                throw new ArchiveException("another command is at work in " + folder
                        + ": wait for it, or name another folder with --scratch");
            }
            ScratchPlace place = new ScratchPlace(folder, lock);
            place.removeContent();
            return place;
        } catch (IOException e) {
            throw new ArchiveException("can't restore to " + folder + ": " + e.getMessage(), e);
        }
    }

    /** A folder with anything else in it isn't ours to remove. */
    private static void requireOurs(Path folder) throws IOException, ArchiveException {
        boolean ours = FileTree.entries(folder).stream()
                .map(entry -> entry.getFileName().toString())
                .allMatch(name -> name.equals("lock") || CONTENT.contains(name));
        if (!ours) {
            throw new ArchiveException(folder + " holds something else: name another folder with --scratch");
        }
    }

    public Path folder() {
        return folder;
    }

    /** Where the data directory goes. */
    public Path data() {
        return folder.resolve("data");
    }

    /** Where a backup's tablespaces go, by where they were. */
    public Map<String, Path> tablespaces(BackupDescription backup) {
        Map<String, Path> mapping = new LinkedHashMap<>();
        for (Tablespace tablespace : backup.tablespaces()) {
            mapping.put(tablespace.location(), folder.resolve("tablespaces").resolve(Long.toString(tablespace.oid())));
        }
        return mapping;
    }

    /** Creates the folder for a server's socket and log. */
    public Path createRun() throws IOException {
        return Files.createDirectory(folder.resolve("run"), ownerOnly());
    }

    /** Makes room for the next restore. */
    public void empty() throws ArchiveException {
        try {
            removeContent();
        } catch (IOException e) {
            throw new ArchiveException("can't empty " + folder + ": " + e.getMessage(), e);
        }
    }

    private void removeContent() throws IOException, ArchiveException {
        awaitFormerServer();
        for (String entry : CONTENT) {
            FileTree.delete(folder.resolve(entry));
        }
    }

    /** The server of a killed command ends by itself, but not at once. */
    private void awaitFormerServer() throws IOException, ArchiveException {
        long begun = System.nanoTime();
        Optional<ProcessHandle> server = server();
        while (server.isPresent()) {
            if (System.nanoTime() - begun > ENDING.toNanos()) {
                server.get().destroyForcibly();
            }
            if (System.nanoTime() - begun > 2 * ENDING.toNanos()) {
                throw new ArchiveException("the server of a former command in " + folder
                        + " doesn't end (its process is " + server.get().pid() + "): kill it");
            }
            Pause.of(POLL);
            server = server();
        }
    }

    /** The process that postmaster.pid names, if it works in this data directory. */
    private Optional<ProcessHandle> server() throws IOException {
        Path file = data().resolve("postmaster.pid");
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        String pid = Files.readString(file).lines().findFirst().orElse("").strip();
        Optional<ProcessHandle> process =
                pid.matches("[0-9]{1,9}") ? ProcessHandle.of(Long.parseLong(pid)) : Optional.empty();
        return process.filter(ProcessHandle::isAlive).filter(alive -> worksHere(alive.pid()));
    }

    private boolean worksHere(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd"))
                    .equals(data().toRealPath());
        } catch (IOException gone) {
            return false;
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> ownerOnly() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    }

    @Override
    public void close() throws ArchiveException {
        // all goes even if somebody has had enough of us
        boolean interrupted = Thread.interrupted();
        try (lock) {
            removeContent();
            FileTree.delete(folder);
        } catch (IOException e) {
            throw new ArchiveException("can't remove " + folder + ": " + e.getMessage(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
