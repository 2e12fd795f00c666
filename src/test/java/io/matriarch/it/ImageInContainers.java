package io.matriarch.it;

import static io.matriarch.it.Containers.engine;
import static io.matriarch.it.Containers.exec;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
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
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitStrategy;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerStatus;

/** The official image's contract, kept by the image with Matriarch: each variable, init scripts, PostgreSQL alone. Started by it/docker. */
@EnabledIfSystemProperty(named = Containers.IMAGE_PROPERTY, matches = ".+", disabledReason = "it/docker starts it")
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ImageInContainers {
    private static final Containers CONTAINERS = new Containers("mtrimage");
    private static final String SECRET = "it's \"a\" $secret";
    private static final String REPLICATION_SECRET = "an0ther-secret";
    private static final Map<String, String> WRITABLE = Map.of("/tmp", "", "/var/run/postgresql", "");

    private static Path folder;
    private static Network network;
    private static GenericContainer<?> etcd;
    private static GenericContainer<?> all;
    private static GenericContainer<?> somebody;
    private static GenericContainer<?> alone;
    private static GenericContainer<?> broken;

    /** All at once, so that the tests have little to wait for. */
    @BeforeAll
    static void start() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("matriarch-image-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        CONTAINERS.removeAll();
        network = Network.builder()
                .createNetworkCmdModifier(command -> command.withName(CONTAINERS.id("net")))
                .build();
        etcd = CONTAINERS
                .container("etcd", Containers.ETCD)
                .withNetwork(network)
                .withCommand(
                        "etcd",
                        "--listen-client-urls=http://0.0.0.0:2379",
                        "--advertise-client-urls=http://etcd:2379",
                        "--data-dir=/tmp/etcd");
        alone = CONTAINERS
                .container("alone", Containers.image())
                .withNetwork(network)
                .withEnv("POSTGRES_PASSWORD", SECRET)
                .withCommand("postgres")
                .waitingFor(answersTo("matriarch-entrypoint health"));
        all = withAllVariables();
        somebody = asSomebody();
        broken = withBrokenScript();
        Startables.deepStart(Stream.of(all, somebody, alone, broken)).join();
    }

    /** The command is repeated in the container: each look from outside would be another process that the engine starts. */
    private static WaitStrategy answersTo(String command) {
        return Wait.forSuccessfulCommand("until " + command + "; do sleep 0.3; done")
                .withStartupTimeout(Duration.ofSeconds(90));
    }

    private static WaitStrategy primary() {
        return answersTo("matriarch health primary");
    }

    private static GenericContainer<?> node(String name) {
        return CONTAINERS
                .container(name, Containers.image())
                .withNetwork(network)
                .dependsOn(etcd)
                .withEnv("PATRONI_ETCD3_HOSTS", "etcd:2379");
    }

    /** Ready when it has ended, in whatever way. */
    private static final class Ended extends StartupCheckStrategy {
        @Override
        public StartupStatus checkStartupState(DockerClient engine, String container) {
            return DockerStatus.isContainerStopped(getCurrentState(engine, container))
                    ? StartupStatus.SUCCESSFUL
                    : StartupStatus.NOT_YET_KNOWN;
        }
    }

    /** The status and the exit code, such as {@code exited 1}. */
    private static String state(ContainerState container) {
        InspectContainerResponse.ContainerState state =
                container.getCurrentContainerInfo().getState();
        return state.getStatus() + " " + state.getExitCodeLong();
    }

    private static Consumer<CreateContainerCmd> readOnly(String... binds) {
        return host(host -> host.withReadonlyRootfs(true)
                .withBinds(Arrays.stream(binds).map(Bind::parse).toList()));
    }

    /** What Testcontainers has no word for. */
    private static Consumer<CreateContainerCmd> host(Consumer<HostConfig> change) {
        return command -> change.accept(command.getHostConfig());
    }

    private static GenericContainer<?> withAllVariables() throws IOException, InterruptedException {
        Path secrets = Files.createDirectory(folder.resolve("secrets"));
        secret(secrets, "superuser", SECRET);
        secret(secrets, "replication", REPLICATION_SECRET);
        secret(secrets, "user", "admin");
        secret(secrets, "database", "shop");
        return node("all")
                .withTmpFs(WRITABLE)
                .withCreateContainerCmdModifier(readOnly(
                        scripts() + ":/docker-entrypoint-initdb.d:ro",
                        secrets + ":/run/secrets:ro",
                        CONTAINERS.id("all") + ":/var/lib/postgresql"))
                .withEnv(Map.of(
                        "PATRONI_SCOPE", "all",
                        "POSTGRES_USER_FILE", "/run/secrets/user",
                        "POSTGRES_PASSWORD_FILE", "/run/secrets/superuser",
                        "POSTGRES_DB_FILE", "/run/secrets/database",
                        "POSTGRES_INITDB_ARGS", "--locale=C -E LATIN1 --wal-segsize 4",
                        "POSTGRES_INITDB_WALDIR", "/var/lib/postgresql/wal/here",
                        "PATRONI_REPLICATION_PASSWORD_FILE", "/run/secrets/replication"))
                .waitingFor(primary());
    }

    /** One of each kind. */
    private static Path scripts() throws IOException, InterruptedException {
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
        return scripts;
    }

    /** Readable by root alone, as secrets are. */
    private static void secret(Path folder, String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static GenericContainer<?> asSomebody() {
        return node("somebody")
                .withTmpFs(Map.of("/tmp", "", "/var/run/postgresql", "", "/data", "uid=4321,mode=700"))
                .withCreateContainerCmdModifier(readOnly())
                .withCreateContainerCmdModifier(host(host -> host.withCapDrop(Capability.ALL)))
                .withCreateContainerCmdModifier(command -> command.withUser("4321:8765"))
                .withEnv(Map.of(
                        "PATRONI_SCOPE", "somebody",
                        "POSTGRES_HOST_AUTH_METHOD", "trust",
                        "PGDATA", "/data/pg"))
                .waitingFor(primary());
    }

    private static GenericContainer<?> withBrokenScript() throws IOException {
        Path scripts = Files.createDirectory(folder.resolve("broken"));
        Files.writeString(scripts.resolve("1.sql"), "CREATE TABLE broken(;\n");
        return node("broken")
                .withCreateContainerCmdModifier(
                        host(host -> host.withBinds(Bind.parse(scripts + ":/docker-entrypoint-initdb.d:ro"))))
                .withEnv(Map.of("PATRONI_SCOPE", "broken", "POSTGRES_PASSWORD", SECRET))
                .withStartupCheckStrategy(new Ended().withTimeout(Duration.ofSeconds(90)));
    }

    @AfterAll
    static void stop() {
        CONTAINERS.removeAll();
        LocalCluster.delete(folder);
    }

    private static DatabasePlace place() {
        return DatabasePlace.of(Containers.image());
    }

    private static String shop(String sql) {
        return Node.queryAt(url(all, "shop", "admin", SECRET), sql);
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
        assertThat(exec(all, "readlink", place().data() + "/pg_wal")).isEqualTo("/var/lib/postgresql/wal/here");
        assertThatThrownBy(() -> Node.queryAt(url(all, "shop", "admin", "wrong"), "SELECT 1"))
                .hasMessageContaining("password authentication failed");
        assertThat(exec(all, "patronictl", "list")).contains("| all ", "Leader");
        assertThat(exec(all, "stat", "-c", "%U", "/proc/1")).isEqualTo("postgres");
    }

    @Test
    void initScriptsRunOnceInTheClustersLife() throws IOException, InterruptedException {
        String tables =
                "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
        assertThat(shop(tables)).isEqualTo("by_gz by_xz by_zst executed plain sourced");
        exec(all, "rm", place().data() + "/executed");
        engine().restartContainerCmd(all.getContainerId()).withTimeout(60).exec();
        primary().waitUntilReady(all);
        assertThat(shop("SELECT string_agg(name, ' ' ORDER BY name) FROM sourced"))
                .isEqualTo("admin shop");
        assertThat(all.execInContainer("test", "-e", place().data() + "/executed")
                        .getExitCode())
                .isOne();
    }

    @Test
    void noSecretOfAFileIsSeenAnywhere() throws IOException, InterruptedException {
        assertThat(all.getCurrentContainerInfo().getRawValues() + all.getLogs())
                .contains("POSTGRES_PASSWORD_FILE=")
                .doesNotContain(SECRET, REPLICATION_SECRET);
        String[][] processes = engine().topContainerCmd(all.getContainerId())
                .withPsArgs("-o pid")
                .exec()
                .getProcesses();
        assertThat(processes.length).isGreaterThan(5);
        for (String[] pid : processes) {
            for (String file : List.of("cmdline", "environ")) {
                assertThat(contentOf(Path.of("/proc", pid[0], file))).doesNotContain(SECRET, REPLICATION_SECRET);
            }
        }
        assertThat(exec(all, "find", "/var/run/postgresql/matriarch", "-type", "f", "-perm", "/077"))
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
        assertThat(exec(somebody, "stat", "-c", "%u %g", "/proc/1", "/data/pg/PG_VERSION"))
                .isEqualTo("4321 8765\n4321 8765");
        assertThat(Node.queryAt(url(somebody, "postgres", "postgres", ""), "SHOW data_directory"))
                .isEqualTo("/data/pg");
    }

    @Test
    void postgresAloneIsTheOfficialImage() throws IOException, InterruptedException {
        exec(alone, "matriarch-entrypoint", "health");
        assertThat(Node.queryAt(url(alone, "postgres", "postgres", SECRET), "SELECT 1"))
                .isEqualTo("1");
        assertThat(Arrays.deepToString(
                        engine().topContainerCmd(alone.getContainerId()).exec().getProcesses()))
                .contains("postgres")
                .doesNotContain("matriarch");
    }

    /** Nothing half-made stays: when the script has been corrected, starting again is all that is needed. */
    @Test
    void aBrokenInitScriptMakesNoCluster() throws IOException, InterruptedException {
        assertThat(state(broken)).isEqualTo("exited 1");
        assertThat(broken.getLogs()).contains("post_bootstrap", "syntax error at or near \";\"");
        Files.writeString(folder.resolve("broken/1.sql"), "CREATE TABLE broken();\n");
        engine().startContainerCmd(broken.getContainerId()).exec();
        primary().waitUntilReady(broken);
        assertThat(exec(
                        broken,
                        "psql",
                        "-U",
                        "postgres",
                        "-Atc",
                        "SELECT count(*) FROM pg_tables WHERE tablename = 'broken'"))
                .isEqualTo("1");
        engine().stopContainerCmd(broken.getContainerId()).withTimeout(60).exec();
        assertThat(state(broken)).isEqualTo("exited 0");
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
        try (GenericContainer<?> wrong = node("wrong").withStartupCheckStrategy(new Ended())) {
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
        try (GenericContainer<?> wrong = node("mount").withStartupCheckStrategy(new Ended())) {
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
        Path file = folder.resolve("own.yml");
        Files.copy(Path.of("docker/example.yml").toAbsolutePath(), file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        GenericContainer<?> own = node("own")
                .withTmpFs(WRITABLE)
                .withCreateContainerCmdModifier(
                        readOnly(folder.resolve("secrets") + ":/run/secrets:ro", file + ":/etc/patroni.yml:ro"))
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
        assertThat(list).contains("\"CycloneDX\"", "pkg:maven/io.quarkus/quarkus-arc@");
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
        LocalCluster.await("a healthy container", 60, all::isHealthy);
        assertThat(exec(all, "matriarch", "health", "primary")).endsWith("/primary answers 200");
        assertThat(all.execInContainer("matriarch", "health", "replica").getExitCode())
                .isOne();
    }
}
