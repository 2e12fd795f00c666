package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The official image's contract, kept by the image with Matriarch: each variable, init scripts, PostgreSQL alone. Started by it/docker. */
@EnabledIfSystemProperty(named = Docker.IMAGE_PROPERTY, matches = ".+", disabledReason = "it/docker starts it")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ImageInContainers {
    private static final Docker DOCKER = new Docker("mtrimage-");
    private static final String SECRET = "it's \"a\" $secret";
    private static final String REPLICATION_SECRET = "an0ther-secret";
    private static final List<String> READ_ONLY =
            List.of("--read-only", "--tmpfs", "/tmp", "--tmpfs", "/var/run/postgresql");
    private static final String ETCD = "PATRONI_ETCD3_HOSTS=etcd:2379";

    private static Path folder;

    /** All at once, so that the tests have little to wait for. */
    @BeforeAll
    static void start() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("matriarch-image-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        DOCKER.removeAll();
        DOCKER.startEtcd();
        startWithAllVariables();
        startAsSomebody();
        DOCKER.start("alone", List.of("-e", "POSTGRES_PASSWORD=" + SECRET), Docker.image(), "postgres");
        Path broken = Files.createDirectory(folder.resolve("broken"));
        Files.writeString(broken.resolve("1.sql"), "CREATE TABLE broken(;\n");
        DOCKER.start(
                "broken",
                options(List.of(), "PATRONI_SCOPE=broken", "POSTGRES_PASSWORD=" + SECRET, mount(broken)),
                Docker.image());
    }

    private static void startWithAllVariables() throws IOException, InterruptedException {
        Path scripts = Files.createDirectory(folder.resolve("scripts"));
        Files.writeString(
                scripts.resolve("1.sh"),
                "docker_process_sql -c 'CREATE TABLE sourced AS SELECT current_user AS name' -c \"INSERT INTO sourced VALUES ('$POSTGRES_DB')\"\n");
        Path program = scripts.resolve("2.sh");
        Files.writeString(
                program,
                "#!/bin/bash\npsql -U \"$POSTGRES_USER\" -d \"$POSTGRES_DB\" -c 'CREATE TABLE executed()' && exec touch \"$PGDATA/executed\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(scripts.resolve("3.sql"), "CREATE TABLE plain();\n");
        for (String kind : List.of("gz", "xz", "zst")) {
            Path sql = scripts.resolve("4_" + kind + ".sql");
            Files.writeString(sql, "CREATE TABLE by_" + kind + "();\n");
            Programs.must(kind.equals("gz") ? "gzip" : kind.equals("xz") ? "xz" : "zstd", "-q", sql.toString());
            Files.deleteIfExists(sql);
        }
        Files.writeString(scripts.resolve("5.txt"), "nobody reads this");
        Path secrets = Files.createDirectory(folder.resolve("secrets"));
        secret(secrets, "superuser", SECRET);
        secret(secrets, "replication", REPLICATION_SECRET);
        secret(secrets, "user", "admin");
        secret(secrets, "database", "shop");
        DOCKER.start(
                "all",
                options(
                        READ_ONLY,
                        "PATRONI_SCOPE=all",
                        "POSTGRES_USER_FILE=/run/secrets/user",
                        "POSTGRES_PASSWORD_FILE=/run/secrets/superuser",
                        "POSTGRES_DB_FILE=/run/secrets/database",
                        "POSTGRES_INITDB_ARGS=--locale=C -E LATIN1 --wal-segsize 4",
                        "POSTGRES_INITDB_WALDIR=/var/lib/postgresql/wal/here",
                        "PATRONI_REPLICATION_PASSWORD_FILE=/run/secrets/replication",
                        mount(scripts),
                        "-v" + secrets + ":/run/secrets:ro",
                        "-v" + DOCKER.prefix() + "all:/var/lib/postgresql"),
                Docker.image());
    }

    /** Readable by root alone, as secrets are. */
    private static void secret(Path folder, String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static void startAsSomebody() {
        DOCKER.start(
                "somebody",
                options(
                        READ_ONLY,
                        "PATRONI_SCOPE=somebody",
                        "POSTGRES_HOST_AUTH_METHOD=trust",
                        "PGDATA=/data/pg",
                        "--user=4321:8765",
                        "--cap-drop=ALL",
                        "--tmpfs=/data:uid=4321,mode=700"),
                Docker.image());
    }

    private static String mount(Path scripts) {
        return "-v" + scripts + ":/docker-entrypoint-initdb.d:ro";
    }

    /** Words with a capital first are variables, the others options. */
    private static List<String> options(List<String> options, String... more) {
        List<String> whole = new ArrayList<>(options);
        whole.addAll(List.of("-e", ETCD));
        for (String word : more) {
            whole.addAll(word.startsWith("-") ? List.of(word) : List.of("-e", word));
        }
        return whole;
    }

    @AfterAll
    static void stop() throws IOException {
        DOCKER.removeAll();
        LocalCluster.delete(folder);
    }

    /** Where this version of the image keeps the database. */
    private static String data() {
        return DOCKER.must(
                        "image", "inspect", "-f", "{{range .Config.Env}}{{println .}}{{end}}", Docker.image())
                .lines()
                .filter(variable -> variable.startsWith("PGDATA="))
                .map(variable -> variable.substring("PGDATA=".length()))
                .findFirst()
                .orElseThrow();
    }

    private static String volume() {
        return DOCKER.must("image", "inspect", "-f", "{{range $path, $_ := .Config.Volumes}}{{$path}}{{end}}", Docker.image());
    }

    private static String shop(String sql) {
        return Node.queryAt(url("all", "shop", "admin", SECRET), sql);
    }

    private static String url(String name, String database, String user, String password) {
        return "jdbc:postgresql://" + DOCKER.address(name) + ":5432/" + database + "?user=" + user + "&password="
                + java.net.URLEncoder.encode(password, StandardCharsets.UTF_8) + "&connectTimeout=3&socketTimeout=20";
    }

    @Test
    void theVariablesMakeTheCluster() {
        DOCKER.awaitPrimary("all");
        assertThat(shop("SHOW wal_segment_size")).isEqualTo("4MB");
        assertThat(
                        shop(
                                "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate FROM pg_database WHERE datname = 'shop'"))
                .isEqualTo("LATIN1 C");
        assertThat(shop("SELECT pg_get_userbyid(10) || ' ' || current_setting('data_checksums')"))
                .isEqualTo("admin on");
        assertThat(DOCKER.exec("all", "readlink", data() + "/pg_wal"))
                .isEqualTo("/var/lib/postgresql/wal/here");
        assertThatThrownBy(() -> Node.queryAt(url("all", "shop", "admin", "wrong"), "SELECT 1"))
                .hasMessageContaining("password authentication failed");
        assertThat(DOCKER.exec("all", "patronictl", "list")).contains("| all ", "Leader");
        assertThat(DOCKER.exec("all", "stat", "-c", "%U", "/proc/1")).isEqualTo("postgres");
    }

    @Test
    void initScriptsRunOnceInTheClustersLife() {
        DOCKER.awaitPrimary("all");
        String tables =
                "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
        assertThat(shop(tables)).isEqualTo("by_gz by_xz by_zst executed plain sourced");
        DOCKER.exec("all", "rm", data() + "/executed");
        DOCKER.must("restart", "-t", "60", DOCKER.prefix() + "all");
        DOCKER.awaitPrimary("all");
        assertThat(shop("SELECT string_agg(name, ' ' ORDER BY name) FROM sourced"))
                .isEqualTo("admin shop");
        assertThat(DOCKER.run("exec", DOCKER.prefix() + "all", "test", "-e", data() + "/executed")
                        .code())
                .isOne();
    }

    @Test
    void noSecretOfAFileIsSeenAnywhere() throws IOException {
        DOCKER.awaitPrimary("all");
        assertThat(DOCKER.must("inspect", DOCKER.prefix() + "all") + DOCKER.logs("all"))
                .doesNotContain(SECRET, REPLICATION_SECRET);
        List<String> processes = DOCKER.must("top", DOCKER.prefix() + "all", "-o", "pid")
                .lines()
                .skip(1)
                .toList();
        assertThat(processes).hasSizeGreaterThan(5);
        for (String pid : processes) {
            for (String file : List.of("cmdline", "environ")) {
                assertThat(contentOf(Path.of("/proc", pid.strip(), file))).doesNotContain(SECRET, REPLICATION_SECRET);
            }
        }
        assertThat(DOCKER.exec("all", "find", "/var/run/postgresql/matriarch", "-type", "f", "-perm", "/077"))
                .isEmpty();
    }

    private static String contentOf(Path file) throws IOException {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (java.nio.file.NoSuchFileException ended) {
            return "";
        }
    }

    @Test
    void anyUserWillDo() {
        DOCKER.awaitPrimary("somebody");
        assertThat(DOCKER.exec("somebody", "stat", "-c", "%u %g", "/proc/1", "/data/pg/PG_VERSION"))
                .isEqualTo("4321 8765\n4321 8765");
        assertThat(Node.queryAt(url("somebody", "postgres", "postgres", ""), "SHOW data_directory"))
                .isEqualTo("/data/pg");
    }

    @Test
    void postgresAloneIsTheOfficialImage() {
        LocalCluster.await(
                "PostgreSQL",
                60,
                () -> DOCKER.run("exec", DOCKER.prefix() + "alone", "matriarch-entrypoint", "health")
                                .code()
                        == 0);
        assertThat(Node.queryAt(url("alone", "postgres", "postgres", SECRET), "SELECT 1"))
                .isEqualTo("1");
        assertThat(DOCKER.must("top", DOCKER.prefix() + "alone")).doesNotContain("matriarch");
    }

    /** Nothing half-made stays: when the script has been corrected, starting again is all that is needed. */
    @Test
    void aBrokenInitScriptMakesNoCluster() throws IOException {
        LocalCluster.await("the end", 90, () -> DOCKER.state("broken").startsWith("exited"));
        assertThat(DOCKER.state("broken")).isEqualTo("exited 1");
        assertThat(DOCKER.logs("broken")).contains("post_bootstrap", "syntax error at or near \";\"");
        Files.writeString(folder.resolve("broken/1.sql"), "CREATE TABLE broken();\n");
        DOCKER.must("start", DOCKER.prefix() + "broken");
        DOCKER.awaitPrimary("broken");
        assertThat(DOCKER.exec(
                        "broken",
                        "psql",
                        "-U",
                        "postgres",
                        "-Atc",
                        "SELECT count(*) FROM pg_tables WHERE tablename = 'broken'"))
                .isEqualTo("1");
        DOCKER.must("stop", "-t", "60", DOCKER.prefix() + "broken");
        assertThat(DOCKER.state("broken")).isEqualTo("exited 0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            A=1                                                        | the superuser has no password: set POSTGRES_PASSWORD
            POSTGRES_PASSWORD=x;POSTGRES_PASSWORD_FILE=/etc/hostname   | both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set
            POSTGRES_PASSWORD_FILE=/nosuch                             | POSTGRES_PASSWORD_FILE: /nosuch can't be read
            POSTGRES_PASSWORD=x;POSTGRES_INITDB_ARGS=-Z                | POSTGRES_INITDB_ARGS: '-Z' isn't understood
            POSTGRES_PASSWORD=x;PATRONI_ETCD3_HOSTS=                   | etcd3: is missing
            """)
    void whatIsWrongIsToldAndNothingIsMade(String variables, String told) {
        List<String> whole = new ArrayList<>(List.of("run", "--rm", "--network", DOCKER.prefix() + "net"));
        whole.addAll(options(List.of(), variables.split(";", -1)));
        whole.add(Docker.image());
        Programs.Result result = DOCKER.run(whole.toArray(String[]::new));
        assertThat(result.output()).contains(told);
        assertThat(result.code()).isOne();
    }

    /** What belongs to an older version of the image would hold nothing. */
    @Test
    void aMountThatTheImageDoesNotUseIsRefused() {
        String old = "/var/lib/postgresql/data";
        Assumptions.assumeFalse(volume().equals(old), "the image uses it");
        List<String> whole = new ArrayList<>(List.of("run", "--rm", "--network", DOCKER.prefix() + "net"));
        whole.addAll(options(List.of("--tmpfs", old), "POSTGRES_PASSWORD=x"));
        whole.add(Docker.image());
        Programs.Result result = DOCKER.run(whole.toArray(String[]::new));
        assertThat(result.output()).contains("a volume is mounted at " + old);
        assertThat(result.code()).isOne();
    }

    /** docker/README.md's node: a file of the user's, which is all there is. */
    @Test
    void aFileOfOnesOwn() throws IOException {
        Path file = folder.resolve("own.yml");
        Files.copy(Path.of("docker/example.yml").toAbsolutePath(), file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        DOCKER.start(
                "own",
                options(
                        READ_ONLY,
                        "PATRONI_NAME=own",
                        "PATRONI_POSTGRESQL_CONNECT_ADDRESS=own:5432",
                        "PATRONI_RESTAPI_CONNECT_ADDRESS=own:8008",
                        "PATRONI_SUPERUSER_PASSWORD_FILE=/run/secrets/superuser",
                        "PATRONI_REPLICATION_PASSWORD_FILE=/run/secrets/replication",
                        "-v" + folder.resolve("secrets") + ":/run/secrets:ro",
                        "-v" + file + ":/etc/patroni.yml:ro"),
                Docker.image());
        DOCKER.awaitPrimary("own");
        assertThat(Node.queryAt(url("own", "postgres", "postgres", SECRET), "SHOW data_directory"))
                .isEqualTo("/var/lib/postgresql/data/pgdata");
        assertThat(DOCKER.exec("own", "patronictl", "list")).contains("Cluster: herd");
    }

    /** docker/README.md's three nodes, under names of this test. */
    @Test
    void theDocumentsThreeNodes() {
        String prefix = DOCKER.prefix() + "doc-";
        Docker.script(
                Map.of(),
                Docker.documented(Path.of("docker/README.md"), "docker network create")
                                .replace("quay.io/coreos/etcd:v3.5.21", Docker.ETCD)
                                .replace("herd", prefix + "net")
                                .replaceAll("--name (\\w+)", "--name " + prefix + "$1 --network-alias $1")
                                .replaceAll("-v (pg\\d):\\S+", "-v " + prefix + "$1:" + volume())
                                .replaceAll(" matriarch(\n|$)", " " + Docker.image() + "$1")
                                .replaceAll("(docker exec pg1.*)", "")
                        + "\nuntil docker exec " + prefix
                        + "pg1 patronictl list | grep -c streaming | grep -qx 2; do sleep 0.5; done");
        assertThat(DOCKER.exec("doc-pg2", "patronictl", "list")).contains("Leader", "| pg3 ");
    }

    @Test
    void theImageIsTheBaseAndOneFileMoreAndTheListOfWhatIsInIt() {
        String[] labels = DOCKER.must(
                        "image",
                        "inspect",
                        "-f",
                        "{{index .Config.Labels \"org.opencontainers.image.title\"}};{{index .Config.Labels \"org.opencontainers.image.base.name\"}};{{.Config.StopSignal}};{{.Size}}",
                        Docker.image())
                .split(";", -1);
        assertThat(labels[0]).isEqualTo("Matriarch");
        assertThat(labels[2]).isEqualTo("SIGINT");
        long base = Long.parseLong(DOCKER.must("image", "inspect", "-f", "{{.Size}}", labels[1]));
        String list = DOCKER.must("run", "--rm", Docker.image(), "cat", "/usr/local/share/sbom/matriarch.cdx.json");
        assertThat(list).contains("\"CycloneDX\"", "pkg:maven/io.quarkus/quarkus-arc@");
        long executable = Long.parseLong(
                DOCKER.must("run", "--rm", Docker.image(), "stat", "-c", "%s", "/usr/local/bin/matriarch"));
        assertThat(Long.parseLong(labels[3]) - base - list.length()).isBetween(executable, executable + 100_000);
    }

    @Test
    void theEngineSeesThatTheNodeIsWell() {
        DOCKER.awaitPrimary("all");
        LocalCluster.await(
                "a healthy container",
                60,
                () -> DOCKER.must("inspect", "-f", "{{.State.Health.Status}}", DOCKER.prefix() + "all")
                        .equals("healthy"));
        assertThat(DOCKER.exec("all", "matriarch", "health", "primary")).endsWith("/primary answers 200");
        assertThat(DOCKER.run("exec", DOCKER.prefix() + "all", "matriarch", "health", "replica")
                        .code())
                .isOne();
    }
}
