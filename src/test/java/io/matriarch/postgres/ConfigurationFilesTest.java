package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.PostgresSettings;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.net.MalformedURLException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be seen of the written files without a server. */
final class ConfigurationFilesTest {
    @TempDir
    private Path folder;

    private PostgresSettings settings;
    private Path data;

    @BeforeEach
    void aDataDirectory() throws IOException {
        settings = new RealPostgres(folder, "unused").configuration().local().postgresql();
        data = Files.createDirectory(
                settings.dataDirectory(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private ConfigurationFiles files() {
        return new ConfigurationFiles(() -> settings, "unused", new PgTools(settings));
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    @HardCase({60, 73})
    void filesOutsideTheDataDirectoryFollowTheUmaskAndThoseWithinItsPermissions() throws IOException {
        Path usual = Files.createFile(folder.resolve("usual"));
        files().replace(folder.resolve("outside.conf"), "x");
        assertThat(permissions(folder.resolve("outside.conf"))).isEqualTo(permissions(usual));
        files().replace(data.resolve("inside.conf"), "x");
        assertThat(permissions(data.resolve("inside.conf"))).isEqualTo("rw-------");
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-x---"));
        files().replace(data.resolve("inside.conf"), "x");
        assertThat(permissions(data.resolve("inside.conf"))).isEqualTo("rw-r-----");
    }

    /** A cluster that is taken over brings a person's files along. */
    @Test
    void aPersonsFilesMayBeInAnyEncoding() throws IOException {
        byte[] latin = "# Schl\u00fcssel\nwork_mem = 5MB\n".getBytes(StandardCharsets.ISO_8859_1);
        Files.write(data.resolve("postgresql.conf"), latin);
        assertThat(files().following()).isEmpty();
        assertThat(files().slotParameters()).isEmpty();
        files().saveCopies();
        Files.delete(data.resolve("postgresql.conf"));
        files().restoreCopies();
        assertThat(data.resolve("postgresql.conf")).hasBinaryContent(latin);
    }

    @Test
    @HardCase(83)
    void whoseWalComesFromAnArchiveOnlyHasNoPrimaryConninfo() throws MalformedURLException {
        assertThat(RecoveryParameters.ofStandby(
                        settings,
                        Mapping.empty(),
                        Optional.of(Upstream.remote("")),
                        Optional.of("a_slot"),
                        "unused",
                        150_000))
                .containsEntry("recovery_target_timeline", "latest")
                .doesNotContainKeys("primary_conninfo", "primary_slot_name");
    }
}
