package io.matriarch.postgres;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Whether the operation in progress was asked to give up; kills the child process that runs for it. Safe for several threads. */
final class Cancellation {
    private final AtomicBoolean requested = new AtomicBoolean();
    private final AtomicReference<Runnable> kill = new AtomicReference<>(() -> {});

    boolean requested() {
        return requested.get();
    }

    void request() {
        requested.set(true);
        kill.get().run();
    }

    /** A child process runs: {@code howToKill} ends it. */
    void running(Runnable howToKill) {
        kill.set(howToKill);
        if (requested.get()) {
            howToKill.run();
        }
    }

    void idle() {
        kill.set(() -> {});
    }
}
