package io.matriarch.archive.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", "../a", "a/../b", ".a", "a/.b", "a b", "a\nb"})
    void noNameLeavesTheDirectory(String name) {
        assertThatThrownBy(() -> store().create(name, new byte[1])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store().read(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store().delete(name)).isInstanceOf(IllegalArgumentException.class);
    }
}
