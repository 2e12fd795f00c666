package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import io.airlift.compress.zstd.ZstdCompressor;
import io.matriarch.archive.codec.Keys;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real PostgreSQL archives with {@code wal push}, and another one is restored from nothing but a base backup and {@code wal fetch}. */
class PostgresArchiveTest {
    private final Path scratch = scratchDirectory();
    private final Path primary = scratch.resolve("primary");
    private final Path base = scratch.resolve("base");
    private final Path successor = scratch.resolve("successor");
    private final Path repository = scratch.resolve("repository");
    private final Path launcher = scratch.resolve("matriarch");
    private final ScratchPostgres postgres = new ScratchPostgres(scratch);

    PostgresArchiveTest() throws IOException, InterruptedException {}

    @AfterEach
    void endServers() throws Exception {
        postgres.stop(primary);
        postgres.stop(base);
        postgres.stop(successor);
        // who works ahead may be about to end
        await().atMost(30, TimeUnit.SECONDS).ignoreExceptions().until(this::removeAll);
    }

    private boolean removeAll() throws IOException {
        try (Stream<Path> files = Files.walk(scratch)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        return true;
    }

    /** In a directory of plain files, and in one that is configured: compressed, encrypted, and with work done ahead. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everythingCommittedComesBackAndDamageStopsTheRecovery(boolean configured) throws Exception {
        writeLauncher();
        startPrimary(configured ? configuration() : "--repository " + repository);
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
                .containsPattern(last + ".* is damaged")
                .containsOnlyOnce("archive recovery complete");
    }

    /**
     * A standby that comes late finds no segment of the new timeline, but one of that number in which the former primary, which didn't know that it was one, went on. PostgreSQL would
     * replay all of it, and follow the new timeline then as if nothing had happened.
     */
    @Test
    void whatAFormerPrimaryArchivedAfterATakeoverIsNotReplayed() throws Exception {
        writeLauncher();
        startPrimary("--repository " + repository);
        postgres.query("CREATE TABLE herd AS SELECT generate_series(1, 1000) AS elephant");
        copyPrimary(5433);
        postgres.configure(base, "restore_command = ''");
        Files.move(base, successor);
        postgres.start(successor);
        copyPrimary(5434);
        // what it has fetched it archives again
        postgres.configure(base, "primary_conninfo = ''", "archive_mode = always");
        archiveAll();
        postgres.query("INSERT INTO herd VALUES (1001)");
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> postgres.query(5433, "SELECT count(*) FROM herd").equals("1001"));
        postgres.must("pg_ctl", "promote", "-w", "-D", successor.toString());
        postgres.query("INSERT INTO herd SELECT -generate_series(1, 100)");
        String diverged = archiveAll();
        postgres.stop(primary);
        postgres.query(5433, "INSERT INTO herd VALUES (1002)");
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> postgres.query(5433, "SELECT last_archived_wal FROM pg_stat_archiver")
                        .endsWith(".partial"));

        postgres.start(base);
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> postgres.query(5434, "SELECT count(*) FROM herd WHERE elephant > 1000")
                        .equals("1"));
        assertThat(Files.readString(Path.of(base + ".log"))).contains(diverged + " goes on with what");
        assertThat(postgres.query(5434, "SELECT count(*) FROM herd WHERE elephant < 0"))
                .isEqualTo("0");
        postgres.query(5433, "SELECT pg_switch_wal()");
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> postgres.query(5434, "SELECT count(*) FROM herd WHERE elephant > 1000")
                        .equals("2"));
        assertThat(postgres.query(5434, "SELECT count(*) FROM herd")).isEqualTo("1002");
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> postgres.query(5434, "SELECT last_archived_wal > '" + diverged + "' FROM pg_stat_archiver")
                        .equals("t"));
        assertThat(postgres.query(5434, "SELECT failed_count FROM pg_stat_archiver"))
                .isEqualTo("0");
    }

    /** To {@link #base}, and a standby when it's started. */
    private void copyPrimary(int port) throws Exception {
        postgres.must(
                "pg_basebackup",
                "-h",
                scratch.toString(),
                "-U",
                "postgres",
                "-D",
                base.toString(),
                "-Xnone",
                "-cfast",
                "-R");
        postgres.configure(base, "port = " + port);
    }

    private void startPrimary(String options) throws Exception {
        postgres.must("mkdir", repository.toString());
        postgres.must("initdb", "-D", primary.toString(), "-U", "postgres", "-A", "trust", "--no-sync");
        postgres.configure(
                primary,
                "listen_addresses = ''",
                "unix_socket_directories = '" + scratch + "'",
                "archive_mode = on",
                "archive_command = '" + launcher + " wal push " + options + " %p'",
                "restore_command = '" + launcher + " wal fetch " + options + " %f %p'");
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
            Path file = files.filter(path -> path.getFileName().toString().startsWith(segment))
                    .filter(path -> !path.toString().endsWith(ChecksumFile.SUFFIX))
                    .findAny()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        }
    }

    /** A script that runs the classes of this build, from copies that the user postgres can read. */
    private void writeLauncher() throws Exception {
        Path classes = Files.createDirectory(scratch.resolve("classes"));
        for (Class<?> program : List.of(WalCommand.class, WalLauncher.class)) {
            copy(Path.of(location(program)), classes);
        }
        List<String> path = new ArrayList<>(List.of(classes.toString()));
        for (Class<?> library : List.of(ZstdCompressor.class, JsonFactory.class, org.yaml.snakeyaml.Yaml.class)) {
            Path jar = Path.of(location(library));
            path.add(Files.copy(jar, scratch.resolve(jar.getFileName())).toString());
        }
        Files.writeString(launcher, """
                #!/bin/sh
                exec %s/bin/java -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp %s io.matriarch.archive.WalLauncher "$@"
                """.formatted(System.getProperty("java.home"), String.join(":", path)));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from.resolve("io"))) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file));
                if (!Files.isDirectory(copy)) {
                    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private String configuration() throws Exception {
        postgres.must("sh", "-c", "umask 077; echo " + Keys.FIRST + " > " + scratch.resolve("key"));
        Path file = Files.writeString(scratch.resolve("patroni.yml"), """
                backup:
                  repositories:
                    main: {type: directory, path: %s, encryption_key_files: [%s]}
                  spool: %s
                """.formatted(
                        repository, scratch.resolve("key"), scratch.resolve("spool")));
        return "--config " + file;
    }

    private static String location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    private static Path scratchDirectory() throws IOException {
        Path directory = Files.createTempDirectory("archive");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return directory;
    }
}
