package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A real PostgreSQL archives with {@code wal push}, and another one is restored from nothing but a base backup and {@code wal fetch}. */
class PostgresArchiveTest {
    private final Path scratch = scratchDirectory();
    private final Path primary = scratch.resolve("primary");
    private final Path base = scratch.resolve("base");
    private final Path repository = scratch.resolve("repository");
    private final Path launcher = scratch.resolve("matriarch");
    private final ScratchPostgres postgres = new ScratchPostgres(scratch);

    PostgresArchiveTest() throws IOException, InterruptedException {}

    @AfterEach
    void endServers() throws Exception {
        postgres.stop(primary);
        postgres.stop(base);
        try (Stream<Path> files = Files.walk(scratch)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void everythingCommittedComesBackAndDamageStopsTheRecovery() throws Exception {
        writeLauncher();
        startPrimary();
        postgres.must(
                "pg_basebackup", "-h", scratch.toString(), "-U", "postgres", "-D", base.toString(), "-Xnone", "-cfast");
        postgres.query("CREATE TABLE herd AS SELECT generate_series(1, 1000) AS elephant");
        archiveAll();
        postgres.query("INSERT INTO herd SELECT generate_series(1001, 2000)");
        String last = archiveAll();
        postgres.stop(primary);
        postgres.must("touch", base.resolve("recovery.signal").toString());
        postgres.must("cp", "-r", base.toString(), base + ".again");

        postgres.start(base);
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> postgres.query("SELECT pg_is_in_recovery()").equals("f"));
        assertThat(postgres.query("SELECT count(*) FROM herd")).isEqualTo("2000");
        postgres.stop(base);

        damage(last);
        postgres.must("rm", "-r", base.toString());
        postgres.must("mv", base + ".again", base.toString());
        // with hot_standby it may answer for a moment, in recovery
        postgres.attempt("pg_ctl", "start", "-w", "-D", base.toString(), "-l", base + ".log");
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> postgres.attempt("pg_ctl", "status", "-D", base.toString())
                                .code()
                        != 0);
        assertThat(Files.readString(Path.of(base + ".log")))
                .contains(last + " is damaged")
                .containsOnlyOnce("archive recovery complete");
    }

    private void startPrimary() throws Exception {
        postgres.must("mkdir", repository.toString());
        postgres.must("initdb", "-D", primary.toString(), "-U", "postgres", "-A", "trust", "--no-sync");
        postgres.configure(
                primary,
                "listen_addresses = ''",
                "unix_socket_directories = '" + scratch + "'",
                "archive_mode = on",
                "archive_command = '" + launcher + " wal push --repository " + repository + " %p'",
                "restore_command = '" + launcher + " wal fetch --repository " + repository + " %f %p'");
        postgres.start(primary);
    }

    /** Ends the current segment and waits until it's archived; returns its name. */
    private String archiveAll() throws Exception {
        String segment = postgres.query("SELECT pg_walfile_name(pg_switch_wal())");
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> postgres.query("SELECT last_archived_wal >= '" + segment + "' FROM pg_stat_archiver")
                        .equals("t"));
        return segment;
    }

    private void damage(String segment) throws IOException {
        try (Stream<Path> files = Files.walk(repository)) {
            Path file = files.filter(path -> path.endsWith(segment)).findAny().orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            bytes[100_000] ^= 1;
            Files.write(file, bytes);
        }
    }

    /** A script that runs the classes of this build, from copies that the user postgres can read. */
    private void writeLauncher() throws Exception {
        Path classes = Files.createDirectories(scratch.resolve("classes/io/matriarch/archive"));
        for (Class<?> program : List.of(WalCommand.class, WalLauncher.class)) {
            Path built = Path.of(
                    program.getProtectionDomain().getCodeSource().getLocation().toURI());
            try (Stream<Path> files = Files.list(built.resolve("io/matriarch/archive"))) {
                for (Path file : files.toList()) {
                    Files.copy(file, classes.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        Files.writeString(launcher, """
                #!/bin/sh
                exec %s/bin/java -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp %s/classes io.matriarch.archive.WalLauncher "$@"
                """.formatted(System.getProperty("java.home"), scratch));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path scratchDirectory() throws IOException {
        Path directory = Files.createTempDirectory("archive");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return directory;
    }
}
