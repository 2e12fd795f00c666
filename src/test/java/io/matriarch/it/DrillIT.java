package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.it.AgentProgram.Program;
import io.matriarch.it.ServerProcess.Ended;
import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Drills of a real PostgreSQL's backup with the documentation's own command and settings: passed, killed, and with faults that they must find. One backup for most of it. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = java.util.concurrent.TimeUnit.MINUTES)
@DisabledIfSystemProperty(named = "matriarch.agent", matches = "patroni", disabledReason = "Patroni makes no backups")
final class DrillIT {
    private static final Path DOCUMENT = Path.of("docs/drills.md");
    private static final int PATIENCE = 120;

    private final Path home = LocalCluster.newFolder();
    private final Program program = AgentProgram.chosen().placeIn(home.resolve("bin"));
    private final Path data = home.resolve("data");
    private final Path repository = home.resolve("repository");
    private final Path scratch = home.resolve("scratch");
    private final Path configuration = home.resolve("node.yml");
    private final ServerTools tools = new ServerTools(home, program, configuration, List.of("--jobs", "1"));
    private final int port = Programs.freePort();

    @AfterEach
    void stop() {
        tools.postgres("pg_ctl", "stop", "-m", "immediate", "-D", data.toString());
        LocalCluster.delete(home);
    }

    @Test
    void aDrillPassesWhenAllIsThereAndFindsEachFault() throws IOException {
        startServer("");
        sql("CREATE TABLE herd AS SELECT generate_series(1, 900) AS elephant");
        sql("CREATE INDEX ON herd (elephant)");
        sql("CREATE TABLE heartbeat AS SELECT now() AS at");
        tools.must("backup", "create", "--label", "first");
        sql("CREATE ROLE mahout");
        sql("CREATE DATABASE stable OWNER mahout");
        tools.must("dump", "create", "--label", "nightly");
        sql("INSERT INTO herd SELECT generate_series(901, 1000)");
        String middle = archiveAll();
        sql("INSERT INTO heartbeat VALUES (now())");
        archiveAll();
        String newest = sql("SELECT extract(epoch FROM max(at)) FROM heartbeat");

        aKilledOneLeavesNoServer();
        theNextOneRemovesWhatIsLeftAndPasses(newest);
        tooLittleDiskIsRefused();
        missingWalAndAWrongAnswerAreFound(middle);
        damagedPartsAreFound();
        whatCannotBeginIsToldToScriptsToo();
        withoutABaseBackupOnlyDumpsAreDrilled();
        aDumpWithoutATableIsFound();
    }

    /** For a moment the repository has no base backups. */
    private Ended withoutBackups(String... more) throws IOException {
        Path backups = repository.resolve("backups");
        Path away = repository.resolve("away");
        Files.move(backups, away);
        try {
            return ServerProcess.run(home, PATIENCE, drilling(configuration, more));
        } finally {
            Files.move(away, backups);
        }
    }

    private void withoutABaseBackupOnlyDumpsAreDrilled() throws IOException {
        Ended ended = withoutBackups();
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(steps(result(ended))).containsOnlyKeys("base backup", "dump", "dump check elephants");
        assertThat(ended.output())
                .contains("left out: the repository " + repository + " has none of the cluster herd")
                .contains("passed: the drill of dumps only");
        Ended required = withoutBackups("--require-backup");
        assertThat(required.code()).isEqualTo(1);
        assertThat(result(required).items("problems").toString()).contains("has no backup of the cluster herd");
    }

    private void aDumpWithoutATableIsFound() throws IOException {
        pgDumpLeavesOneOut();
        // the dump is made at the moment when the table has another name
        sql("ALTER TABLE heartbeat RENAME TO hidden");
        tools.must("dump", "create", "--label", "poorer");
        sql("ALTER TABLE hidden RENAME TO heartbeat");
        archiveAll();
        Ended ended = ServerProcess.run(home, PATIENCE, drilling(configuration));
        assertThat(ended.code()).isEqualTo(1);
        assertThat(result(ended).items("problems").stream().map(Value::asText).flatMap(Optional::stream))
                .containsExactly("dump: the dump poorer lacks public.heartbeat in postgres, which the dump nightly"
                        + " and the restored base backup have");
        theCatalogueKnowsMoreThanTheDump();
        tools.must("dump", "delete", "poorer");
    }

    /** As if pg_dump had more options than it was given. */
    private void pgDumpLeavesOneOut() throws IOException {
        Path programs = Files.createDirectory(home.resolve("programs"));
        try (Stream<Path> own = Files.list(Templates.POSTGRES_BIN)) {
            for (Path file : own.filter(each -> !each.endsWith("pg_dump")).toList()) {
                Files.createSymbolicLink(programs.resolve(file.getFileName()), file);
            }
        }
        Path cheat = programs.resolve("pg_dump");
        String real = Templates.POSTGRES_BIN.resolve("pg_dump").toString();
        LocalCluster.write(
                cheat,
                "#!/bin/sh\n[ \"$1\" = --version ] || set -- \"$@\" --exclude-table=herd\nexec " + real + " \"$@\"\n");
        Files.setPosixFilePermissions(cheat, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = home.resolve("cheated.yml");
        LocalCluster.write(
                file,
                Files.readString(configuration).replace("bin_dir: " + Templates.POSTGRES_BIN, "bin_dir: " + programs));
        Ended ended = ServerProcess.run(
                home, PATIENCE, program.tool("dump", "create", "--label", "cheated", "-c", file.toString()));
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output())
                .contains("no dump was made: pg_dump has left out the table public.herd, of the database postgres");
        assertThat(tools.must("dump", "list")).doesNotContain("cheated");
    }

    private void theCatalogueKnowsMoreThanTheDump() throws IOException {
        Path description;
        try (Stream<Path> files = Files.walk(repository.resolve("dumps"))) {
            description = files.filter(file -> file.endsWith("poorer/dump.json"))
                    .findFirst()
                    .orElseThrow();
        }
        String herd = "{\"schema\": \"public\", \"name\": \"herd\"}";
        String told = Files.readString(description);
        assertThat(told).contains(herd);
        LocalCluster.write(description, told.replace(herd, herd + ", " + herd.replace("herd", "calves")));
        assertThat(tools.fails("dump", "verify", "poorer"))
                .contains("postgres: the table public.calves is missing, which the database had");
        Ended ended = withoutBackups();
        assertThat(ended.code()).isEqualTo(1);
        assertThat(result(ended).items("problems").toString())
                .contains("the dump poorer lacks the table public.calves, which the database postgres had when it was"
                        + " dumped");
    }

    @Test
    @EnabledIfSystemProperty(
            named = "matriarch.postgres.bin",
            matches = ".*/(1[7-9]|[2-9][0-9])/bin",
            disabledReason = "incremental backups came with PostgreSQL 17")
    void anIncrementalChainIsRestoredAndItsDamageFound() throws IOException {
        startServer("summarize_wal = on");
        sql("CREATE TABLE herd AS SELECT generate_series(1, 1000) AS elephant");
        tools.must("backup", "create", "--label", "first");
        for (int number = 1001; number <= 1002; number++) {
            sql("INSERT INTO herd VALUES (" + number + ")");
            tools.must("backup", "create", "--incremental", "--label", "changes-" + number);
        }
        sql("INSERT INTO herd VALUES (1003)");
        archiveAll();
        Path exact = configured("exact.yml", settings() + """
                checks:
                  - {name: all, sql: 'SELECT count(*), max(elephant) FROM herd', expect: 1003|1003}
                """.indent(8));
        Ended ended = ServerProcess.run(home, PATIENCE, drilling(exact));
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(result(ended).text("label")).contains("changes-1002");
        assertThat(steps(result(ended))).containsEntry("pg_verifybackup", true).containsEntry("check all", true);

        Path part = object("backup-parts", "base.tar.00000001");
        assertThat(part.toString()).as("of the backup that both build upon").contains("/first/");
        byte[] whole = Files.readAllBytes(part);
        byte[] flipped = whole.clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(part, flipped);
        assertThat(brokenRestore(exact)).contains("first/" + part.getFileName(), "is damaged");
        LocalCluster.own(Files.write(part, whole));
    }

    private void aKilledOneLeavesNoServer() throws IOException {
        Path slow = configured("slow.yml", settings() + """
                checks:
                  - {name: slow, sql: SELECT pg_sleep(600), expect: ''}
                """.indent(8));
        ServerProcess drill = ServerProcess.start(home, home.resolve("slow.log"), drilling(slow));
        Path socket = scratch.resolve("run");
        LocalCluster.await(
                "the scratch server answers",
                90,
                () -> tools.postgres("psql", "-h", socket.toString(), "-U", "postgres", "-XAtqc", "SELECT 1")
                        .output()
                        .startsWith("1"));
        assertThat(tools.mustPostgres(
                                "psql",
                                "-h",
                                socket.toString(),
                                "-U",
                                "postgres",
                                "-XAtqc",
                                "SELECT string_agg(setting, '|' ORDER BY name) FROM pg_settings WHERE name IN"
                                        + " ('archive_mode', 'listen_addresses', 'max_parallel_workers', 'shared_buffers')")
                        .strip())
                .isEqualTo("off||0|16384");
        List<String> pidFile = Files.readAllLines(scratch.resolve("data/postmaster.pid"));
        Path server = Path.of("/proc", pidFile.getFirst());
        // nice, the 19th field, is the 17th after the name
        assertThat(Files.readString(server.resolve("stat"))
                        .replaceAll("^.*\\) ", "")
                        .split(" ", -1)[16])
                .isEqualTo("19");
        assertThat(ServerProcess.run(home, PATIENCE, drilling(configuration)).output())
                .contains("another command is at work in " + scratch);
        drill.kill();
        LocalCluster.await("the scratch server has ended", 30, () -> Files.notExists(server.resolve("exe")));
        assertThat(scratch.resolve("data")).exists();
    }

    private void theNextOneRemovesWhatIsLeftAndPasses(String newest) throws IOException {
        Ended ended = ServerProcess.run(home, PATIENCE, drilling(configuration));
        assertThat(ended.code()).as(ended.output()).isZero();
        Mapping result = result(ended);
        assertThat(steps(result))
                .containsOnlyKeys(
                        "space",
                        "restore",
                        "pg_verifybackup",
                        "recovery",
                        "pg_amcheck",
                        "check elephants",
                        "check the oldest",
                        "heartbeat",
                        "dump",
                        "dump check elephants")
                .doesNotContainValue(false);
        assertThat(result.text("label")).contains("first");
        assertThat(result.bool("ok")).contains(true);
        assertThat(result.whole("timeline")).hasValue(1);
        assertThat(result.text("reached_lsn")).isPresent();
        Instant started = Instant.parse(result.text("started").orElseThrow());
        double expected = started.toEpochMilli() / 1000.0 - Double.parseDouble(newest);
        assertThat(Double.parseDouble(result.text("rpo_seconds").orElseThrow()))
                .isCloseTo(expected, org.assertj.core.data.Offset.offset(0.01));
        assertThat(Double.parseDouble(result.text("rto_seconds").orElseThrow()))
                .isPositive()
                .isLessThan(Double.parseDouble(result.text("seconds").orElseThrow()));
        assertThat(ended.output()).contains("passed: the drill of first; RPO ");
        assertThat(scratch).doesNotExist();
        assertThat(sql("SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'"))
                .isEqualTo("0");
    }

    private void tooLittleDiskIsRefused() {
        Ended ended = ServerProcess.run(home, PATIENCE, drilling(configuration, "--max-disk", "1MB"));
        assertThat(ended.code()).isEqualTo(1);
        assertThat(steps(result(ended))).containsEntry("space", false).doesNotContainKey("restore");
        assertThat(ended.output()).contains("--max-disk or backup.drill.max_disk allows 1.0 MB");
        assertThat(scratch).doesNotExist();
    }

    private void missingWalAndAWrongAnswerAreFound(String middle) throws IOException {
        Path wrong = configured("wrong.yml", settings() + """
                amcheck: off
                max_rpo: 1
                checks:
                  - {name: early, sql: SELECT count(*) FROM herd WHERE elephant <= 900, expect: 900}
                  - {name: wrong, sql: SELECT 1 + 1, expect: 3}
                  - {name: broken, sql: SELECT none FROM herd, expect: 3}
                heartbeat: {sql: SELECT max(at) FROM heartbeat}
                dump:
                  checks:
                    - {name: without, sql: SELECT count(*) FROM mahouts, expect: 1}
                    - {name: other, database: stable, sql: 'SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()', expect: mahout}
                """.indent(8));
        Path segment = object("wal", middle);
        byte[] wal = Files.readAllBytes(segment);
        Files.delete(segment);
        Ended ended = ServerProcess.run(home, PATIENCE, drilling(wrong));
        assertThat(ended.code()).isEqualTo(1);
        Mapping result = result(ended);
        assertThat(steps(result))
                .as(ended.output())
                .containsAllEntriesOf(Map.of(
                        "recovery", false,
                        "pg_amcheck", true,
                        "check early", true,
                        "check wrong", false,
                        "dump check without", false,
                        "dump check other", true,
                        "check broken", false,
                        "heartbeat", false));
        assertThat(result.items("problems").stream().map(Value::asText).flatMap(Optional::stream))
                .satisfiesExactly(
                        recovery -> assertThat(recovery).contains(middle + " is missing"),
                        answer -> assertThat(answer).isEqualTo("check wrong: the answer is '2' instead of '3'"),
                        broken -> assertThat(broken).contains("column \"none\" does not exist"),
                        rpo -> assertThat(rpo).contains("would be lost, and backup.drill.max_rpo is 1 s"),
                        table -> assertThat(table).contains("relation \"mahouts\" does not exist"));
        LocalCluster.own(Files.write(segment, wal));
    }

    private void damagedPartsAreFound() throws IOException {
        Path plain = configured("plain.yml", settings());
        Path part = object("backup-parts", "base.tar.00000001");
        byte[] whole = Files.readAllBytes(part);
        byte[] flipped = whole.clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(part, flipped);
        assertThat(brokenRestore(plain)).contains(part.getFileName() + "", "is damaged");
        Files.write(part, Arrays.copyOf(whole, whole.length / 2));
        assertThat(brokenRestore(plain)).contains(part.getFileName() + " has ");
        LocalCluster.own(Files.write(part, whole));
    }

    private String brokenRestore(Path plain) {
        Ended ended = ServerProcess.run(home, PATIENCE, drilling(plain));
        assertThat(ended.code()).isEqualTo(1);
        assertThat(steps(result(ended))).containsEntry("restore", false).doesNotContainKey("recovery");
        assertThat(scratch).doesNotExist();
        return result(ended).items("problems").toString();
    }

    private void whatCannotBeginIsToldToScriptsToo() {
        Ended ended = ServerProcess.run(home, PATIENCE, drilling(configuration, "--backup", "none"));
        assertThat(ended.code()).isEqualTo(1);
        assertThat(result(ended).items("problems").toString()).contains("there is no backup none");
        assertThat(ServerProcess.run(home, PATIENCE, drilling(configuration, "--max-disk", "much"))
                        .code())
                .isEqualTo(2);
    }

    private static Mapping result(Ended ended) {
        String last = ended.output().lines().reduce((_, line) -> line).orElse("");
        assertThat(last).as(ended.output()).startsWith("{\"job\": \"drill\"");
        return (Mapping) Json.parse(last);
    }

    private static Map<String, Boolean> steps(Mapping result) {
        Map<String, Boolean> steps = new TreeMap<>();
        for (Value step : result.items("steps")) {
            Mapping fields = (Mapping) step;
            steps.put(fields.text("name").orElseThrow(), fields.bool("ok").orElseThrow());
        }
        return steps;
    }

    private void startServer(String setting) throws IOException {
        LocalCluster.own(Files.createDirectory(repository));
        String documented = Files.readString(DOCUMENT)
                .lines()
                .dropWhile(line -> !line.equals("    backup:"))
                .skip(2)
                .takeWhile(line -> !line.isEmpty())
                .reduce("", (all, line) -> all + line.substring(4) + "\n");
        assertThat(documented).contains("/var/tmp/drill");
        configured(configuration.getFileName().toString(), documented.replace("/var/tmp/drill", scratch.toString()));
        tools.mustPostgres("initdb", "-D", data.toString(), "-U", "postgres", "-A", "trust", "--no-sync", "-k");
        Files.writeString(
                data.resolve("postgresql.conf"),
                """
                listen_addresses = '127.0.0.1'
                port = %d
                unix_socket_directories = '%s'
                wal_level = replica
                archive_mode = on
                archive_command = '%s'
                %s
                """.formatted(port, home, tools.wal("push", "%p"), setting),
                StandardOpenOption.APPEND);
        tools.mustPostgres("pg_ctl", "start", "-w", "-t", "60", "-D", data.toString(), "-l", data + ".log");
    }

    private String settings() {
        return "scratch: %s\n".formatted(scratch).indent(8);
    }

    /** @param settings the lines of the section backup.drill */
    private Path configured(String name, String settings) {
        Path file = home.resolve(name);
        LocalCluster.write(file, """
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
                  drill:
                """.formatted(port, port, data, Templates.POSTGRES_BIN, repository) + settings);
        return file;
    }

    /** The documentation's command. */
    private List<String> drilling(Path file, String... more) {
        String documented;
        try {
            documented = Files.readString(DOCUMENT)
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("matriarch drill "))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        List<String> words = new ArrayList<>(
                List.of(documented.replace("/etc/patroni.yml", file.toString()).split(" ", -1)));
        words.removeFirst();
        words.add("--json");
        if (AgentProgram.chosen() == AgentProgram.JVM) {
            words.addAll(List.of("--restore-command", tools.wal("fetch", "%f", "%p")));
        }
        words.addAll(List.of(more));
        return program.tool(words.toArray(String[]::new));
    }

    /** The name of the segment that was ended. */
    private String archiveAll() {
        String segment = sql("SELECT pg_walfile_name(pg_switch_wal())");
        LocalCluster.await(
                segment + " is archived",
                60,
                () -> sql("SELECT last_archived_wal >= '" + segment + "' FROM pg_stat_archiver")
                        .equals("t"));
        return segment;
    }

    private Path object(String folder, String beginning) throws IOException {
        try (Stream<Path> files = Files.walk(repository.resolve(folder))) {
            return files.filter(file -> file.getFileName().toString().startsWith(beginning))
                    .filter(file -> !file.toString().endsWith(".sha256"))
                    .sorted(Comparator.comparing((Path file) -> !file.toString().contains("/first/")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private String sql(String statement) {
        return tools.sql(port, "postgres", statement);
    }
}
