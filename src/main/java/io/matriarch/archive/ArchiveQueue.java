package io.matriarch.archive;

import io.matriarch.cluster.ArchiveFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * What PostgreSQL has to archive yet.
 *
 * @param count how many files wait
 * @param oldest since when the oldest of them waits; absent when none does
 * @param failing the first of them, in PostgreSQL's order, whose archiving failed, as far as the spool or {@link #with PostgreSQL} knows
 */
public record ArchiveQueue(int count, Optional<Instant> oldest, Optional<Failing> failing) {
    /** A file that couldn't be archived, and why, in one line for a person. */
    public record Failing(String file, String error) {}

    /**
     * Reads the queue of a data directory.
     *
     * @param spool {@code backup.spool}, which knows of the failures of {@code wal push} and why; without it none is known yet
     */
    public static ArchiveQueue read(Path dataDirectory, Optional<Path> spool) throws IOException {
        Path directory = dataDirectory.toAbsolutePath().normalize();
        ArchiveStatus status = new ArchiveStatus(directory);
        List<WalName> ready = status.ready();
        Optional<Instant> oldest = Optional.empty();
        for (WalName name : ready) {
            Optional<Instant> since = since(status.readyFile(name));
            if (since.isPresent() && oldest.filter(since.get()::isAfter).isEmpty()) {
                oldest = since;
            }
        }
        return new ArchiveQueue(ready.size(), oldest, failing(status, ready, spool));
    }

    /** With what PostgreSQL itself says, which doesn't know why: the spool's word goes before. */
    public ArchiveQueue with(Optional<ArchiveFailure> failure) {
        return count == 0 || failing.isPresent()
                ? this
                : new ArchiveQueue(
                        count,
                        oldest,
                        failure.map(known -> new Failing(
                                known.file(),
                                "PostgreSQL couldn't archive it, last tried at "
                                        + known.at().truncatedTo(ChronoUnit.SECONDS) + ": its log says why")));
    }

    private static Optional<Instant> since(Path file) throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static Optional<Failing> failing(ArchiveStatus status, List<WalName> ready, Optional<Path> root)
            throws IOException {
        if (root.isEmpty() || ready.isEmpty()) {
            return Optional.empty();
        }
        Optional<Spool> spool;
        try {
            String identifier = SystemIdentifier.besides(status.wal(ready.getFirst()));
            spool = Spool.find(root.get(), identifier, status.dataDirectory());
        } catch (ArchiveException e) {
            return Optional.empty();
        }
        for (WalName name : spool.isPresent() ? ready : List.<WalName>of()) {
            Optional<SpoolMark> mark = spool.get().mark(name).filter(found -> !found.archived());
            if (mark.isPresent()) {
                return Optional.of(new Failing(name.text(), mark.get().error()));
            }
        }
        return Optional.empty();
    }
}
