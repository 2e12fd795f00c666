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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Drills of a real PostgreSQL's backup with the documentation's own command and settings: passed, killed, and with faults that they must find. One backup for all of it. */
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
        startServer();
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

    private void startServer() throws IOException {
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
                """.formatted(port, home, tools.wal("push", "%p")),
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
                    .findFirst()
                    .orElseThrow();
        }
    }

    private String sql(String statement) {
        return tools.sql(port, "postgres", statement);
    }
}
