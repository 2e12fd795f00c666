package io.matriarch.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.config.LogSettings.FileSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingFileTest {
    @TempDir
    private Path folder;

    private RotatingFile file(int kept, long bytes) {
        return new RotatingFile(new FileSettings(folder, OptionalInt.of(0640), kept, bytes));
    }

    private String content(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    @Test
    void aFullFileMovesOnAndTheOldestGoes() throws IOException {
        RotatingFile file = file(2, 8);
        for (String line : new String[] {"one", "two", "three", "four"}) {
            file.write(line);
        }
        assertThat(content("patroni.log")).isEqualTo("four\n");
        assertThat(content("patroni.log.1")).isEqualTo("three\n");
        assertThat(content("patroni.log.2")).isEqualTo("two\n");
        assertThat(folder).isDirectoryNotContaining("glob:**.3");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("patroni.log"))))
                .isEqualTo("rw-r-----");
        file.close();
        file.write("x");
        assertThat(content("patroni.log")).isEqualTo("four\nx\n");
    }

    @Test
    void itGrowsWithoutASizeOrWithoutFilesToKeep() throws IOException {
        RotatingFile endless = file(2, 0);
        endless.write("one");
        endless.write("two");
        RotatingFile single = file(0, 3);
        single.write("three");
        assertThat(content("patroni.log")).isEqualTo("one\ntwo\nthree\n");
        assertThat(folder).isDirectoryNotContaining("glob:**.1");
    }

    @Test
    void itIsWrittenAgainAsSoonAsThatIsPossible() throws IOException {
        Path later = folder.resolve("later");
        RotatingFile file = new RotatingFile(new FileSettings(later, OptionalInt.empty(), 4, 100));
        assertThatThrownBy(() -> file.write("lost")).isInstanceOf(NoSuchFileException.class);
        Files.createDirectory(later);
        file.write("there");
        assertThat(content("later/patroni.log")).isEqualTo("there\n");
    }
}
