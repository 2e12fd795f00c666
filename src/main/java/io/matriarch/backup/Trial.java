package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.Tablespace;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Restores a backup aside and tries it. What a killed one left behind is removed by the next one in the same place.
 *
 * @param place a folder, which is created and removed
 * @param superuser who may log in everywhere
 */
record Trial(Repository repository, Program programs, Path place, String superuser, int jobs, boolean screen) {
    private static final Duration VERIFYING = Duration.ofHours(24);

    /** A line about what is wrong; none when all is well. */
    List<String> run(List<BackupDescription> chain, boolean queries) throws ArchiveException {
        for (String program : List.of("postgres", "pg_verifybackup", "pg_controldata", "pg_isready", "psql")) {
            programs.require(program);
        }
        try {
            Files.createDirectories(
                    place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            requireOurs();
            try (FileChannel lock =
                    FileChannel.open(place.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                Optional<FileLock> held = Optional.ofNullable(lock.tryLock());
                if (held.isEmpty()) {
                    throw new ArchiveException("another verification is at work in " + place
                            + ": wait for it, or name another folder with --scratch");
                }
                return tryIn(chain, queries);
            }
        } catch (IOException e) {
            throw new ArchiveException("can't restore to " + place + ": " + e.getMessage(), e);
        }
    }

    /** A folder with anything else in it isn't ours to remove. */
    private void requireOurs() throws IOException, ArchiveException {
        boolean ours = FileTree.entries(place).stream()
                .allMatch(entry -> List.of("lock", "data", "tablespaces", "run")
                        .contains(entry.getFileName().toString()));
        if (!ours) {
            throw new ArchiveException(place + " holds something else: name another folder with --scratch");
        }
    }

    private List<String> tryIn(List<BackupDescription> chain, boolean queries) throws ArchiveException, IOException {
        try {
            removeContent();
            Path data = place.resolve("data");
            Map<String, Path> mapping = new LinkedHashMap<>();
            for (Tablespace tablespace : chain.getLast().tablespaces()) {
                mapping.put(
                        tablespace.location(), place.resolve("tablespaces").resolve(Long.toString(tablespace.oid())));
            }
            RestorePlan plan = RestorePlan.of(chain, data, mapping);
            plan.requireSpace(Map.of());
            Progress progress = new Progress(
                    "restore of " + plan.backup().label() + " to try it:", plan.contentSize(), screen, System.err);
            Restoration restoration = new Restoration(repository, programs, plan, Destination.of(plan), jobs, progress);
            restoration.fill();
            restoration.addWal();
            restoration.publish();
            List<String> problems = new ArrayList<>(verified(data));
            if (problems.isEmpty()) {
                problems.addAll(started(data, queries));
            }
            return problems;
        } finally {
            removeContent();
            FileTree.delete(place);
        }
    }

    private List<String> verified(Path data) throws ArchiveException {
        Program.Result result = programs.run(
                VERIFYING, "pg_verifybackup", List.of("--exit-on-error", "--ignore=tablespace_map", data.toString()));
        return result.ok() ? List.of() : List.of("pg_verifybackup says: " + result.words());
    }

    private List<String> started(Path data, boolean queries) throws IOException {
        Path run = Files.createDirectory(
                place.resolve("run"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (ScratchServer server = new ScratchServer(programs, data, run, superuser)) {
            server.start();
            if (queries) {
                for (String database : server.query(
                                "postgres", "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn")
                        .lines()
                        .toList()) {
                    server.query(database, "SELECT count(*) FROM pg_catalog.pg_class");
                }
            }
            return List.of();
        } catch (ArchiveException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private void removeContent() throws IOException {
        for (String entry : List.of("data", "tablespaces", "run")) {
            FileTree.delete(place.resolve(entry));
        }
    }
}
