package io.matriarch.archive;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the spool holds for a data directory that is gone. */
public final class FetchedAhead {
    private static final int ATTEMPTS = 50;
    private static final long PAUSE_MILLIS = 100;

    private FetchedAhead() {}

    /**
     * Removes it. Whoever still fetches ahead for it ends soon; if that takes too long, something stays, which does no harm but takes space.
     *
     * @param spool {@code backup.spool}
     */
    public static void forget(Optional<Path> spool, String systemIdentifier, Path dataDirectory) {
        Optional<Spool> found = spool.flatMap(root -> Spool.find(root, systemIdentifier, dataDirectory));
        for (int i = 0; found.isPresent() && Files.exists(found.get().directory()) && i < ATTEMPTS; i++) {
            try {
                remove(found.get().directory());
            } catch (IOException inUse) {
                if (!pauses()) {
                    return;
                }
            }
        }
    }

    private static void remove(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }

    private static boolean pauses() {
        try {
            Thread.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
