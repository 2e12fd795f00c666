package io.matriarch.archive.backup;

import io.matriarch.archive.Repository;
import io.matriarch.archive.codec.CodecException;
import io.matriarch.archive.codec.Sha256;
import io.matriarch.archive.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads an archive from its first part to its last; a few parts are fetched, proven and decompressed ahead. */
public final class ArchiveReader extends InputStream {
    private final Repository repository;
    private final ExecutorService threads;
    private final Iterator<StoredPart> coming;
    private final Queue<Future<byte[]>> ahead = new ArrayDeque<>();
    private byte[] part = new byte[0];
    private int position;

    /** @param jobs how many parts are in memory beside the one that is read */
    public ArchiveReader(Repository repository, StoredArchive archive, int jobs) {
        this.repository = repository;
        this.threads = Executors.newFixedThreadPool(
                jobs, Thread.ofPlatform().daemon().name("download-", 0).factory());
        this.coming = archive.parts().iterator();
        for (int job = 0; job < jobs; job++) {
            fetchAhead();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (position == part.length) {
            if (ahead.isEmpty()) {
                return -1;
            }
            part = next();
            position = 0;
        }
        int count = Math.min(length, part.length - position);
        System.arraycopy(part, position, bytes, offset, count);
        position += count;
        return count;
    }

    /**
     * A part's content, proven to be what was written.
     *
     * @throws IOException if it's missing, damaged, or the repository fails
     */
    static byte[] content(Repository repository, StoredPart part) throws IOException {
        try {
            byte[] stored = repository
                    .store()
                    .read(part.object())
                    .orElseThrow(() -> new IOException(part.object() + " is missing in the repository "
                            + repository.store().place()));
            if (stored.length != part.storedSize() || !Sha256.digits(stored).equals(part.sha256())) {
                throw new IOException(part.object() + " in the repository "
                        + repository.store().place() + " is damaged: its SHA-256 is not the one in the description");
            }
            byte[] content = repository.codec().decode(part.object(), stored);
            if (content.length != part.contentSize()) {
                throw new IOException(part.object() + " is damaged: it decompresses to " + content.length
                        + " bytes instead of " + part.contentSize());
            }
            return content;
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        } catch (CodecException e) {
            throw new IOException(part.object() + " " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void fetchAhead() {
        if (coming.hasNext()) {
            StoredPart next = coming.next();
            ahead.add(threads.submit(() -> content(repository, next)));
        }
    }

    private byte[] next() throws IOException {
        try {
            byte[] content = ahead.remove().get();
            fetchAhead();
            return content;
        } catch (ExecutionException e) {
            throw new IOException(PartUploads.reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
