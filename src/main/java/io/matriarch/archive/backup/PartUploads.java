package io.matriarch.archive.backup;

import io.matriarch.archive.Repository;
import io.matriarch.archive.codec.Sha256;
import io.matriarch.archive.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Compresses, encrypts and stores parts on a few threads. No more parts are in memory than there are threads, and one that waits. */
final class PartUploads implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Repository repository;
    private final ExecutorService threads;
    private final Semaphore room;
    private final AtomicReference<Optional<IOException>> failure = new AtomicReference<>(Optional.empty());

    PartUploads(Repository repository, int jobs) {
        this.repository = repository;
        this.threads = Executors.newFixedThreadPool(
                jobs, Thread.ofPlatform().daemon().name("upload-", 0).factory());
        this.room = new Semaphore(jobs + 1);
    }

    /**
     * Takes a part, which nobody may change after that; waits for room.
     *
     * @throws IOException if this or an earlier part can't be stored
     */
    Future<StoredPart> upload(BackupName name, String archive, int number, byte[] content) throws IOException {
        try {
            room.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        requireSuccess();
        String object = name.part(archive, number, repository.codec().suffix());
        return threads.submit(() -> {
            try {
                return store(object, content);
            } catch (IOException e) {
                failure.compareAndSet(Optional.empty(), Optional.of(e));
                throw e;
            } catch (RuntimeException | Error e) {
                IOException problem = new IOException(object + " can't be stored: " + e, e);
                failure.compareAndSet(Optional.empty(), Optional.of(problem));
                throw problem;
            } finally {
                room.release();
            }
        });
    }

    private void requireSuccess() throws IOException {
        Optional<IOException> failed = failure.get();
        if (failed.isPresent()) {
            throw new IOException(failed.get().getMessage(), failed.get());
        }
    }

    private StoredPart store(String object, byte[] content) throws IOException {
        byte[] stored = repository.codec().encode(content);
        try {
            if (!repository.store().create(object, stored)) {
                throw new IOException(object + " is in the repository already: somebody else writes the same backup");
            }
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
        return new StoredPart(object, content.length, stored.length, Sha256.digits(stored));
    }

    /** Why a thread failed. */
    static String reason(ExecutionException e) {
        Throwable cause = e.getCause();
        return cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
    }

    /** Gives up what isn't stored yet; nothing is stored after that. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                // a store's calls end within a bounded time; expiry removes what comes later
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
