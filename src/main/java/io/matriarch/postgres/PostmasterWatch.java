package io.matriarch.postgres;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Notices within a fraction of a second that the postmaster died: the loop need not wait for its next turn. */
final class PostmasterWatch {
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final Path directory;
    private final Runnable whenDied;
    private volatile boolean expected;

    PostmasterWatch(Path directory, Runnable whenDied) {
        this.directory = directory;
        this.whenDied = whenDied;
        Thread.ofPlatform().name("postmaster-watch").daemon().start(this::run);
    }

    /** Whether the loop has seen a postmaster. */
    void expect(boolean alive) {
        expected = alive;
    }

    private void run() {
        Optional<Postmaster> watched = Optional.empty();
        while (!Thread.currentThread().isInterrupted()) {
            if (expected && watched.filter(Postmaster::isAlive).isEmpty()) {
                watched = Postmaster.of(directory);
                if (watched.isEmpty()) {
                    expected = false;
                    whenDied.run();
                }
            }
            try {
                Thread.sleep(INTERVAL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
