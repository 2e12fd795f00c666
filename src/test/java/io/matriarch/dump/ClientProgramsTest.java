package io.matriarch.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.PostgresPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With scripts in place of PostgreSQL's programs. */
class ClientProgramsTest {
    @TempDir
    Path directory;

    @Test
    void oneThatIsMissingOrTooOldIsNamed() throws Exception {
        ClientPrograms programs = programs();
        assertThatThrownBy(() -> programs.requireVersion("pg_restore", 15, "the dump was made by pg_dump"))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("pg_restore is not there", "postgresql.bin_dir");
        script("pg_restore", "echo 'pg_restore (PostgreSQL) 14.20 (Debian 14.20-1)'");
        assertThatThrownBy(() -> programs.requireVersion("pg_restore", 15, "the dump was made by pg_dump"))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining(
                        "pg_restore is of version 14, and the dump was made by pg_dump of version 15",
                        "postgresql.bin_dir");
        assertThat(programs.requireVersion("pg_restore", 14, "the dump was made by pg_dump"))
                .isEqualTo(14);
        script("pg_restore", "echo 'something else'");
        assertThatThrownBy(() -> programs.majorVersion("pg_restore"))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("doesn't say which version it is");
    }

    @Test
    void oneThatFailsIsQuoted() throws Exception {
        script("pg_dump", "echo 'pg_dump: error: no hay' >&2; exit 3");
        assertThatThrownBy(() -> programs().run("pg_dump", List.of(), unlimited()))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("pg_dump failed: pg_dump: error: no hay");
        assertThat(directory.resolve("scratch")).isEmptyDirectory();
    }

    @Test
    void onlyTheGivenEnvironmentCounts() throws Exception {
        script("pg_dump", "echo \"$PGPASSFILE $LC_ALL $1|$2\"");
        assertThat(programs().run("pg_dump", List.of("a b", "'c'"), unlimited()))
                .isEqualTo("/secret C a b|'c'\n");
    }

    @Test
    void itEndsWhenTheDiskIsFull() throws Exception {
        Path mark = directory.resolve("mark");
        script("pg_dump", "trap 'echo ended > " + mark + "; exit 1' TERM; sleep 20 & wait");
        SpaceWatch full = new SpaceWatch(directory, () -> 1, 2);
        assertThatThrownBy(() -> programs().run("pg_dump", List.of(), full))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("are free for " + directory);
        assertThat(mark).hasContent("ended");
    }

    private SpaceWatch unlimited() {
        return new SpaceWatch(directory, () -> 1, 0);
    }

    private void script(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private ClientPrograms programs() throws IOException {
        Path file = Files.writeString(directory.resolve("patroni.yml"), """
                scope: herd
                name: one
                restapi: {listen: '127.0.0.1:8008'}
                etcd3: {host: 127.0.0.1}
                postgresql: {listen: '127.0.0.1:5432', data_dir: /data, bin_dir: %s}
                """.formatted(directory));
        Loaded<Configuration> loaded =
                (Loaded<Configuration>) ConfigurationLoader.load(Optional.of(file), Map.of("HOME", "/home"));
        return new ClientPrograms(
                PostgresPrograms.of(loaded.configuration().postgresql()),
                Map.of("PGPASSFILE", "/secret"),
                Files.createDirectories(directory.resolve("scratch")));
    }
}
