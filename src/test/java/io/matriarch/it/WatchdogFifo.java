package io.matriarch.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** In the place of the kernel's watchdog: keeps what an agent writes to it ({@code watchdog.driver: testing}). */
final class WatchdogFifo {
    private final StringBuilder signs = new StringBuilder();
    private final RandomAccessFile file;

    WatchdogFifo(Path path) throws IOException, InterruptedException {
        if (new ProcessBuilder("mkfifo", path.toString()).start().waitFor() != 0) {
            throw new IOException("mkfifo " + path);
        }
        LocalCluster.own(path);
        this.file = new RandomAccessFile(path.toFile(), "rw"); // for both, so that there is a reader all the time
        Thread.ofPlatform().daemon().start(this::read);
    }

    private void read() {
        byte[] buffer = new byte[100];
        try {
            while (true) {
                int length = file.read(buffer);
                synchronized (signs) {
                    signs.append(new String(buffer, 0, length, StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code C} for an open, {@code timeout=} with seconds, {@code 1} for a sign of life, {@code V} for a close that disarms. */
    String signs() {
        synchronized (signs) {
            return signs.toString();
        }
    }
}
