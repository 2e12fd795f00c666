package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.FileTree;
import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A private folder that is removed in the end; what a killed process left in it is removed by the next one. Only one process uses it at a time. */
final class Scratch implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final String LOCK = "lock";
    private static final String CONTENT = "content";

    private final Path place;
    private final FileChannel lock;

    private Scratch(Path place, FileChannel lock) {
        this.place = place;
        this.lock = lock;
    }

    /**
     * What a person names, else beside the data directory.
     *
     * @param purpose tells folders apart that may be in use at once
     */
    static Path place(BackupSession session, Optional<String> named, String purpose) {
        Path data = session.configuration().postgresql().dataDirectory().toAbsolutePath();
        return named.map(text -> Path.of(text).toAbsolutePath())
                .orElseGet(() -> data.resolveSibling(data.getFileName() + ".matriarch-" + purpose));
    }

    /** @throws ArchiveException if somebody else uses it, if it holds anything else, or if it can't be used */
    static Scratch open(Path place) throws ArchiveException {
        try {
            boolean there = Files.exists(place, LinkOption.NOFOLLOW_LINKS);
            if (there && !Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                throw new ArchiveException(place + " is not a directory: name another one with --scratch");
            }
            if (!there) {
                Files.createDirectory(place, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            }
            boolean ours = FileTree.entries(place).stream()
                    .allMatch(entry ->
                            List.of(LOCK, CONTENT).contains(entry.getFileName().toString()));
            if (!ours) {
                throw new ArchiveException(place + " holds something else: name another folder with --scratch");
            }
            // only its owner may do that
            Files.setPosixFilePermissions(place, OWNER_ONLY);
            return locked(place);
        } catch (IOException e) {
            throw new ArchiveException(
                    "the scratch folder " + place + " can't be used (name another one with --scratch): "
                            + FileProblem.whereAndWhy(e),
                    e);
        }
    }

    private static Scratch locked(Path place) throws IOException, ArchiveException {
        FileChannel lock = FileChannel.open(
                place.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        Optional<FileLock> held = Optional.ofNullable(lock.tryLock());
        if (held.isEmpty()) {
            lock.close();
            throw new ArchiveException(
                    "another process is at work in " + place + ": wait for it, or name another folder with --scratch");
        }
        Scratch scratch = new Scratch(place, lock);
        FileTree.delete(place.resolve(CONTENT));
        Files.createDirectory(place.resolve(CONTENT), PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        return scratch;
    }

    /** Where everything goes. */
    Path folder() {
        return place.resolve(CONTENT);
    }

    @Override
    public void close() {
        try {
            FileTree.delete(place.resolve(CONTENT));
            FileTree.delete(place);
            lock.close();
        } catch (IOException e) {
            System.err.println(
                    "Warning: the scratch folder " + place + " isn't removed: " + FileProblem.whereAndWhy(e));
        }
    }
}
