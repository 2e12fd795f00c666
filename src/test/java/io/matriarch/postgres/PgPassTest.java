package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.config.DatabaseUser;
import io.matriarch.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PgPassTest {
    private static final FileTime LONG_AGO = FileTime.fromMillis(1000);
    private static final ConnInfo.Address ADDRESS = new ConnInfo.Address("h", 5433, "postgres");

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void aFileOfLongAgo() throws IOException {
        file = folder.resolve("pgpass");
        PgPass.write(file, user("hush"), ADDRESS);
        Files.setLastModifiedTime(file, LONG_AGO);
    }

    private static DatabaseUser user(String password) {
        return new DatabaseUser(Optional.of("repl"), Optional.of(new Secret(password)), Map.of());
    }

    /** StandbyWatch looks at when the file was written: it would ask the server for ever. */
    @Test
    void aFileThatHoldsThePasswordIsLeftAlone() throws IOException {
        PgPass.write(file, user("hush"), ADDRESS);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(LONG_AGO);
    }

    @Test
    @HardCase(56)
    void aChangedPasswordIsWritten() throws IOException {
        PgPass.write(file, user("another"), ADDRESS);
        assertThat(file).hasContent("h:5433:*:repl:another\n");
    }

    @Test
    void aFileThatOthersCanReadIsWrittenForItsOwnerOnly() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        PgPass.write(file, user("hush"), ADDRESS);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }
}
