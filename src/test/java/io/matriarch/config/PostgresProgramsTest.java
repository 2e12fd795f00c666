package io.matriarch.config;

import static io.matriarch.config.Loading.MINIMAL;
import static io.matriarch.config.Loading.loaded;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where PostgreSQL's programs are looked for, and what is said when they aren't there. */
final class PostgresProgramsTest {
    @TempDir
    Path folder;

    @BeforeEach
    void install() throws IOException {
        Files.writeString(folder.resolve("text"), "not to be run");
        Files.createDirectory(folder.resolve("directory"));
        Files.createSymbolicLink(folder.resolve("postgres"), Path.of("/bin/true"));
        Files.createSymbolicLink(folder.resolve("pg-17"), Path.of("/bin/true"));
    }

    private static PostgresPrograms programs(String settings, String searchPath) {
        return new PostgresPrograms(
                loaded(MINIMAL.replace("data_dir: /data", "data_dir: /data, " + settings), Map.of())
                        .configuration()
                        .postgresql(),
                searchPath);
    }

    private PostgresPrograms named(String name) {
        return programs("bin_dir: %s, bin_name: {postgres: %s}".formatted(folder, name), "");
    }

    @Test
    void inTheFolderThatIsSet() {
        PostgresPrograms found = programs("bin_dir: " + folder, "/nosuch");
        assertThat(found.path("postgres")).isEqualTo(folder + "/postgres");
        assertThat(found.unusable("postgres")).isEmpty();
        assertThat(named("pg-17").unusable("postgres")).isEmpty();
        assertThat(programs("bin_dir: /nosuch", folder.toString()).unusable("postgres"))
                .contains(
                        "postgresql.bin_dir: /nosuch/postgres is not there, or may not be run; set it to the folder of PostgreSQL's programs");
        assertThat(named("text").unusable("postgres")).isPresent();
        assertThat(named("directory").unusable("postgres")).isPresent();
    }

    /** Whoever runs it without a search needs its file. */
    @Test
    void theFileOfANameOnPath() {
        String twice = "/nosuch:" + folder + ":/bin";
        assertThat(programs("bin_name: {postgres: pg-17}", twice).file("postgres"))
                .isEqualTo(folder + "/pg-17");
        assertThat(programs("bin_name: {postgres: text}", twice).file("postgres"))
                .isEqualTo("text");
        assertThat(named("pg-17").file("postgres")).isEqualTo(folder + "/pg-17");
    }

    @Test
    void anAbsoluteNameIsTakenAsItIs() {
        String there = folder + "/pg-17";
        PostgresPrograms found = programs("bin_dir: /nosuch, bin_name: {postgres: %s}".formatted(there), "");
        assertThat(found.path("postgres")).isEqualTo(there);
        assertThat(found.unusable("postgres")).isEmpty();
        assertThat(programs("bin_dir: %s, bin_name: {postgres: /nosuch/pg}".formatted(folder), "")
                        .unusable("postgres"))
                .contains("postgresql.bin_name.postgres: /nosuch/pg is not there, or may not be run; correct it");
    }

    @Test
    void elseOnThePath() {
        PostgresPrograms found = programs("port: 1", "/nosuch:" + folder);
        assertThat(found.path("postgres")).isEqualTo("postgres");
        assertThat(found.unusable("postgres")).isEmpty();
        assertThat(programs("port: 1", "/nosuch:/etc").unusable("postgres"))
                .contains(
                        "postgresql.bin_dir: is not set, and no program postgres that may be run is in the folders of PATH"
                                + " (/nosuch:/etc); set it to the folder of PostgreSQL's programs");
        assertThat(programs("bin_name: {postgres: %s/pg-17}".formatted(folder), "/nosuch")
                        .unusable("postgres"))
                .isEmpty();
    }
}
