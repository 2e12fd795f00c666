package io.matriarch.it;

import static io.matriarch.it.Containers.engine;
import static io.matriarch.it.Containers.exec;
import static io.matriarch.it.NodesOfTheImage.CONTAINERS;
import static io.matriarch.it.NodesOfTheImage.REPLICATION_SECRET;
import static io.matriarch.it.NodesOfTheImage.SECRET;
import static io.matriarch.it.NodesOfTheImage.WRITABLE;
import static io.matriarch.it.NodesOfTheImage.primary;
import static io.matriarch.it.NodesOfTheImage.readOnly;
import static io.matriarch.it.NodesOfTheImage.state;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import io.matriarch.it.NodesOfTheImage.Ended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.testcontainers.containers.ContainerState;
import org.testcontainers.containers.GenericContainer;

/** The official image's contract, kept by the image with Matriarch: each variable, init scripts, PostgreSQL alone. Started by it/docker. */
@EnabledIfSystemProperty(named = Containers.IMAGE_PROPERTY, matches = ".+", disabledReason = "it/docker starts it")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ImageInContainers {
    private static NodesOfTheImage nodes;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        nodes = new NodesOfTheImage();
    }

    @AfterAll
    static void stop() {
        if (nodes == null) {
            CONTAINERS.removeAll();
        } else {
            nodes.close();
        }
    }

    private static DatabasePlace place() {
        return DatabasePlace.of(Containers.image());
    }

    private static String shop(String sql) {
        return Node.queryAt(url(nodes.all(), "shop", "admin", SECRET), sql);
    }

    private static String url(ContainerState container, String database, String user, String password) {
        return "jdbc:postgresql://" + Containers.address(container) + ":5432/" + database + "?user=" + user
                + "&password=" + java.net.URLEncoder.encode(password, StandardCharsets.UTF_8)
                + "&connectTimeout=3&socketTimeout=20";
    }

    @Test
    void theVariablesMakeTheCluster() throws IOException, InterruptedException {
        assertThat(shop("SHOW wal_segment_size")).isEqualTo("4MB");
        assertThat(
                        shop(
                                "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate FROM pg_database WHERE datname = 'shop'"))
                .isEqualTo("LATIN1 C");
        assertThat(shop("SELECT pg_get_userbyid(10) || ' ' || current_setting('data_checksums')"))
                .isEqualTo("admin on");
        assertThat(exec(nodes.all(), "readlink", place().data() + "/pg_wal")).isEqualTo("/var/lib/postgresql/wal/here");
        assertThatThrownBy(() -> Node.queryAt(url(nodes.all(), "shop", "admin", "wrong"), "SELECT 1"))
                .hasMessageContaining("password authentication failed");
        assertThat(exec(nodes.all(), "patronictl", "list")).contains("| all ", "Leader");
        assertThat(exec(nodes.all(), "stat", "-c", "%U", "/proc/1")).isEqualTo("postgres");
    }

    @Test
    void initScriptsRunOnceInTheClustersLife() throws IOException, InterruptedException {
        String tables =
                "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
        assertThat(shop(tables)).isEqualTo("by_gz by_xz by_zst executed plain sourced");
        exec(nodes.all(), "rm", place().data() + "/executed");
        engine().restartContainerCmd(nodes.all().getContainerId())
                .withTimeout(60)
                .exec();
        primary().waitUntilReady(nodes.all());
        assertThat(shop("SELECT string_agg(name, ' ' ORDER BY name) FROM sourced"))
                .isEqualTo("admin shop");
        assertThat(nodes.all()
                        .execInContainer("test", "-e", place().data() + "/executed")
                        .getExitCode())
                .isOne();
    }

    @Test
    void noSecretOfAFileIsSeenAnywhere() throws IOException, InterruptedException {
        assertThat(nodes.all().getCurrentContainerInfo().getRawValues()
                        + nodes.all().getLogs())
                .contains("POSTGRES_PASSWORD_FILE=")
                .doesNotContain(SECRET, REPLICATION_SECRET);
        String[][] processes = engine().topContainerCmd(nodes.all().getContainerId())
                .withPsArgs("-o pid")
                .exec()
                .getProcesses();
        assertThat(processes.length).isGreaterThan(5);
        for (String[] pid : processes) {
            for (String file : List.of("cmdline", "environ")) {
                assertThat(contentOf(Path.of("/proc", pid[0], file))).doesNotContain(SECRET, REPLICATION_SECRET);
            }
        }
        assertThat(exec(nodes.all(), "find", "/var/run/postgresql/matriarch", "-type", "f", "-perm", "/077"))
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
    void anyUserWillDo() throws IOException, InterruptedException {
        assertThat(exec(nodes.somebody(), "stat", "-c", "%u %g", "/proc/1", "/data/pg/PG_VERSION"))
                .isEqualTo("4321 8765\n4321 8765");
        assertThat(Node.queryAt(url(nodes.somebody(), "postgres", "postgres", ""), "SHOW data_directory"))
                .isEqualTo("/data/pg");
    }

    @Test
    void postgresAloneIsTheOfficialImage() throws IOException, InterruptedException {
        exec(nodes.alone(), "matriarch-entrypoint", "health");
        assertThat(Node.queryAt(url(nodes.alone(), "postgres", "postgres", SECRET), "SELECT 1"))
                .isEqualTo("1");
        assertThat(Arrays.deepToString(engine().topContainerCmd(nodes.alone().getContainerId())
                        .exec()
                        .getProcesses()))
                .contains("postgres")
                .doesNotContain("matriarch");
    }

    /** Nothing half-made stays: when the script has been corrected, starting again is all that is needed. */
    @Test
    void aBrokenInitScriptMakesNoCluster() throws IOException, InterruptedException {
        assertThat(state(nodes.broken())).isEqualTo("exited 1");
        assertThat(nodes.broken().getLogs()).contains("post_bootstrap", "syntax error at or near \";\"");
        Files.writeString(nodes.folder().resolve("broken/1.sql"), "CREATE TABLE broken();\n");
        engine().startContainerCmd(nodes.broken().getContainerId()).exec();
        primary().waitUntilReady(nodes.broken());
        assertThat(exec(
                        nodes.broken(),
                        "psql",
                        "-U",
                        "postgres",
                        "-Atc",
                        "SELECT count(*) FROM pg_tables WHERE tablename = 'broken'"))
                .isEqualTo("1");
        engine().stopContainerCmd(nodes.broken().getContainerId())
                .withTimeout(60)
                .exec();
        assertThat(state(nodes.broken())).isEqualTo("exited 0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            A=1                                                        | the superuser has no password: set POSTGRES_PASSWORD
            POSTGRES_PASSWORD=x;POSTGRES_PASSWORD_FILE=/etc/hostname   | both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set
            POSTGRES_PASSWORD_FILE=/nosuch                             | POSTGRES_PASSWORD_FILE: /nosuch can't be read
            POSTGRES_PASSWORD=x;POSTGRES_INITDB_ARGS=-Z                | POSTGRES_INITDB_ARGS: '-Z' isn't understood
            POSTGRES_PASSWORD=x;PATRONI_ETCD3_HOSTS=                   | or in PATRONI_ETCD3_HOSTS
            """)
    void whatIsWrongIsToldAndNothingIsMade(String variables, String told) {
        try (GenericContainer<?> wrong = nodes.node("wrong").withStartupCheckStrategy(new Ended())) {
            for (String variable : variables.split(";", -1)) {
                String[] parts = variable.split("=", 2);
                wrong.addEnv(parts[0], parts[1]);
            }
            wrong.start();
            assertThat(wrong.getLogs()).contains(told);
            assertThat(state(wrong)).isEqualTo("exited 1");
        }
    }

    /** The volume's place before 18: nothing would be in it. */
    @Test
    void aMountThatTheImageDoesNotUseIsRefused() {
        String old = "/var/lib/postgresql/data";
        try (GenericContainer<?> wrong = nodes.node("mount").withStartupCheckStrategy(new Ended())) {
            wrong.withTmpFs(Map.of(old, ""))
                    .withEnv(Map.of(
                            "POSTGRES_PASSWORD", "x", "PG_MAJOR", "18", "PGDATA", "/var/lib/postgresql/18/docker"))
                    .start();
            assertThat(wrong.getLogs()).contains("a volume is mounted at " + old);
            assertThat(state(wrong)).isEqualTo("exited 1");
        }
    }

    /** docker/README.md's node: a file of the user's, which is all there is. */
    @Test
    void aFileOfOnesOwn() throws IOException, InterruptedException {
        Path file = nodes.folder().resolve("own.yml");
        Files.copy(Path.of("docker/example.yml").toAbsolutePath(), file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        GenericContainer<?> own = nodes.node("own")
                .withTmpFs(WRITABLE)
                .withCreateContainerCmdModifier(
                        readOnly(nodes.folder().resolve("secrets") + ":/run/secrets:ro", file + ":/etc/patroni.yml:ro"))
                .withEnv(Map.of(
                        "PATRONI_NAME", "own",
                        "PATRONI_POSTGRESQL_CONNECT_ADDRESS", "own:5432",
                        "PATRONI_RESTAPI_CONNECT_ADDRESS", "own:8008",
                        "PATRONI_SUPERUSER_PASSWORD_FILE", "/run/secrets/superuser",
                        "PATRONI_REPLICATION_PASSWORD_FILE", "/run/secrets/replication"))
                .waitingFor(primary());
        own.start();
        assertThat(Node.queryAt(url(own, "postgres", "postgres", SECRET), "SHOW data_directory"))
                .isEqualTo("/var/lib/postgresql/data/pgdata");
        assertThat(exec(own, "patronictl", "list")).contains("Cluster: herd");
    }

    /** docker/README.md's three nodes, under names of this test. */
    @Test
    void theDocumentsThreeNodes() throws IOException, InterruptedException {
        String prefix = CONTAINERS.id("doc-");
        new DocumentedCommands(Map.of())
                .run(DocumentedCommands.block("docker/README.md", "docker network create")
                                .replace("quay.io/coreos/etcd:v3.5.21", Containers.ETCD)
                                .replace("herd", prefix + "net")
                                .replaceAll("--name (\\w+)", "--name " + prefix + "$1 --network-alias $1")
                                .replaceAll("-v (pg\\d):\\S+", "-v " + prefix + "$1:" + place().volume())
                                .replaceAll(" matriarch(\n|$)", " " + Containers.image() + "$1")
                                .replaceAll("(docker exec pg1.*)", "")
                        + "\nuntil docker exec " + prefix
                        + "pg1 patronictl list | grep -c streaming | grep -qx 2; do sleep 0.5; done");
        assertThat(exec(new NamedContainer(prefix + "pg2"), "patronictl", "list"))
                .contains("Leader", "| pg3 ");
    }

    @Test
    void theImageIsTheBaseAndOneFileMoreAndTheListOfWhatIsInIt() {
        InspectImageResponse image =
                engine().inspectImageCmd(Containers.image()).exec();
        ContainerConfig configuration = requireNonNull(image.getConfig());
        Map<String, String> labels = requireNonNull(configuration.getLabels());
        assertThat(labels).containsEntry("org.opencontainers.image.title", "Matriarch");
        assertThat(image.getRawValues())
                .extractingByKey("Config", InstanceOfAssertFactories.MAP)
                .containsEntry("StopSignal", "SIGINT");
        long base = size(requireNonNull(labels.get("org.opencontainers.image.base.name")));
        String list = printed("cat", "/usr/local/share/sbom/matriarch.cdx.json");
        assertThat(list)
                .contains("\"CycloneDX\"", "pkg:maven/io.quarkus/quarkus-arc@")
                .contains("pkg:generic/openjdk@25", "pkg:maven/org.graalvm.nativeimage/svm@", "pkg:generic/zlib@1");
        long executable = Long.parseLong(printed("stat", "-c", "%s", "/usr/local/bin/matriarch"));
        assertThat(size(Containers.image()) - base - list.length()).isBetween(executable, executable + 100_000);
    }

    private static long size(String image) {
        return requireNonNull(engine().inspectImageCmd(image).exec().getSize());
    }

    private static String printed(String... command) {
        return Containers.printed(
                CONTAINERS.container("printed", Containers.image()).withCommand(command));
    }

    @Test
    void theEngineSeesThatTheNodeIsWell() throws IOException, InterruptedException {
        LocalCluster.await("a healthy container", 60, nodes.all()::isHealthy);
        assertThat(exec(nodes.all(), "matriarch", "health", "primary")).endsWith("/primary answers 200");
        assertThat(nodes.all().execInContainer("matriarch", "health", "replica").getExitCode())
                .isOne();
    }
}
