package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.DatabaseUser;
import io.matriarch.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ToolCredentialsTest {
    @TempDir
    private Path folder;

    @Test
    void secretsAreInFilesOfTheOwnerAndGoWithThem() throws IOException {
        DatabaseUser user = new DatabaseUser(
                Optional.of("repl"),
                Optional.of(new Secret("hush:hush")),
                Map.of("sslmode", "verify-full", "sslpassword", "key secret"));
        var settings = new RealPostgres(folder, "a").configuration().local().postgresql();
        Path passwords = settings.pgpass().resolveSibling("pgpass.clone");
        Path service = settings.pgpass().resolveSibling("pgpass.clone.service");
        try (ToolCredentials credentials =
                new ToolCredentials(settings, "clone", user, new ConnInfo.Address("h", 5433, "postgres"))) {
            assertThat(credentials.connectionString(Map.of("dbname", "postgres")))
                    .isEqualTo("host=h port=5433 user=repl sslmode=verify-full service=matriarch dbname=postgres");
            assertThat(credentials.environment())
                    .containsOnly(
                            Map.entry("PGPASSFILE", passwords.toString()),
                            Map.entry("PGSERVICEFILE", service.toString()));
            assertThat(passwords).hasContent("h:5433:*:repl:hush\\:hush\n");
            assertThat(service).hasContent("[matriarch]\nsslpassword=key secret\n");
            for (Path file : new Path[] {passwords, service}) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
        }
        assertThat(passwords).doesNotExist();
        assertThat(service).doesNotExist();
    }
}
