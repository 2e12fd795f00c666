package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.Repository;
import io.matriarch.archive.backup.ArchiveReader;
import io.matriarch.archive.backup.ArchivedWal;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.StoredArchive;
import io.matriarch.archive.backup.StoredParts;
import io.matriarch.archive.backup.Tablespace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns a backup, with what it builds upon, into a data directory. */
public final class Restoration {
    private static final Duration COMBINING = Duration.ofHours(24);
    private static final String VERSION_FILE = "PG_VERSION";
    private static final String CONTROL_FILE = "global/pg_control";

    /** A backup of a standby says that it is one; where tablespaces are is decided anew. */
    private static final Set<String> LEFT_OUT = Set.of("tablespace_map", "standby.signal", "recovery.signal");

    private final Repository repository;
    private final Program programs;
    private final RestorePlan plan;
    private final Destination destination;
    private final int jobs;
    private final Progress progress;

    public Restoration(
            Repository repository,
            Program programs,
            RestorePlan plan,
            Destination destination,
            int jobs,
            Progress progress) {
        this.repository = repository;
        this.programs = programs;
        this.plan = plan;
        this.destination = destination;
        this.jobs = jobs;
        this.progress = progress;
    }

    /** Fills the folders with all but the files without which no server starts. What is there goes when the backup has been shown to be readable. */
    public void fill() throws ArchiveException, IOException {
        requireReadable();
        destination.begin();
        Path held = Files.createDirectory(destination.mark().resolve("held"));
        if (plan.incremental()) {
            combine(held);
        } else {
            extract(
                    plan.backup(),
                    plan.target(),
                    Map.of(VERSION_FILE, held.resolve(VERSION_FILE), CONTROL_FILE, held.resolve("pg_control")),
                    plan.tablespaces());
        }
        link(plan.target(), plan.tablespaces());
        progress.end();
    }

    /** One object of each backup in the chain tells whether its key is configured. */
    private void requireReadable() throws ArchiveException {
        for (BackupDescription backup : plan.chain()) {
            List<String> problems =
                    new StoredParts(repository, backup.name(), backup.manifest().parts()).damaged(jobs, _ -> {});
            if (!problems.isEmpty()) {
                throw new ArchiveException(
                        "the backup " + backup.label() + " can't be read, nothing was changed: " + problems.getFirst());
            }
        }
    }

    /** Puts the WAL that makes the backup consistent where PostgreSQL finds it without an archive. */
    public void addWal() throws ArchiveException, IOException {
        ArchivedWal wal = ArchivedWal.list(repository, plan.backup().name().systemIdentifier());
        Path directory = plan.target().resolve("pg_wal");
        Files.createDirectories(directory);
        for (String segment : plan.backup().wal().segments()) {
            Path file = Files.createFile(
                    directory.resolve(segment),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(file, wal.content(segment));
        }
    }

    /** Makes everything survive a power failure, and then startable. */
    public void publish() throws IOException {
        for (Path folder : destination.folders()) {
            FileTree.synchronize(folder);
        }
        Path held = destination.mark().resolve("held");
        Path version = plan.target().resolve(VERSION_FILE);
        Files.move(held.resolve(VERSION_FILE), version, StandardCopyOption.ATOMIC_MOVE);
        Files.setPosixFilePermissions(plan.target(), directoryPermissions(version));
        Files.move(held.resolve("pg_control"), plan.target().resolve(CONTROL_FILE), StandardCopyOption.ATOMIC_MOVE);
        io.matriarch.archive.store.DurableFiles.synchronize(plan.target().resolve("global"));
        destination.end();
    }

    private static Set<PosixFilePermission> directoryPermissions(Path file) throws IOException {
        boolean group = Files.getPosixFilePermissions(file).contains(PosixFilePermission.GROUP_READ);
        return PosixFilePermissions.fromString(group ? "rwxr-x---" : "rwx------");
    }

    private void extract(
            BackupDescription backup, Path target, Map<String, Path> elsewhere, Map<Long, Path> tablespaces)
            throws IOException {
        for (StoredArchive archive : backup.archives()) {
            try (InputStream content = new ArchiveReader(repository, archive, jobs)) {
                boolean base = archive.name().equals(BackupDescription.BASE);
                Path folder = base ? target : folder(backup, archive, tablespaces);
                new TarExtractor(folder, base ? elsewhere : Map.of(), base ? LEFT_OUT : Set.of())
                        .extract(content, progress);
            }
        }
        try (InputStream manifest = new ArchiveReader(repository, backup.manifest(), jobs)) {
            Path file = Files.createFile(
                    target.resolve(BackupDescription.MANIFEST),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (OutputStream out = Files.newOutputStream(file)) {
                manifest.transferTo(out);
            }
        }
    }

    private static Path folder(BackupDescription backup, StoredArchive archive, Map<Long, Path> tablespaces)
            throws IOException {
        for (Tablespace tablespace : backup.tablespaces()) {
            Path folder = tablespaces.get(tablespace.oid());
            if (folder != null && tablespace.archive().equals(archive.name())) {
                return folder;
            }
        }
        throw new IOException(
                "backup.json of " + backup.label() + " names no tablespace for the archive " + archive.name());
    }

    private static void link(Path data, Map<Long, Path> tablespaces) throws IOException {
        Path links = Files.createDirectories(data.resolve("pg_tblspc"));
        for (Map.Entry<Long, Path> tablespace : tablespaces.entrySet()) {
            Path link = links.resolve(Long.toString(tablespace.getKey()));
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, tablespace.getValue());
        }
    }

    /** Lays all backups out side by side below the mark, has them combined there, and moves the outcome to its place. */
    private void combine(Path held) throws ArchiveException, IOException {
        List<String> arguments = new ArrayList<>();
        Path combined = destination.mark().resolve("combined");
        arguments.addAll(List.of("--output", combined.toString()));
        List<Path> laidOut = new ArrayList<>();
        for (BackupDescription backup : plan.chain()) {
            laidOut.add(layOut(backup, destination.mark().resolve(Integer.toString(laidOut.size()))));
        }
        for (Map.Entry<Long, Path> tablespace : plan.tablespaces().entrySet()) {
            Path old = Files.readSymbolicLink(
                    laidOut.getLast().resolve("pg_tblspc").resolve(Long.toString(tablespace.getKey())));
            arguments.add("--tablespace-mapping=" + old + "=" + combined(tablespace.getValue()));
        }
        laidOut.forEach(path -> arguments.add(path.toString()));
        Program.Result result = programs.run(COMBINING, "pg_combinebackup", arguments);
        if (!result.ok()) {
            throw new ArchiveException("pg_combinebackup can't combine the backups: " + result.words());
        }
        for (Path path : laidOut) {
            FileTree.delete(path.resolve("..").normalize());
        }
        Files.move(combined.resolve(VERSION_FILE), held.resolve(VERSION_FILE));
        Files.move(combined.resolve(CONTROL_FILE), held.resolve("pg_control"));
        moveContent(combined, plan.target());
        for (Path tablespace : plan.tablespaces().values()) {
            moveContent(combined(tablespace), tablespace);
        }
    }

    private static Path combined(Path tablespace) {
        return tablespace.resolve(Destination.MARK).resolve("combined");
    }

    private Path layOut(BackupDescription backup, Path place) throws IOException {
        Path data = Files.createDirectories(place.resolve("data"), ownerOnly());
        Map<Long, Path> tablespaces = new java.util.LinkedHashMap<>();
        for (Tablespace tablespace : backup.tablespaces()) {
            tablespaces.put(
                    tablespace.oid(),
                    Files.createDirectories(place.resolve(Long.toString(tablespace.oid())), ownerOnly()));
        }
        extract(backup, data, Map.of(), tablespaces);
        link(data, tablespaces);
        return data;
    }

    private static java.nio.file.attribute.FileAttribute<Set<PosixFilePermission>> ownerOnly() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    }

    private static void moveContent(Path from, Path to) throws IOException {
        for (Path entry : FileTree.entries(from)) {
            if (Files.exists(entry, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(entry, to.resolve(entry.getFileName()));
            }
        }
    }
}
