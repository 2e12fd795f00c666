package io.matriarch.archive;

import io.matriarch.archive.store.DurableFiles;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Fetches the segments that PostgreSQL will ask for next into the spool, several at once. One process per data directory does it. A fetched segment is beside its checksum, as
 * the spool is as mortal as any other disk.
 */
final class Prefetch {
    private static final String LOCK = "fetch";

    /** For all that one process fetches ahead. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final String SEGMENT = ".wal";
    private static final String CHECKSUM = ".wal.crc32";

    private final WalSetup setup;
    private final Spool spool;
    private final String systemIdentifier;

    Prefetch(WalSetup setup, Spool spool, String systemIdentifier) {
        this.setup = setup;
        this.spool = spool;
        this.systemIdentifier = systemIdentifier;
    }

    /** Moves a segment that was fetched ahead to where PostgreSQL wants it; false when there is none, or none that can be trusted. */
    static boolean consume(Spool spool, WalName name, Path destination) throws IOException {
        Path fetched = spool.path(name, SEGMENT);
        Path recorded = spool.path(name, CHECKSUM);
        try {
            boolean whole = Files.readString(recorded).equals(SegmentChecksum.of(fetched));
            if (whole) {
                move(fetched, destination);
            }
            Files.deleteIfExists(recorded);
            Files.deleteIfExists(fetched);
            return whole;
        } catch (NoSuchFileException | java.nio.charset.CharacterCodingException e) {
            return false;
        }
    }

    private static void move(Path fetched, Path destination) throws IOException {
        try {
            Files.move(fetched, destination, StandardCopyOption.ATOMIC_MOVE);
        } catch (java.nio.file.AtomicMoveNotSupportedException otherDisk) {
            Path temporary = WalFetch.temporary(destination);
            try {
                Files.copy(fetched, temporary, StandardCopyOption.REPLACE_EXISTING);
                Files.move(temporary, destination, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        }
    }

    /** Whether it's worth while: half of what should be there is gone, and nobody is fetching. */
    static boolean worthWhile(Spool spool, int prefetch, WalName current, long segmentSize) throws IOException {
        if (current.kind() != WalName.Kind.SEGMENT || prefetch == 0) {
            return false;
        }
        long there = next(current, prefetch, segmentSize).stream()
                .filter(name -> Files.exists(spool.path(name, CHECKSUM)))
                .count();
        if (2 * there > prefetch) {
            return false;
        }
        Optional<FileChannel> lock = spool.lock(LOCK);
        if (lock.isPresent()) {
            lock.get().close();
        }
        return lock.isPresent();
    }

    /**
     * Fetches until enough is there, or the repository has no more.
     *
     * @param current what PostgreSQL has now
     * @param segmentSize how many bytes a segment of this cluster has
     */
    void run(WalName current, long segmentSize) throws IOException, InterruptedException {
        Optional<FileChannel> lock = spool.lock(LOCK);
        if (lock.isEmpty()) {
            return;
        }
        ExecutorService workers = Executors.newFixedThreadPool(setup.settings().workers());
        try (FileChannel _ = lock.get()) {
            List<WalName> wanted = next(current, setup.settings().prefetch(), segmentSize);
            removeOthers(wanted);
            List<Future<Boolean>> results = new ArrayList<>();
            for (WalName name : wanted) {
                results.add(workers.submit(() -> fetch(name)));
            }
            awaitAll(results);
        } finally {
            // without waiting: what hangs ends with the process
            workers.shutdownNow();
        }
    }

    /** Until one of them isn't there, or fails: wal fetch finds that out by itself, and says so. */
    private static void awaitAll(List<Future<Boolean>> results) throws InterruptedException {
        Deadline end = Deadline.after(PATIENCE);
        for (Future<Boolean> result : results) {
            try {
                if (!result.get(end.remaining().toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (ExecutionException | TimeoutException e) {
                return;
            }
        }
    }

    /** What PostgreSQL has passed by, or never came to because it left the timeline. */
    private void removeOthers(List<WalName> wanted) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(spool.directory())) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                // of a process like this one that was killed
                if (name.startsWith(WalFetch.TEMPORARY) || (name.startsWith(".") && name.contains(SEGMENT + "."))) {
                    Files.deleteIfExists(file);
                }
            }
        }
        for (String suffix : List.of(CHECKSUM, SEGMENT)) {
            for (WalName name : spool.names(suffix)) {
                if (!wanted.contains(name)) {
                    Files.deleteIfExists(spool.path(name, suffix));
                }
            }
        }
    }

    private boolean fetch(WalName name) throws ArchiveException, IOException {
        if (Files.exists(spool.path(name, CHECKSUM))) {
            return true;
        }
        spool.begun(name);
        Path temporary = DurableFiles.temporary(spool.path(name, SEGMENT));
        try {
            if (!setup.repositories().fetch(name, systemIdentifier, temporary)) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            String checksum = SegmentChecksum.of(temporary);
            Files.move(temporary, spool.path(name, SEGMENT), StandardCopyOption.ATOMIC_MOVE);
            Path recorded = DurableFiles.temporary(spool.path(name, CHECKSUM));
            Files.writeString(recorded, checksum);
            Files.move(recorded, spool.path(name, CHECKSUM), StandardCopyOption.ATOMIC_MOVE);
            return true;
        } finally {
            Files.deleteIfExists(temporary);
            spool.finished(name);
        }
    }

    private static List<WalName> next(WalName current, int count, long segmentSize) {
        List<WalName> names = new ArrayList<>();
        Optional<WalName> last = current.next(segmentSize);
        while (names.size() < count && last.isPresent()) {
            names.add(last.get());
            last = last.get().next(segmentSize);
        }
        return names;
    }
}
