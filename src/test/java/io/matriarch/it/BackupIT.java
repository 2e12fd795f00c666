package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.it.AgentProgram.Program;
import io.matriarch.it.ServerProcess.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Backups of a real PostgreSQL without an agent: made, proven, damaged, restored with Matriarch and with a shell. One server for all of it, because making one takes time. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = java.util.concurrent.TimeUnit.MINUTES)
@DisabledIfSystemProperty(named = "matriarch.agent", matches = "patroni", disabledReason = "Patroni makes no backups")
final class BackupIT {
    private static final String DOCUMENT = "docs/repository-format.md";
    private static final int PATIENCE = 120;

    private final Path home = LocalCluster.newFolder();
    private final Program program = AgentProgram.chosen().placeIn(home.resolve("bin"));
    private final Path data = home.resolve("data");
    private final Path tablespace = home.resolve("side");
    private final Path repository = home.resolve("repository");
    private final Path configuration = home.resolve("node.yml");
    private final ServerTools tools = new ServerTools(home, program, configuration, List.of("--jobs", "1"));
    private final List<Path> started = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        started.forEach(directory -> tools.postgres("pg_ctl", "stop", "-m", "immediate", "-D", directory.toString()));
        LocalCluster.delete(home);
    }

    @Test
    void whatIsBackedUpComesBack() throws Exception {
        startServer();
        sql("CREATE TABLESPACE side LOCATION '" + tablespace + "'");
        sql("CREATE TABLE herd AS SELECT generate_series(1, 1000) AS elephant");
        sql("CREATE TABLE aside TABLESPACE side AS SELECT generate_series(1, 500) AS elephant");

        assertThat(tools.must("backup", "create", "--label", "first")).contains("first: ");
        assertThat(tools.must("backup", "list", "-f", "json"))
                .contains("\"Label\": \"first\"", "\"Type\": \"full\"", "\"Restorable\": \"yes\"");
        assertThat(tools.must("backup", "verify", "--level", "query"))
                .contains("objects: ", "checksums: ", "wal: ", "query: ");
        assertThat(data.resolveSibling("data.matriarch-verify")).doesNotExist();

        sql("INSERT INTO herd VALUES (1001)");
        String moment = sql("SELECT clock_timestamp()");
        sql("SELECT pg_sleep(0.1)");
        sql("INSERT INTO herd VALUES (1002)");
        sql("SELECT pg_create_restore_point('after')");
        archiveAll();

        restoresToTheNewestMomentAndToATime(moment);
        aShellRestoresToo();
        damageIsFound();
        killedOnesAreNoBackups();
        refusalsChangeNothing();
    }

    private void restoresToTheNewestMomentAndToATime(String moment) throws IOException {
        Path newest = home.resolve("newest");
        tools.must(restoring(newest, "--target-timeline", "current"));
        assertThat(newest.resolve("matriarch-restore-unfinished")).doesNotExist();
        assertThat(contentOf(newest)).isEqualTo("1002|500");

        Path earlier = home.resolve("earlier");
        tools.must(restoring(earlier, "--target-timeline", "current", "--target-time", moment));
        assertThat(contentOf(earlier)).isEqualTo("1001|500");

        // the restored servers archive nothing, so that there is no other timeline
        assertThat(tools.run(restoring(earlier)).output()).contains("is not empty");
        assertThat(tools.run(restoring(earlier, "--overwrite", "another")).output())
                .contains("nothing was changed");
        tools.must(restoring(earlier, "--overwrite", "herd", "--backup", "first", "--target-name", "after"));
        assertThat(contentOf(earlier)).isEqualTo("1002|500");
        Path other = home.resolve("other.yml");
        LocalCluster.write(other, Files.readString(configuration).replace("scope: herd", "scope: other"));
        ServerTools others = new ServerTools(home, program, other, List.of("--jobs", "1"));
        Path copy = home.resolve("copy");
        assertThat(others.fails(restoring(copy))).contains("no backup of the cluster other", "--from-scope");
        others.must(restoring(copy, "--from-scope", "herd", "--target-timeline", "current"));
        assertThat(contentOf(copy)).isEqualTo("1002|500");
        assertThat(tools.run(restoring(home.resolve("never"), "--target-time", "2020-01-01T00:00:00Z"))
                        .output())
                .contains("ended before the target");
        assertThat(tools.run(restoring(home.resolve("never"), "--target-timeline", "7"))
                        .output())
                .contains("has no WAL of the timeline 7, only of 1");
        assertThat(tools.run(restoring(home.resolve("never"), "--target-lsn", "FF/0"))
                        .output())
                .contains("WAL is archived up to 0/", "nothing was changed");
        Ended wrong = tools.run(restoring(home.resolve("never"), "--target-time", "2999-01-01T00:00:00Z"));
        assertThat(wrong.output()).contains("is still to come");
        assertThat(wrong.code()).as("wrong usage").isEqualTo(2);
        assertThat(home.resolve("never")).doesNotExist();
    }

    /** By the functions in the documentation. */
    private void aShellRestoresToo() throws IOException {
        String functions = Files.readAllLines(Path.of(DOCUMENT)).stream()
                .filter(line -> line.startsWith("    "))
                .map(line -> line.substring(4))
                .dropWhile(line -> !line.startsWith("fetch_wal() {"))
                .takeWhile(line -> !line.startsWith("restore_backup /backup"))
                .reduce("", (all, line) -> all + line + "\n");
        Path script = home.resolve("functions.sh");
        LocalCluster.write(script, functions);
        String cluster = systemIdentifier();
        Path target = home.resolve("by-shell");
        Path side = home.resolve("by-shell-side");
        Ended ended = ServerProcess.run(
                home,
                PATIENCE,
                List.of(
                        "bash",
                        "-euc",
                        ". %s; check_backup %s %s first; restore_backup %s %s first %s 's#%s#%s#'"
                                .formatted(
                                        script, repository, cluster, repository, cluster, target, tablespace, side)));
        assertThat(ended.code()).as(ended.output()).isZero();
        LocalCluster.write(target.resolve("recovery.signal"), "");
        append(
                target.resolve("postgresql.auto.conf"),
                "restore_command = 'bash -c \". %s; fetch_wal %s/wal/%s/$(echo %%f | cut -c1-8) %%f %%p\"'"
                        .formatted(script, repository, cluster));
        append(target.resolve("postgresql.auto.conf"), "recovery_target_timeline = 'current'");
        assertThat(contentOf(target)).isEqualTo("1002|500");
    }

    private void damageIsFound() throws IOException {
        Path part = object("backup-parts", "base.tar.00000001.zst");
        byte[] whole = Files.readAllBytes(part);
        byte[] flipped = whole.clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(part, flipped);
        tools.must("backup", "verify", "--level", "objects");
        assertThat(tools.fails("backup", "verify", "--level", "checksums"))
                .contains(part.getFileName() + "", "is damaged");
        Files.write(part, Arrays.copyOf(whole, whole.length - 1));
        assertThat(tools.fails("backup", "verify", "--level", "objects")).contains(part.getFileName() + " has ");
        Files.delete(part);
        assertThat(tools.fails("backup", "verify", "--level", "objects")).contains(part.getFileName() + " is missing");
        assertThat(tools.must("backup", "list", "-f", "tsv")).contains("no: ");
        overwritingIsRefused("can't be restored, nothing was changed: ");
        LocalCluster.own(Files.write(part, whole));

        Path manifest = object("backup-parts", "backup_manifest.00000001.zst");
        byte[] right = Files.readAllBytes(manifest);
        byte[] wrong = right.clone();
        wrong[wrong.length / 2] ^= 1;
        Files.write(manifest, wrong);
        overwritingIsRefused("can't be read, nothing was changed: ");
        LocalCluster.own(Files.write(manifest, right));

        Path segment = object("wal", sql("SELECT file_name FROM pg_walfile_name_offset('" + stopOfFirst() + "')"));
        byte[] wal = Files.readAllBytes(segment);
        Files.delete(segment);
        tools.must("backup", "verify", "--level", "checksums");
        assertThat(tools.fails("backup", "verify"))
                .contains(segment.getFileName().toString().replace(".zst", "") + " is missing");
        LocalCluster.own(Files.write(segment, wal));
        tools.must("backup", "verify");
    }

    /** What is there stays until it's known that something better comes. */
    private void overwritingIsRefused(String told) {
        Path earlier = home.resolve("earlier");
        assertThat(tools.run(restoring(earlier, "--overwrite", "herd", "--backup", "first"))
                        .output())
                .contains(told);
        assertThat(earlier.resolve("global/pg_control")).exists();
        assertThat(earlier.resolve("base")).isNotEmptyDirectory();
    }

    private void killedOnesAreNoBackups() throws IOException {
        List<String> slow = program.tool("backup", "create", "-c", configuration.toString(), "--jobs", "1");
        List<String> command = new ArrayList<>(slow);
        command.addAll(List.of("--label", "killed", "--max-rate", "32kB"));
        Path log = home.resolve("killed.log");
        ServerProcess killed = ServerProcess.start(home, log, command);
        Path mark = repository.resolve("backups").resolve(systemIdentifier()).resolve("killed/in-progress");
        LocalCluster.await("the backup is in progress", 60, () -> Files.exists(mark));
        tools.must("backup", "expire", "--keep-count", "1");
        assertThat(mark).as("a running backup's").exists();
        killed.kill();
        assertThat(tools.must("backup", "list", "-f", "json")).doesNotContain("killed");
        assertThat(tools.must("backup", "expire", "--dry-run")).contains("would remove backup killed");
        assertThat(mark).exists();
        tools.must("backup", "expire");
        assertThat(mark).doesNotExist();
        tools.must("backup", "verify");
    }

    private void refusalsChangeNothing() throws IOException {
        assertThat(tools.fails("backup", "delete", "first")).contains("is the only backup");
        assertThat(tools.fails("backup", "create", "--label", "first"))
                .contains("there is a backup with the label first");
        assertThat(tools.fails("backup", "create", "--incremental")).contains(majorVersion() < 17 ? "17 or later" : "");
        sql("ALTER SYSTEM SET archive_command = 'false'");
        sql("SELECT pg_reload_conf()");
        assertThat(tools.fails("backup", "create", "--label", "without", "--wal-timeout", "1s"))
                .contains("lacks the WAL segment");
        sql("ALTER SYSTEM RESET archive_command");
        sql("SELECT pg_reload_conf()");
        assertThat(tools.must("backup", "list", "-f", "json")).doesNotContain("without");
        assertThat(repository.resolve("backups").resolve(systemIdentifier()).resolve("without/in-progress"))
                .doesNotExist();
        assertThat(tools.fails("backup", "verify", "none")).contains("there is no backup none");
        tools.must("backup", "create", "--label", "second");
        sql("CREATE TABLE later AS SELECT 1 AS one");
        archiveAll();
        tools.must("backup", "expire", "--keep-count", "1");
        assertThat(tools.must("backup", "list", "-f", "json"))
                .contains("second")
                .doesNotContain("first");
        tools.must("backup", "verify", "--level", "start");
        assertThat(tools.must("backup", "delete", "second", "--force")).contains("second");
        try (Stream<Path> left = Files.walk(repository.resolve("backup-parts"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private void startServer() throws IOException {
        for (Path folder : List.of(repository, tablespace)) {
            LocalCluster.own(Files.createDirectory(folder));
        }
        int port = Programs.freePort();
        LocalCluster.write(configuration, """
                scope: herd
                name: one
                restapi: {listen: '127.0.0.1:8008', connect_address: '127.0.0.1:8008'}
                etcd3: {host: '127.0.0.1:2379'}
                postgresql:
                  listen: 127.0.0.1:%d
                  connect_address: 127.0.0.1:%d
                  data_dir: %s
                  bin_dir: %s
                  authentication:
                    superuser: {username: postgres}
                    replication: {username: postgres}
                backup:
                  repositories:
                    local: {type: directory, path: %s}
                """.formatted(port, port, data, Templates.POSTGRES_BIN, repository));
        tools.mustPostgres("initdb", "-D", data.toString(), "-U", "postgres", "-A", "trust", "--no-sync", "-k");
        append(data.resolve("postgresql.conf"), "listen_addresses = '127.0.0.1'");
        append(data.resolve("postgresql.conf"), "port = " + port);
        append(data.resolve("postgresql.conf"), "unix_socket_directories = '" + home + "'");
        append(data.resolve("postgresql.conf"), "wal_level = replica");
        append(data.resolve("postgresql.conf"), "archive_mode = on");
        append(data.resolve("postgresql.conf"), "archive_command = '" + tools.wal("push", "%p") + "'");
        start(data);
    }

    /** Starts a restored data directory without archiving, waits until it's recovered, and counts. */
    private String contentOf(Path directory) throws IOException {
        append(directory.resolve("postgresql.conf"), "archive_mode = off");
        append(directory.resolve("postgresql.conf"), "listen_addresses = ''");
        append(directory.resolve("postgresql.conf"), "port = 1");
        start(directory);
        LocalCluster.await(
                "the recovery of " + directory,
                60,
                () -> sql(1, "SELECT pg_is_in_recovery()").equals("f"));
        String counts = sql(1, "SELECT (SELECT count(*) FROM herd), (SELECT count(*) FROM aside)");
        tools.mustPostgres("pg_ctl", "stop", "-w", "-m", "fast", "-D", directory.toString());
        return counts;
    }

    private String[] restoring(Path target, String... more) {
        List<String> words = new ArrayList<>(
                List.of("restore", target.toString(), "--tablespace-mapping", tablespace + "=" + target + "-side"));
        if (AgentProgram.chosen() == AgentProgram.JVM) {
            words.addAll(List.of("--restore-command", tools.wal("fetch", "%f", "%p")));
        }
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private void archiveAll() {
        String segment = sql("SELECT pg_walfile_name(pg_switch_wal())");
        LocalCluster.await(
                segment + " is archived",
                60,
                () -> sql("SELECT last_archived_wal >= '" + segment + "' FROM pg_stat_archiver")
                        .equals("t"));
    }

    private String systemIdentifier() {
        return sql("SELECT system_identifier FROM pg_control_system()");
    }

    private int majorVersion() {
        return Integer.parseInt(sql("SHOW server_version_num")) / 10_000;
    }

    private String stopOfFirst() throws IOException {
        String json = Files.readString(
                repository.resolve("backups").resolve(systemIdentifier()).resolve("first/backup.json"));
        return json.replaceAll("(?s).*\"stop_lsn\": \"([^\"]*)\".*", "$1");
    }

    private Path object(String folder, String beginning) throws IOException {
        try (Stream<Path> files = Files.walk(repository.resolve(folder))) {
            return files.filter(file -> file.getFileName().toString().startsWith(beginning))
                    .filter(file -> !file.toString().endsWith(".sha256"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void start(Path directory) {
        started.add(directory);
        tools.mustPostgres("pg_ctl", "start", "-w", "-t", "60", "-D", directory.toString(), "-l", directory + ".log");
    }

    private String sql(String statement) {
        try {
            String port = Files.readString(data.resolve("postmaster.pid"))
                    .lines()
                    .skip(3)
                    .findFirst()
                    .orElseThrow();
            return sql(Integer.parseInt(port.strip()), statement);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private String sql(int port, String statement) {
        return tools.sql(port, "postgres", statement);
    }

    private static void append(Path file, String line) throws IOException {
        boolean there = Files.exists(file);
        Files.writeString(
                file, line + "\n", java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND);
        if (!there) {
            LocalCluster.own(file);
        }
    }
}
