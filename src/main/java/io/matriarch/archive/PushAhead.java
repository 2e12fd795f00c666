package io.matriarch.archive;

import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
 * Archives what PostgreSQL will ask for next, several files at once, and leaves a mark for each, so that {@code wal push} only has to look at the mark. One process per data
 * directory does it, for as long as there is something to do.
 */
final class PushAhead {
    private static final String LOCK = "push";

    /** With more marks than that, PostgreSQL isn't fast enough to take them. */
    private static final int MOST_MARKS = 128;

    private static final int MOST_FAILURES = 3;
    /** For one file, in all repositories. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Duration LINGER = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final WalSetup setup;
    private final Spool spool;
    private final ArchiveStatus status;
    private final String systemIdentifier;
    private int failures;

    PushAhead(WalSetup setup, Spool spool, ArchiveStatus status, String systemIdentifier) {
        this.setup = setup;
        this.spool = spool;
        this.status = status;
        this.systemIdentifier = systemIdentifier;
    }

    /** Whether it's worth while: something else waits, and nobody works ahead yet. */
    static boolean worthWhile(Spool spool, ArchiveStatus status, WalName current) throws IOException {
        if (status.ready().stream().allMatch(current::equals)) {
            return false;
        }
        Optional<FileChannel> lock = spool.lock(LOCK);
        if (lock.isPresent()) {
            lock.get().close();
        }
        return lock.isPresent();
    }

    /**
     * Works until nothing has been waiting for a while.
     *
     * @param current what the process that started this one archives itself
     */
    void run(WalName current) throws IOException, InterruptedException {
        Optional<FileChannel> lock = spool.lock(LOCK);
        if (lock.isEmpty()) {
            return;
        }
        ExecutorService workers = Executors.newFixedThreadPool(setup.settings().workers());
        try (FileChannel _ = lock.get()) {
            removeStaleMarks();
            Deadline end = Deadline.after(LINGER);
            while (!end.expired() && failures < MOST_FAILURES && status.serverRuns()) {
                if (archive(waiting(current), workers)) {
                    end = Deadline.after(LINGER);
                } else {
                    Thread.sleep(PAUSE);
                }
            }
        } finally {
            // without waiting: what hangs ends with the process
            workers.shutdownNow();
        }
    }

    /** Marks of files that PostgreSQL has asked for, or will never ask for again: it was rewound, or another timeline began. */
    private void removeStaleMarks() throws IOException {
        List<WalName> ready = status.ready();
        for (WalName name : spool.names(SpoolMark.SUFFIX)) {
            if (!ready.contains(name)) {
                spool.forget(name);
            }
        }
        // a killed one leaves them
        for (WalName name : spool.names(Spool.BUSY)) {
            if (!spool.busy(name)) {
                spool.finished(name);
            }
        }
    }

    private List<WalName> waiting(WalName current) throws IOException {
        List<WalName> waiting = new ArrayList<>();
        int marks = 0;
        for (WalName name : status.ready()) {
            Optional<SpoolMark> mark = name.equals(current) ? Optional.empty() : spool.mark(name);
            if (mark.filter(SpoolMark::archived).isPresent()) {
                marks++;
            } else if (!name.equals(current)) {
                waiting.add(name);
            }
        }
        int most = Math.min(setup.settings().workers(), MOST_MARKS - marks);
        return waiting.subList(0, Math.clamp(most, 0, waiting.size()));
    }

    /** Whether there was anything to archive. */
    private boolean archive(List<WalName> names, ExecutorService workers) throws InterruptedException {
        List<Future<Boolean>> results = new ArrayList<>();
        for (WalName name : names) {
            results.add(workers.submit(() -> archive(name)));
        }
        for (Future<Boolean> result : results) {
            try {
                failures = result.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) ? 0 : failures + 1;
            } catch (ExecutionException e) {
                failures++;
            } catch (TimeoutException e) {
                failures = MOST_FAILURES;
            }
        }
        return !names.isEmpty();
    }

    private boolean archive(WalName name) throws IOException {
        Path file = status.wal(name);
        spool.begun(name);
        try {
            FileIdentity identity = FileIdentity.of(file);
            try {
                setup.repositories().push(new WalSource(file, name, systemIdentifier, Optional.of(identity)));
                spool.record(
                        name, SpoolMark.archived(identity, setup.repositories().names()));
                return true;
            } catch (ArchiveException e) {
                if (Files.exists(file)) {
                    spool.record(
                            name,
                            SpoolMark.failed(identity, setup.repositories().names(), e.getMessage()));
                }
                return false;
            }
        } catch (NoSuchFileException e) {
            // PostgreSQL archived it meanwhile, and recycled it
            return true;
        } finally {
            spool.finished(name);
        }
    }
}
