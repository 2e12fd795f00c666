package io.matriarch.it;

import static io.matriarch.it.Containers.engine;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.testcontainers.containers.ContainerState;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitStrategy;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerStatus;

/** The containers of the image that its tests look at, in a network with an etcd. */
final class NodesOfTheImage implements AutoCloseable {
    static final Containers CONTAINERS = new Containers("mtrimage");
    static final String SECRET = "it's \"a\" $secret";
    static final String REPLICATION_SECRET = "an0ther-secret";
    static final Map<String, String> WRITABLE = Map.of("/tmp", "", "/var/run/postgresql", "");

    private final Path folder;
    private final Network network;
    private final GenericContainer<?> etcd;
    private final GenericContainer<?> all;
    private final GenericContainer<?> somebody;
    private final GenericContainer<?> alone;
    private final GenericContainer<?> broken;

    /** All start at once, so that the tests have little to wait for. */
    NodesOfTheImage() throws IOException, InterruptedException {
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

    static WaitStrategy primary() {
        return answersTo("matriarch health primary");
    }

    GenericContainer<?> node(String name) {
        return CONTAINERS
                .container(name, Containers.image())
                .withNetwork(network)
                .dependsOn(etcd)
                .withEnv("PATRONI_ETCD3_HOSTS", "etcd:2379");
    }

    /** Ready when it has ended, in whatever way. */
    static final class Ended extends StartupCheckStrategy {
        @Override
        public StartupStatus checkStartupState(DockerClient engine, String container) {
            return DockerStatus.isContainerStopped(getCurrentState(engine, container))
                    ? StartupStatus.SUCCESSFUL
                    : StartupStatus.NOT_YET_KNOWN;
        }
    }

    /** The status and the exit code, such as {@code exited 1}. */
    static String state(ContainerState container) {
        InspectContainerResponse.ContainerState state =
                container.getCurrentContainerInfo().getState();
        return state.getStatus() + " " + state.getExitCodeLong();
    }

    static Consumer<CreateContainerCmd> readOnly(String... binds) {
        return host(host -> host.withReadonlyRootfs(true)
                .withBinds(Arrays.stream(binds).map(Bind::parse).toList()));
    }

    /** What Testcontainers has no word for. */
    private static Consumer<CreateContainerCmd> host(Consumer<HostConfig> change) {
        return command -> change.accept(command.getHostConfig());
    }

    private GenericContainer<?> withAllVariables() throws IOException, InterruptedException {
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
    private Path scripts() throws IOException, InterruptedException {
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

    private GenericContainer<?> asSomebody() {
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

    private GenericContainer<?> withBrokenScript() throws IOException {
        Path scripts = Files.createDirectory(folder.resolve("broken"));
        Files.writeString(scripts.resolve("1.sql"), "CREATE TABLE broken(;\n");
        return node("broken")
                .withCreateContainerCmdModifier(
                        host(host -> host.withBinds(Bind.parse(scripts + ":/docker-entrypoint-initdb.d:ro"))))
                .withEnv(Map.of("PATRONI_SCOPE", "broken", "POSTGRES_PASSWORD", SECRET))
                .withStartupCheckStrategy(new Ended().withTimeout(Duration.ofSeconds(90)));
    }

    Path folder() {
        return folder;
    }

    /** Made by all variables that the official image has, as files; its root file system is read-only. */
    GenericContainer<?> all() {
        return all;
    }

    /** A user without a name, and no capability. */
    GenericContainer<?> somebody() {
        return somebody;
    }

    /** PostgreSQL without Matriarch. */
    GenericContainer<?> alone() {
        return alone;
    }

    /** One of its scripts for the new cluster can't be run. */
    GenericContainer<?> broken() {
        return broken;
    }

    @Override
    public void close() {
        CONTAINERS.removeAll();
        LocalCluster.delete(folder);
    }
}
