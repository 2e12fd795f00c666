package io.matriarch.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DestinationTest {
    @TempDir
    Path directory;

    @Test
    void whatHoldsSomethingIsntUsed() throws Exception {
        Path data = directory.resolve("data");
        Path side = Files.createDirectory(directory.resolve("side"));
        Files.writeString(side.resolve("file"), "precious");
        Destination destination = new Destination(List.of(data, side));
        assertThatThrownBy(() -> destination.requireUsable(false))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining(side + " is not empty");
        assertThat(data).doesNotExist();
        assertThat(side.resolve("file")).hasContent("precious");
        assertThatThrownBy(() -> destination.requireUsable(true))
                .hasMessageContaining(side + " holds nothing of PostgreSQL");
        Files.createDirectory(side.resolve("PG_15_202209061"));
        assertThat(destination.requireUsable(true)).containsEntry(side, 8L);
    }

    /** Whenever it dies, the old data can't be started any more, and the next attempt may begin. */
    @Test
    void whatIsUnfinishedIsKnownAndCantBeStarted() throws Exception {
        Path data = cluster();
        Destination destination = new Destination(List.of(data));
        destination.begin();
        assertThat(FileTree.entries(data)).containsExactly(data.resolve(Destination.MARK));
        Files.writeString(data.resolve("postgresql.conf"), "");
        destination.requireUsable(false);
        destination.begin();
        assertThat(data.resolve("postgresql.conf")).doesNotExist();
        Files.writeString(data.resolve("PG_VERSION"), "15\n");
        destination.end();
        assertThat(FileTree.entries(data)).containsExactly(data.resolve("PG_VERSION"));
        assertThatThrownBy(() -> destination.requireUsable(false)).hasMessageContaining("is not empty");
    }

    @Test
    void nothingIsTakenFromARunningServer() throws Exception {
        Path data = cluster();
        Files.writeString(
                data.resolve("postmaster.pid"), ProcessHandle.current().pid() + "\n" + data + "\n");
        assertThatThrownBy(() -> new Destination(List.of(data)).requireUsable(true))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("a server runs in " + data);
    }

    private Path cluster() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        Files.createDirectory(data.resolve("global"));
        Files.writeString(data.resolve("global/pg_control"), "control");
        Files.writeString(data.resolve("PG_VERSION"), "15\n");
        return data;
    }
}
