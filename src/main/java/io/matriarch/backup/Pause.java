package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import java.time.Duration;

/** Between two looks at something that takes its time; who looks has the deadline. */
final class Pause {
    private Pause() {}

    /** @throws ArchiveException if the command is asked to end */
    static void of(Duration duration) throws ArchiveException {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", e);
        }
    }
}
