package io.matriarch.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;

/** Closes a socket from which nothing comes for too long while somebody waits for it. A unix socket knows no timeout of its own. */
final class SilenceLimit {
    /** A server may write a large checkpoint before it says anything. */
    static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Socket socket;
    private final Thread thread;
    private volatile long waitingSince;
    private volatile boolean waiting;
    private volatile boolean exceeded;

    SilenceLimit(Socket socket) {
        this.socket = socket;
        this.thread = Thread.ofPlatform().daemon().name("silence").start(this::look);
    }

    InputStream watch(InputStream stream) {
        return new FilterInputStream(stream) {
            @Override
            public int read() throws IOException {
                begin();
                try {
                    return super.read();
                } finally {
                    waiting = false;
                }
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                begin();
                try {
                    return super.read(bytes, offset, length);
                } finally {
                    waiting = false;
                }
            }
        };
    }

    boolean exceeded() {
        return exceeded;
    }

    void end() {
        thread.interrupt();
    }

    private void begin() {
        waitingSince = System.nanoTime();
        waiting = true;
    }

    private void look() {
        try {
            while (!waiting || System.nanoTime() - waitingSince < PATIENCE.toNanos()) {
                Thread.sleep(INTERVAL);
            }
            exceeded = true;
            socket.close();
        } catch (InterruptedException ended) {
            // the connection isn't needed any more
        } catch (IOException e) {
            // then the reader learns of it anyway
        }
    }
}
