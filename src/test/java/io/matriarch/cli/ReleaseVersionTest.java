package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** packaging/version in a repository of its own. */
final class ReleaseVersionTest {
    @TempDir
    Path repository;

    @BeforeEach
    void commit() throws IOException, InterruptedException {
        Files.createDirectory(repository.resolve("packaging"));
        Files.copy(Path.of("packaging/version"), repository.resolve("packaging/version"));
        Files.writeString(
                repository.resolve("pom.xml"), "<properties>\n    <revision>0.7.0</revision>\n</properties>\n");
        run("git", "init", "-q");
        run("git", "add", ".");
        run("git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "first");
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(repository.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
        return output;
    }

    private String version(String... arguments) throws IOException, InterruptedException {
        return run(Stream.concat(Stream.of("packaging/version"), Stream.of(arguments))
                .toArray(String[]::new));
    }

    @Test
    void aTagNamesIt() throws IOException, InterruptedException {
        run("git", "tag", "nightly");
        run("git", "tag", "v1.2.3");
        assertThat(version()).isEqualTo("1.2.3");
        assertThat(version("--exact")).isEqualTo("1.2.3");
    }

    @Test
    void withoutATagItIsTheNext() throws IOException, InterruptedException {
        assertThat(version()).isEqualTo("0.7.0");
        assertThat(version("--exact")).isEmpty();
    }

    @Test
    void whatHasBeenChangedSinceTheTagIsNotTheRelease() throws IOException, InterruptedException {
        run("git", "tag", "v1.2.3");
        Files.writeString(repository.resolve("pom.xml"), "<!-- mine -->\n", java.nio.file.StandardOpenOption.APPEND);
        assertThat(version()).isEqualTo("0.7.0");
    }
}
