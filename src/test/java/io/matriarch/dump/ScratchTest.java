package io.matriarch.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchTest {
    @TempDir
    Path directory;

    @Test
    void itIsPrivateAndGoes() throws Exception {
        Path place = directory.resolve("scratch");
        try (Scratch scratch = Scratch.open(place)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
                    .isEqualTo("rwx------");
            Files.createDirectories(scratch.folder().resolve("16388/deep"));
        }
        assertThat(place).doesNotExist();
    }

    @Test
    void whatAKilledOneLeftGoes() throws Exception {
        Path place = Files.createDirectories(directory.resolve("scratch/content/16388"))
                .resolve("../..")
                .normalize();
        Files.writeString(place.resolve("content/16388/toc.dat"), "old");
        Files.writeString(place.resolve("lock"), "");
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (Scratch scratch = Scratch.open(place)) {
            assertThat(scratch.folder()).isEmptyDirectory();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void whatIsntOursStays() throws Exception {
        Path place = Files.createDirectory(directory.resolve("home"));
        Files.writeString(place.resolve("letter"), "dear");
        assertThatThrownBy(() -> Scratch.open(place))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("holds something else", "--scratch");
        assertThat(place.resolve("letter")).exists();
        Path link = Files.createSymbolicLink(directory.resolve("link"), place);
        assertThatThrownBy(() -> Scratch.open(link))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("is not a directory");
        assertThatThrownBy(() -> Scratch.open(directory.resolve("none/scratch")))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("no such file or directory");
    }

    @Test
    void theDiskIsntFilled() throws Exception {
        SpaceWatch space = new SpaceWatch(directory, () -> 3 << 20, 1 << 20);
        space.check();
        space.require(2 << 20);
        assertThatThrownBy(() -> space.require((2 << 20) + 1))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("3.0 MB are free", "2.0 MB are needed", "1.0 MB must stay free", "--scratch");
        assertThatThrownBy(() -> new SpaceWatch(directory, () -> 1, 2).check()).isInstanceOf(ArchiveException.class);
    }
}
