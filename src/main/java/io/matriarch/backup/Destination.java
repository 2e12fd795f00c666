package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The folders that a restore fills: the data directory's first, then the tablespaces'. Until it's done each has a folder of the name {@value #MARK}, and the data directory has
 * neither PG_VERSION nor global/pg_control, so that no server starts in it.
 */
public record Destination(List<Path> folders) {
    /** In a folder whose content isn't whole. */
    static final String MARK = "matriarch-restore-unfinished";

    public Destination {
        folders = List.copyOf(folders);
    }

    public static Destination of(RestorePlan plan) {
        List<Path> folders = new java.util.ArrayList<>(List.of(plan.target()));
        folders.addAll(plan.tablespaces().values());
        return new Destination(folders);
    }

    Path mark() {
        return folders.getFirst().resolve(MARK);
    }

    /**
     * @param overwrite whether there may be data, of a server that doesn't run
     * @return how much is freed when it's emptied
     * @throws ArchiveException if a folder may not be used
     */
    Map<Path, Long> requireUsable(boolean overwrite) throws ArchiveException {
        try {
            Map<Path, Long> freed = new HashMap<>();
            for (Path folder : folders) {
                List<Path> entries = FileTree.entries(folder);
                if (Files.exists(folder) && !Files.isDirectory(folder)) {
                    throw new ArchiveException(folder + " is not a directory");
                }
                boolean unfinished = entries.contains(folder.resolve(MARK));
                if (!entries.isEmpty() && !unfinished && !overwrite) {
                    throw new ArchiveException(folder + " is not empty: nothing is overwritten unless --overwrite and"
                            + " the cluster's name are given");
                }
                if (!entries.isEmpty() && !unfinished && entries.stream().noneMatch(Destination::isPostgres)) {
                    throw new ArchiveException(folder + " holds nothing of PostgreSQL: --overwrite doesn't remove what"
                            + " is there, look whether it's the right folder and empty it yourself");
                }
                freed.put(folder, FileTree.size(folder));
            }
            requireNoServer();
            return freed;
        } catch (IOException e) {
            throw new ArchiveException("can't look at the target: " + FileProblem.whereAndWhy(e), e);
        }
    }

    /** Of a data directory, or of a tablespace's folder, however damaged. */
    private static boolean isPostgres(Path entry) {
        String name = String.valueOf(entry.getFileName());
        return name.startsWith("PG_") || List.of("global", "base", "pg_wal").contains(name);
    }

    private void requireNoServer() throws IOException, ArchiveException {
        Path pidFile = folders.getFirst().resolve("postmaster.pid");
        if (Files.exists(pidFile)) {
            String pid =
                    Files.readString(pidFile).lines().findFirst().orElse("").strip();
            boolean runs = pid.matches("[0-9]{1,9}")
                    && ProcessHandle.of(Long.parseLong(pid))
                            .filter(ProcessHandle::isAlive)
                            .isPresent();
            if (runs) {
                throw new ArchiveException(
                        "a server runs in " + folders.getFirst() + " (its process is " + pid + "): stop it first");
            }
        }
    }

    /** Creates the folders, empty but for their marks. */
    void begin() throws IOException {
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder.resolve("..").normalize());
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Path mark = folder.resolve(MARK);
            FileTree.delete(mark);
            Files.createDirectory(
                    mark, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        // nobody can start what is there from here on
        Files.deleteIfExists(folders.getFirst().resolve("global").resolve("pg_control"));
        for (Path folder : folders) {
            for (Path entry : FileTree.entries(folder)) {
                if (!entry.equals(folder.resolve(MARK))) {
                    FileTree.delete(entry);
                }
            }
        }
    }

    /** All is there, and survives a power failure. */
    void end() throws IOException {
        for (Path folder : folders) {
            FileTree.delete(folder.resolve(MARK));
            io.matriarch.archive.store.DurableFiles.synchronize(folder);
        }
    }
}
