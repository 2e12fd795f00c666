package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether postmaster.pid is about a process that runs. */
final class PostmasterTest {
    @TempDir
    private Path directory;

    private void says(long pid, Instant startedAt) throws IOException {
        Files.writeString(
                directory.resolve("postmaster.pid"),
                pid + "\n" + directory + "\n" + startedAt.getEpochSecond() + "\n5432\n");
    }

    @Test
    @HardCase(85)
    void aProcessNumberThatWasGivenToAnotherProcessIsNoPostmaster() throws IOException {
        ProcessHandle self = ProcessHandle.current();
        Instant started = self.info().startInstant().orElseThrow();
        says(self.pid(), started);
        assertThat(Postmaster.of(directory))
                .hasValueSatisfying(
                        postmaster -> assertThat(postmaster.isAlive()).isTrue());
        assertThat(Postmaster.leftover(directory)).isEmpty();
        says(self.pid(), started.minus(Duration.ofMinutes(1)));
        assertThat(Postmaster.of(directory)).isEmpty();
        assertThat(Postmaster.leftover(directory)).contains(Long.toString(self.pid()));
    }

    @Test
    void withoutAProcessThereIsNone() throws IOException {
        assertThat(Postmaster.of(directory)).isEmpty();
        Files.writeString(directory.resolve("postmaster.pid"), "junk\n\n\n");
        assertThat(Postmaster.of(directory)).isEmpty();
    }
}
