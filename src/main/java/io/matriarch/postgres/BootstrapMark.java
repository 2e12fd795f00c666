package io.matriarch.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Says in the data directory that the cluster in it is new and not finished: its roles are missing, or post_bootstrap hasn't run. An agent that is started again
 * after a crash in the middle makes another one instead of leading a cluster that nobody can log in to.
 */
final class BootstrapMark {
    /** A dotfile doesn't make a directory a used one. */
    private static final String NAME = ".matriarch-bootstrap-unfinished";

    private final Path directory;
    private final Path mark;

    BootstrapMark(Path directory) {
        this.directory = directory;
        this.mark = directory.resolve(NAME);
    }

    boolean isSet() {
        return Files.exists(mark);
    }

    void set() throws IOException {
        if (!isSet()) {
            Files.writeString(
                    mark,
                    "the bootstrap of this cluster was begun and has not ended: it is set aside when the agent starts\n",
                    StandardOpenOption.CREATE_NEW);
            Staging.makeLasting(directory);
        }
    }

    void remove() throws IOException {
        if (Files.deleteIfExists(mark)) {
            Staging.makeLasting(directory);
        }
    }
}
