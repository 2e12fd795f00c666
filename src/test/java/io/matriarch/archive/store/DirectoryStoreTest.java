package io.matriarch.archive.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryStoreTest extends ObjectStoreContract {
    @TempDir
    Path directory;

    @Override
    ObjectStore store() {
        return new DirectoryStore(directory);
    }

    @Test
    void aMissingDirectoryIsNeverCreated() throws IOException {
        ObjectStore store = new DirectoryStore(directory.resolve("unmounted"));
        assertThatThrownBy(() -> store.create("a", new byte[1])).hasMessageContaining("is it mounted?");
        assertThatThrownBy(() -> store.read("a")).hasMessageContaining("is it mounted?");
        assertThatThrownBy(() -> store.list("")).hasMessageContaining("is it mounted?");
        assertThatThrownBy(() -> store.find("a")).hasMessageContaining("is it mounted?");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void leftoversOfAPowerFailureAreNoObjects() throws Exception {
        ObjectStore store = store();
        Files.writeString(directory.resolve(".a.12-34.tmp"), "half");
        Files.createDirectory(directory.resolve(".snapshot"));
        Files.writeString(directory.resolve(".snapshot").resolve("a"), "of the file system");
        store.create("a", new byte[1]);
        assertThat(store.list("")).hasSize(1);
        assertThat(directory).isDirectoryContaining(file -> file.endsWith(".a.12-34.tmp"));
    }

    @Test
    void whatWasNeverFinishedIsRemovedWhenItIsOldEnough() throws Exception {
        ObjectStore store = store();
        store.create("a/b/c", new byte[1]);
        store.create("d/e", new byte[1]);
        Instant now = Instant.now();
        for (String name : List.of("a/b/.c.12-34.tmp", "a/b/.new.12-35.tmp", "a/b/.hidden", "d/.e.12-34.tmp")) {
            Path file = Files.writeString(directory.resolve(name), "half");
            Files.setLastModifiedTime(file, FileTime.from(now.minusSeconds(name.contains("new") ? 0 : 100)));
        }
        store.removeUnfinished("a/", now.minusSeconds(50));
        store.removeUnfinished("none/", now);
        assertThat(directory.resolve("a/b").toFile().list())
                .containsExactlyInAnyOrder("c", ".new.12-35.tmp", ".hidden");
        assertThat(directory.resolve("d/.e.12-34.tmp")).exists();
        assertThat(store.read("a/b/c")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", "../a", "a/../b", ".a", "a/.b", "a b", "a\nb"})
    void noNameLeavesTheDirectory(String name) {
        assertThatThrownBy(() -> store().create(name, new byte[1])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store().read(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store().delete(name)).isInstanceOf(IllegalArgumentException.class);
    }
}
