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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Dumps of a real PostgreSQL without an agent, in an encrypted repository: made, restored whole and in parts, damaged, killed. One server for all of it, because making one takes time. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = java.util.concurrent.TimeUnit.MINUTES)
@DisabledIfSystemProperty(named = "matriarch.agent", matches = "patroni", disabledReason = "Patroni makes no dumps")
final class DumpIT {
    private static final int PATIENCE = 120;
    private static final String PASSWORD = "it's : a \\%secret";
    private static final String HASH = "SELECT rolpassword FROM pg_authid WHERE rolname = 'keeper'";

    private final Path home = LocalCluster.newFolder();
    private final Program program = AgentProgram.chosen().placeIn(home.resolve("bin"));
    private final Path data = home.resolve("data");
    private final Path scratch = home.resolve("data.matriarch-dump");
    private final Path repository = home.resolve("repository");
    private final Path key = home.resolve("key");
    private final Path configuration = home.resolve("node.yml");
    private final ServerTools tools = new ServerTools(home, program, configuration, List.of());
    private final int port = Programs.freePort();
    private final String socket = home + ":" + port;

    @AfterEach
    void stop() {
        tools.postgres("pg_ctl", "stop", "-m", "immediate", "-D", data.toString());
        LocalCluster.delete(home);
    }

    @Test
    void whatIsDumpedComesBack() throws Exception {
        startServer();
        fill();
        String hash = sql("postgres", HASH);
        Mapping made = last(tools.must("dump", "create", "--label", "first", "--jobs", "2", "--json"));
        assertThat(made.text("job")).contains("dump");
        assertThat(made.bool("ok")).contains(true);
        assertThat(made.items("databases")).containsExactly(Value.of("shop"), Value.of("stock room"));
        assertThat(made.whole("stored_bytes").orElse(0)).isPositive();
        assertThat(scratch).doesNotExist();

        aTableComesBack();
        aDatabaseComesBack();
        theRolesComeBack(hash);
        aShellRestoresToo();
        theDocumentedCommandsWork();
        damageIsFound();
        killedOnesAreNoDumps();
        wrongWishesChangeNothing();
    }

    private void aTableComesBack() {
        assertThat(tools.fails("dump", "restore", "first", "--database", "shop", "--table", "herd.elephant"))
                .contains("has a table herd.elephant", "nothing was changed");
        sql("shop", "DROP TABLE herd.elephant CASCADE");
        sql("shop", "DELETE FROM herd.calf");
        tools.must("dump", "restore", "first", "--database", "shop", "--table", "herd.elephant");
        assertThat(sql("shop", "SELECT count(*), nextval('herd.elephant_id_seq') FROM herd.elephant"))
                .isEqualTo("1000|1001");
        assertThat(sql("shop", "SELECT tableowner, hasindexes FROM pg_tables WHERE tablename = 'elephant'"))
                .isEqualTo("keeper|t");
        assertThat(sql("shop", "SELECT count(*) FROM herd.calf")).isEqualTo("0");

        sql("shop", "UPDATE herd.elephant SET name = 'lost'");
        tools.must("dump", "restore", "latest", "--database", "shop", "--table", "herd.elephant", "--clean", "shop");
        assertThat(sql("shop", "SELECT count(*) FROM herd.elephant WHERE name = 'lost'"))
                .isEqualTo("0");
    }

    private void aDatabaseComesBack() {
        assertThat(tools.fails("dump", "restore", "first", "--database", "shop"))
                .contains("the database shop", "isn't empty", "nothing was changed");
        tools.must("dump", "restore", "latest", "-d", "stock room", "--into", "a copy", "--create", "--target", socket);
        assertThat(sql("a copy", "SELECT count(*) FROM hay")).isEqualTo("500");
        assertThat(sql("postgres", "SELECT datcollate FROM pg_database WHERE datname = 'a copy'"))
                .isEqualTo("C");
        tools.must("dump", "restore", "first", "--database", "shop", "--clean", "shop");
        assertThat(sql("shop", "SELECT count(*) FROM herd.calf")).isEqualTo("10");
    }

    private void theRolesComeBack(String hash) throws IOException {
        sql("postgres", "DROP DATABASE shop");
        sql("postgres", "DROP ROLE keeper");
        assertThat(tools.fails("dump", "restore", "first", "--database", "shop"))
                .contains("has no database shop", "--create");
        assertThat(tools.fails("dump", "restore", "first", "--database", "shop", "--create"))
                .contains("role \"keeper\" does not exist", "--globals");
        String done = tools.must(
                "dump", "restore", "first", "--database", "shop", "--create", "--clean", "shop", "--globals");
        assertThat(done).doesNotContain("SCRAM");
        assertThat(sql("postgres", HASH)).isEqualTo(hash);
        assertThat(sql("shop", "SELECT count(*) FROM herd.calf")).isEqualTo("10");
        assertThat(sql(
                        "postgres",
                        "SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase"))
                .contains("search_path=herd");
        assertThat(Files.readString(Path.of(data + ".log"))).doesNotContain("SCRAM");
    }

    /** By the functions in the documentation. */
    private void aShellRestoresToo() throws IOException {
        Path script = home.resolve("functions.sh");
        LocalCluster.write(
                script,
                documented("docs/repository-format.md", "fetch_wal() {", "restore_backup /backup")
                        + documented("docs/repository-format.md", "check_dump() {", "archive /backup/dump-parts"));
        String number = sql("postgres", "SELECT oid FROM pg_database WHERE datname = 'stock room'");
        String words = ". %s; check_dump %s %s first; unpack_dump %s %s first %s %s; archive %s globals.sql"
                .formatted(
                        script,
                        repository,
                        systemIdentifier(),
                        repository,
                        systemIdentifier(),
                        number,
                        home.resolve("unpacked"),
                        folder("dump-parts", "first"));
        Ended ended = ServerProcess.run(home, PATIENCE, List.of("env", "KEY_FILE=" + key, "bash", "-euc", words));
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output()).contains("CREATE ROLE keeper;");
        sql("postgres", "CREATE DATABASE by_shell");
        tools.mustPostgres(
                "pg_restore",
                "--dbname=host=" + home + " port=" + port + " user=postgres dbname=by_shell",
                home.resolve("unpacked").toString());
        assertThat(sql("by_shell", "SELECT count(*) FROM hay")).isEqualTo("500");
    }

    private void theDocumentedCommandsWork() throws IOException {
        List<String> commands = documented("docs/backup.md", "matriarch dump create", "    dump:")
                .lines()
                .filter(line -> line.startsWith("matriarch dump"))
                .toList();
        assertThat(commands).hasSize(5);
        String output = "";
        for (String command : commands) {
            String[] words = command.replaceFirst("matriarch ", "")
                    .replace(" -c /etc/patroni.yml", "")
                    .split(" ", -1);
            output = output + tools.must(words);
        }
        assertThat(output).contains("nightly: shop: ", "nightly: stock room: ");
        assertThat(sql("shop_then", "SELECT count(*) FROM herd.elephant")).isEqualTo("1000");
    }

    private void damageIsFound() throws IOException {
        Path part;
        try (Stream<Path> files = Files.list(folder("dump-parts", "first"))) {
            part = files.filter(file -> file.getFileName().toString().contains(".tar."))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] whole = Files.readAllBytes(part);
        byte[] flipped = whole.clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(part, flipped);
        assertThat(tools.fails("dump", "verify", "first")).contains(part.getFileName() + "", "is damaged");
        Files.write(part, Arrays.copyOf(whole, whole.length - 1));
        assertThat(tools.fails("dump", "restore", "first", "--database", "shop", "--into", "never", "--create"))
                .contains("can't be restored", part.getFileName() + " has ");
        assertThat(tools.must("dump", "list", "--json")).contains("\"Complete\": \"no: ");
        LocalCluster.own(Files.write(part, whole));
    }

    private void killedOnesAreNoDumps() throws IOException {
        ServerProcess holder = ServerProcess.start(
                home,
                home.resolve("holder.log"),
                tools.psql(port, "shop", "BEGIN; LOCK TABLE herd.calf; SELECT pg_sleep(600)"));
        List<String> command = new ArrayList<>(program.tool("dump", "create", "-c", configuration.toString()));
        command.addAll(List.of("--label", "killed"));
        ServerProcess killed = ServerProcess.start(home, home.resolve("killed.log"), command);
        String dumping = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'matriarch dump'";
        LocalCluster.await(
                "pg_dump waits for a lock",
                60,
                () -> !sql("postgres", dumping + " AND wait_event_type = 'Lock'")
                        .equals("0"));
        Path mark = folder("dumps", "killed").resolve("in-progress");
        assertThat(tools.must("dump", "expire", "--keep-count", "9")).doesNotContain("killed");
        assertThat(mark).as("a running dump's").exists();
        assertThat(tools.fails("dump", "create", "--label", "another")).contains("another process is at work");
        killed.kill();
        LocalCluster.await(
                "pg_dump ends with the one that started it",
                20,
                () -> sql("postgres", dumping).equals("0"));
        holder.kill();
        sql(
                "postgres",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state <> 'idle' AND query LIKE 'BEGIN%'");
        assertThat(scratch).exists();
        assertThat(tools.must("dump", "list", "--json")).doesNotContain("killed");
        assertThat(tools.must("dump", "expire", "--dry-run")).contains("would remove dump killed");
        assertThat(tools.must("dump", "create", "--label", "third", "--all", "--exclude", "a copy", "--from", socket))
                .contains("removes dump killed", "by_shell");
        assertThat(mark).doesNotExist();
        assertThat(folder("dump-parts", "killed").toFile().list()).isNullOrEmpty();
        assertThat(scratch).doesNotExist();
    }

    private void wrongWishesChangeNothing() {
        assertThat(tools.fails("dump", "verify", "none")).contains("there is no dump none");
        assertThat(tools.fails("dump", "restore", "first", "--database", "none"))
                .contains("has no database none, only shop, stock room");
        assertThat(tools.fails("dump", "restore", "first", "-d", "shop", "-t", "herd.cow", "--into", "by_shell"))
                .contains("the dump has no table herd.cow");
        assertThat(tools.run("dump", "restore", "first", "-d", "shop", "--clean", "stock room")
                        .code())
                .isEqualTo(2);
        Mapping failed = last(tools.fails("dump", "create", "--database", "none", "--json"));
        assertThat(failed.bool("ok")).contains(false);
        assertThat(failed.items("problems").toString()).contains("there is no database none");

        Mapping expired = last(tools.must("dump", "expire", "--json"));
        assertThat(expired.items("removed")).containsExactly(Value.of("first"));
        tools.must("dump", "delete", "nightly");
        assertThat(tools.fails("dump", "delete", "third")).contains("is the only dump");
    }

    private void startServer() throws IOException {
        LocalCluster.own(Files.createDirectory(repository));
        LocalCluster.write(key, "ab".repeat(32) + "\n");
        Files.setPosixFilePermissions(key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
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
                    superuser: {username: postgres, password: "%s"}
                    replication: {username: postgres}
                backup:
                  repositories:
                    local: {type: directory, path: %s, encryption_key_files: [%s]}
                  dump:
                    databases: [shop, stock room]
                    retention: {keep_count: 2}
                """.formatted(
                        port, port, data, Templates.POSTGRES_BIN, PASSWORD.replace("\\", "\\\\"), repository, key));
        Path password = home.resolve("password");
        LocalCluster.write(password, PASSWORD + "\n");
        tools.mustPostgres(
                "initdb",
                "-D",
                data.toString(),
                "-U",
                "postgres",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--pwfile=" + password,
                "--no-sync");
        String options = "-c listen_addresses=127.0.0.1 -c port=" + port + " -c unix_socket_directories=" + home
                + " -c log_statement=ddl -c fsync=off";
        tools.mustPostgres(
                "pg_ctl", "start", "-w", "-t", "60", "-D", data.toString(), "-l", data + ".log", "-o", options);
    }

    private void fill() {
        sql("postgres", "CREATE ROLE keeper LOGIN PASSWORD 'hay'");
        sql("postgres", "CREATE DATABASE shop OWNER keeper");
        sql("postgres", "ALTER DATABASE shop SET search_path = herd, public");
        sql("postgres", "CREATE DATABASE \"stock room\" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
        sql("stock room", "CREATE TABLE hay AS SELECT generate_series(1, 500) AS bale");
        sql("shop", """
                CREATE SCHEMA herd AUTHORIZATION keeper;
                CREATE TABLE herd.elephant (id serial PRIMARY KEY, name text NOT NULL);
                ALTER TABLE herd.elephant OWNER TO keeper;
                INSERT INTO herd.elephant (name) SELECT 'elephant ' || i FROM generate_series(1, 1000) i;
                CREATE INDEX ON herd.elephant (lower(name));
                CREATE TABLE herd.calf (mother int REFERENCES herd.elephant);
                INSERT INTO herd.calf SELECT generate_series(1, 10);
                CREATE VIEW herd.mothers AS SELECT name FROM herd.elephant JOIN herd.calf ON mother = id""");
    }

    /** The indented lines of a document, from one to another. */
    private static String documented(String document, String from, String to) throws IOException {
        return Files.readAllLines(Path.of(document)).stream()
                .filter(line -> line.startsWith("    "))
                .map(line -> line.substring(4))
                .dropWhile(line -> !line.startsWith(from))
                .takeWhile(line -> !line.startsWith(to))
                .reduce("", (all, line) -> all + line + "\n");
    }

    private static Mapping last(String output) {
        return (Mapping) Json.parse(output.strip().lines().reduce("", (_, line) -> line));
    }

    private Path folder(String kind, String label) {
        return repository.resolve(kind).resolve(systemIdentifier()).resolve(label);
    }

    private String systemIdentifier() {
        return sql("postgres", "SELECT system_identifier FROM pg_control_system()");
    }

    private String sql(String database, String statement) {
        return tools.sql(port, database, statement);
    }
}
