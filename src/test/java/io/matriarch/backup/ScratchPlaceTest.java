package io.matriarch.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchPlaceTest {
    @TempDir
    Path directory;

    @Test
    void whatAKilledOneLeftGoesAndInTheEndEverything() throws IOException, ArchiveException {
        Path folder = directory.resolve("scratch");
        Path left = Files.createDirectories(folder.resolve("data/base"));
        Files.writeString(folder.resolve("data/postmaster.pid"), "999999999\n");
        Files.createDirectories(folder.resolve("run"));
        Files.createFile(folder.resolve("lock"));
        try (ScratchPlace place = ScratchPlace.take(folder)) {
            assertThat(left).doesNotExist();
            assertThat(place.createRun()).isDirectory();
            Files.createDirectories(place.data());
        }
        assertThat(folder).doesNotExist();
    }

    @Test
    void nothingElseIsRemoved() throws IOException {
        Path mine = Files.writeString(directory.resolve("diary"), "dear");
        Files.createDirectory(directory.resolve("data"));
        assertThatThrownBy(() -> ScratchPlace.take(directory)).hasMessageContaining("holds something else");
        assertThat(mine).exists();
        assertThat(directory.resolve("data")).exists();
    }

    /** A process that works in the data directory and is named in postmaster.pid, until it ends. */
    @Test
    void aFormerServerIsWaitedFor() throws IOException, ArchiveException {
        Path data = Files.createDirectories(directory.resolve("scratch/data"));
        Process server =
                new ProcessBuilder("sleep", "1").directory(data.toFile()).start();
        Files.writeString(data.resolve("postmaster.pid"), server.pid() + "\n");
        try (ScratchPlace place = ScratchPlace.take(directory.resolve("scratch"))) {
            assertThat(server.isAlive()).isFalse();
            assertThat(place.data()).doesNotExist();
        }
    }
}
