package io.matriarch.archive;

import io.matriarch.archive.codec.Sha256;
import io.matriarch.archive.store.WholeFile;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** The checksum of a file's content, which another thread computes while the file is being read. */
final class GrowingChecksum implements WholeFile.Progress, AutoCloseable {
    /** Instead of a length: no more will come. */
    private static final int END = -1;

    private final BlockingQueue<Integer> lengths = new LinkedBlockingQueue<>();
    private final CompletableFuture<Checksum> checksum = new CompletableFuture<>();

    @Override
    public void begins(byte[] content) {
        Thread.ofPlatform().daemon().name("checksum").start(() -> compute(content));
    }

    @Override
    public void read(int length) {
        lengths.add(length);
    }

    /** When all has been read: the checksum of that. */
    Checksum join() {
        close();
        return checksum.join();
    }

    /** Ends the thread, also when the file couldn't be read. */
    @Override
    public void close() {
        lengths.add(END);
    }

    private void compute(byte[] content) {
        try {
            Sha256 sum = Sha256.begin();
            int done = 0;
            for (int length = lengths.take(); length != END; length = lengths.take()) {
                sum.update(content, done, length - done);
                done = length;
            }
            checksum.complete(Checksum.of(sum));
        } catch (InterruptedException | RuntimeException e) {
            checksum.completeExceptionally(e);
        }
    }
}
