package io.matriarch.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With archives that the system's tar makes. */
class TarExtractorTest {
    @TempDir
    Path directory;

    private Path source = Path.of("");
    private Path target = Path.of("");

    @BeforeEach
    void createFolders() throws IOException {
        source = Files.createDirectories(directory.resolve("source/base/1"))
                .resolve("../..")
                .normalize();
        target = Files.createDirectory(directory.resolve("target"));
        Files.write(source.resolve("base/1/table"), new byte[1000]);
        Files.writeString(source.resolve("PG_VERSION"), "15\n");
        Files.writeString(source.resolve("standby.signal"), "");
        Files.createSymbolicLink(source.resolve("link"), Path.of("/etc"));
        Files.setPosixFilePermissions(
                source.resolve("base/1/table"), java.nio.file.attribute.PosixFilePermissions.fromString("rw-r-----"));
    }

    @Test
    void filesComeBackWhereTheyBelong() throws Exception {
        Path held = directory.resolve("held");
        extractor(Map.of("PG_VERSION", held), Set.of("standby.signal")).extract(archive(), progress());
        assertThat(target.resolve("base/1/table")).hasBinaryContent(new byte[1000]);
        assertThat(Files.getPosixFilePermissions(target.resolve("base/1/table")))
                .hasSize(3);
        assertThat(held).hasContent("15\n");
        assertThat(target.resolve("PG_VERSION")).doesNotExist();
        assertThat(target.resolve("standby.signal")).doesNotExist();
        assertThat(target.resolve("link")).doesNotExist();
    }

    @Test
    void damageIsNoticed() throws Exception {
        byte[] archive = archive().readAllBytes();
        byte[] changed = archive.clone();
        changed[0] ^= 1;
        assertThatThrownBy(() -> extractor(Map.of(), Set.of()).extract(new ByteArrayInputStream(changed), progress()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("checksum");
        assertThatThrownBy(() -> extractor(Map.of(), Set.of())
                        .extract(new ByteArrayInputStream(Arrays.copyOf(archive, 512)), progress()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too early");
    }

    @Test
    void nothingLeavesTheFolder() throws Exception {
        assertThatThrownBy(() -> extractor(Map.of(), Set.of())
                        .extract(archive("-P", "--transform=s#PG_VERSION#../escaped#"), progress()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("outside");
        assertThat(directory.resolve("escaped")).doesNotExist();
    }

    private TarExtractor extractor(Map<String, Path> elsewhere, Set<String> without) {
        return new TarExtractor(target, elsewhere, without);
    }

    private static Progress progress() {
        return new Progress("test", 0, false, System.err);
    }

    private ByteArrayInputStream archive(String... options) throws IOException, InterruptedException {
        Path file = directory.resolve("archive.tar");
        java.util.List<String> command = new java.util.ArrayList<>(java.util.List.of("tar", "-c", "--format=ustar"));
        command.addAll(java.util.List.of(options));
        command.addAll(java.util.List.of(
                "-f", file.toString(), "-C", source.toString(), "base", "PG_VERSION", "standby.signal", "link"));
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return new ByteArrayInputStream(Files.readAllBytes(file));
    }
}
