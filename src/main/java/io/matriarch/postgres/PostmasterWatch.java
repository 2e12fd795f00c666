package io.matriarch.postgres;

import java.time.Duration;
import java.util.Optional;

/** Notices within a fraction of a second that the postmaster died: the loop need not wait for its next turn. */
final class PostmasterWatch {
    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final Runnable whenDied;
    private volatile Optional<Postmaster> expected = Optional.empty();

    PostmasterWatch(Runnable whenDied) {
        this.whenDied = whenDied;
        Thread.ofPlatform().name("postmaster-watch").daemon().start(this::run);
    }

    /** The postmaster that the loop has seen, if there was one. */
    void expect(Optional<Postmaster> postmaster) {
        expected = postmaster;
    }

    private void run() {
        Optional<Postmaster> told = Optional.empty();
        while (!Thread.currentThread().isInterrupted()) {
            Optional<Postmaster> watched = expected;
            if (watched.isPresent() && !watched.equals(told) && !watched.get().isAlive()) {
                told = watched;
                whenDied.run();
            }
            try {
                Thread.sleep(INTERVAL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
