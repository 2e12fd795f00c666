package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that hangs is a matter of UnableIT; here are processes that live, are frozen, or are gone. */
final class DoomedProcessesTest {
    @TempDir
    private Path directory;

    @Test
    void whoRunsOrIsFrozenIsNotDoomed() throws IOException, InterruptedException {
        Process sleeping = new ProcessBuilder("sleep", "60").start();
        try {
            assertThat(DoomedProcesses.isDoomed(sleeping.pid())).isFalse();
            new ProcessBuilder("kill", "-STOP", Long.toString(sleeping.pid()))
                    .start()
                    .waitFor();
            assertThat(DoomedProcesses.isDoomed(sleeping.pid())).as("frozen").isFalse();
        } finally {
            sleeping.destroyForcibly().waitFor();
        }
        assertThat(DoomedProcesses.isDoomed(sleeping.pid())).as("gone").isTrue();
    }

    @Test
    void nobodyOfPostgresWorksHere() {
        assertThat(DoomedProcesses.are(directory)).isTrue();
    }

    @Test
    void aServerThatRunsIsNotDoomed() throws IOException, InterruptedException {
        Path postgres = directory.resolve("postgres");
        java.nio.file.Files.copy(Path.of("/bin/sleep"), postgres);
        Process server = new ProcessBuilder(postgres.toString(), "60")
                .directory(directory.toFile())
                .start();
        try {
            assertThat(DoomedProcesses.are(directory)).isFalse();
        } finally {
            server.destroyForcibly().waitFor();
        }
        assertThat(DoomedProcesses.are(directory)).isTrue();
    }
}
