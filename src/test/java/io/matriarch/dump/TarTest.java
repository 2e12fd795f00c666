package io.matriarch.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.backup.FileTree;
import io.matriarch.backup.TarEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarTest {
    @TempDir
    Path directory;

    private Path source = Path.of("");

    @BeforeEach
    void fill() throws IOException {
        source = Files.createDirectory(directory.resolve("source"));
        Files.write(source.resolve("3386.dat"), new byte[1000]);
        Files.write(source.resolve("1.dat"), new byte[512]);
        Files.writeString(source.resolve("toc.dat"), "contents");
        Files.writeString(source.resolve("empty.dat"), "");
    }

    @Test
    void whatIsWrittenIsReadWithTheContentsFirst() throws Exception {
        List<Long> done = new ArrayList<>();
        TarReader reader = new TarReader(new ByteArrayInputStream(archive()), done::add);
        List<String> names = new ArrayList<>();
        Path target = Files.createDirectory(directory.resolve("target"));
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            names.add(entry.get().name());
            if (!entry.get().name().equals("1.dat")) {
                reader.copyTo(target.resolve(entry.get().name()));
            }
        }
        assertThat(names).containsExactly("toc.dat", "1.dat", "3386.dat", "empty.dat");
        assertThat(target.resolve("toc.dat")).hasContent("contents");
        assertThat(target.resolve("3386.dat")).hasBinaryContent(new byte[1000]);
        assertThat(target.resolve("empty.dat")).isEmptyFile();
        assertThat(target.resolve("1.dat")).doesNotExist();
        assertThat(done.stream().mapToLong(Long::longValue).sum()).isEqualTo(1520);
    }

    @Test
    void theSystemsTarReadsIt() throws Exception {
        Path file = Files.write(directory.resolve("archive.tar"), archive());
        Path target = Files.createDirectory(directory.resolve("target"));
        Process tar = new ProcessBuilder("tar", "-x", "-f", file.toString(), "-C", target.toString())
                .inheritIO()
                .start();
        assertThat(tar.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(tar.exitValue()).isZero();
        assertThat(target.resolve("3386.dat")).hasBinaryContent(new byte[1000]);
        assertThat(FileTree.entries(target)).hasSize(4);
    }

    @Test
    void largeFilesHaveLargeSizes() throws IOException {
        for (long size : new long[] {0, (1L << 33) - 1, 1L << 33, 5L << 40}) {
            TarEntry entry = new TarEntry("3386.dat", TarEntry.Kind.FILE, size, 0600);
            assertThat(TarEntry.parse(entry.header())).isEqualTo(entry);
        }
    }

    @Test
    void anArchiveThatEndsTooEarlyIsNoticed() throws Exception {
        byte[] archive = archive();
        for (int length : new int[] {100, 600, 3000, archive.length - 1024}) {
            TarReader reader = new TarReader(new ByteArrayInputStream(Arrays.copyOf(archive, length)), _ -> {});
            assertThatThrownBy(() -> {
                        while (reader.next().isPresent()) {
                            // reads on
                        }
                    })
                    .as("%d bytes", length)
                    .isInstanceOf(IOException.class);
        }
    }

    private byte[] archive() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new TarWriter(out, _ -> {}).write(FileTree.entries(source));
        return out.toByteArray();
    }
}
