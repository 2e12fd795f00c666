package io.matriarch.archive;

import io.matriarch.archive.codec.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * A copy of a file, and the checksum of what was copied. Another thread computes it, from a few buffers that go round: while the copy is flushed to the disk, the checksum is finished.
 * Whatever becomes of the source meanwhile, both are of the same bytes.
 */
final class CheckedCopy implements AutoCloseable {
    private static final int BUFFER = 256 * 1024;
    private static final int BUFFERS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** What ends the round. */
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final BlockingQueue<ByteBuffer> written = new ArrayBlockingQueue<>(BUFFERS + 1);
    private final BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(BUFFERS);
    private final CompletableFuture<Checksum> checksum;
    private boolean ended;

    private CheckedCopy() {
        for (int i = 0; i < BUFFERS; i++) {
            // outside the heap: the JDK would copy each of them there, and back
            free.add(ByteBuffer.allocateDirect(BUFFER));
        }
        checksum = CompletableFuture.supplyAsync(
                this::compute,
                task -> Thread.ofPlatform().daemon().name("checksum").start(task));
    }

    /** To be closed. */
    static CheckedCopy begin() {
        return new CheckedCopy();
    }

    /** Copies all of a file; nothing of it need be on the disk after that. */
    void run(Path file, WritableByteChannel copy) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = next();
            while (in.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    copy.write(buffer);
                }
                written.add(buffer.flip());
                buffer = next();
            }
        }
        end();
    }

    /** The checksum of what was copied. */
    Checksum checksum() {
        end();
        return checksum.join();
    }

    /** Ends the thread, also when the copy failed. */
    @Override
    public void close() {
        end();
        try {
            checksum.join();
        } catch (CompletionException failed) {
            // whoever wanted the checksum knows that already
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            written.add(END);
        }
    }

    private ByteBuffer next() throws IOException {
        try {
            return Optional.ofNullable(free.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .orElseThrow(() -> new IOException("nothing computes the checksum"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Checksum compute() {
        Sha256 sum = Sha256.begin();
        try {
            for (ByteBuffer buffer = written.take(); buffer.capacity() > 0; buffer = written.take()) {
                sum.update(buffer);
                buffer.clear();
                free.add(buffer);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody knows this thread", e);
        }
        return Checksum.of(sum);
    }
}
