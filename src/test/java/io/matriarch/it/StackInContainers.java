package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * stack/docker-compose.yml while a client writes through HAProxy: containers are killed, frozen, cut off and come back elsewhere, an etcd member is lost, and the nodes are
 * upgraded. Commits wait for a quorum, so no acknowledged row may be missing, whatever was done. Started by it/docker.
 */
@EnabledIfSystemProperty(named = Docker.IMAGE_PROPERTY, matches = ".+", disabledReason = "it/docker starts it")
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class StackInContainers {
    private static final String STACK = "mtrstack";
    private static final Docker DOCKER = new Docker(STACK + "-");
    private static final List<String> NODES = List.of("pg1", "pg2", "pg3");
    private static final int WAIT = 90;

    private static Path folder;
    private static Map<String, String> environment;
    private static Writer writer;

    @BeforeAll
    static void start() throws IOException {
        folder = Files.createTempDirectory("matriarch-stack-");
        String shorter = Files.readString(Path.of("stack/config/matriarch.yml").toAbsolutePath())
                .replace("ttl: 30", "ttl: 20")
                .replace("loop_wait: 10", "loop_wait: 2")
                .replace("retry_timeout: 10", "retry_timeout: 3");
        Files.writeString(folder.resolve("matriarch.yml"), shorter);
        int writePort = Programs.freePort();
        environment = new HashMap<>(Map.of(
                "STACK_NAME", STACK,
                "SECRETS", folder.resolve("secrets").toString(),
                "MATRIARCH_CONFIG", folder.resolve("matriarch.yml").toString(),
                "MATRIARCH_IMAGE", Docker.image(),
                "ETCD_IMAGE", Docker.ETCD,
                "HAPROXY_IMAGE", "matriarch-local/haproxy",
                "WRITE_PORT", Integer.toString(writePort),
                "READ_PORT", Integer.toString(Programs.freePort()),
                "API_PORT", Integer.toString(Programs.freePort()),
                "STATISTICS_PORT", Integer.toString(Programs.freePort())));
        Files.createDirectory(folder.resolve("secrets"));
        removeAll();
        Docker.script(
                environment,
                Docker.documented(Path.of("stack/README.md"), "stack/make-secrets\n    docker compose")
                        .replace("herd-", STACK + "-"));
        awaitThree();
        String password = Files.readString(folder.resolve("secrets/superuser_password"));
        String url = "jdbc:postgresql://127.0.0.1:" + writePort + "/postgres?user=postgres&password=" + password
                + "&connectTimeout=2&socketTimeout=10";
        LocalCluster.await(
                "writes through HAProxy",
                30,
                () -> Node.queryAt(url, "SELECT 1").equals("1"));
        writer = new Writer(url, "acknowledged");
    }

    @AfterAll
    static void stop() {
        if (writer != null) {
            writer.close();
        }
        removeAll();
        LocalCluster.delete(folder);
    }

    private static void removeAll() {
        compose("down", "--volumes", "--timeout", "1");
    }

    private static void compose(String... arguments) {
        List<String> whole = new java.util.ArrayList<>(List.of(
                "docker",
                "compose",
                "-f",
                Path.of("stack/docker-compose.yml").toAbsolutePath().toString()));
        whole.addAll(List.of(arguments));
        succeed(Docker.call(environment, whole), whole);
    }

    private static void script(String name, String... arguments) {
        List<String> whole = new java.util.ArrayList<>(
                List.of(Path.of("stack", name).toAbsolutePath().toString()));
        whole.addAll(List.of(arguments));
        succeed(Docker.call(environment, whole), whole);
    }

    private static void succeed(Programs.Result result, List<String> command) {
        assertThat(result.code()).as("%s: %s", command, result.output()).isZero();
    }

    private static String container(String node) {
        return node + "-1";
    }

    private static boolean says(String node, String path) {
        String address = DOCKER.run(
                        "inspect",
                        "-f",
                        "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
                        STACK + "-" + container(node))
                .output()
                .strip();
        return !address.isEmpty() && new Rest(address, 8008).says200(path);
    }

    private static List<String> primaries() {
        return NODES.stream().filter(node -> says(node, "/primary")).toList();
    }

    private static String primary() {
        LocalCluster.await("one primary", WAIT, () -> primaries().size() == 1);
        return primaries().getFirst();
    }

    /** Not only that they follow: the primary waits for both of them, so that either may take over. */
    private static void awaitThree() {
        LocalCluster.await("a primary and two replicas that it waits for", WAIT, () -> {
            List<String> leaders = primaries();
            return leaders.size() == 1
                    && NODES.stream().filter(node -> says(node, "/quorum")).count() == 2;
        });
    }

    private static String another(String than) {
        LocalCluster.await(
                "a primary other than " + than, WAIT, () -> primaries().stream().anyMatch(node -> !node.equals(than)));
        writer.awaitWrites();
        return primaries().stream()
                .filter(node -> !node.equals(than))
                .findFirst()
                .orElseThrow();
    }

    private static void nothingIsLost() {
        writer.awaitWrites();
        assertThat(writer.acknowledgedRows()).isGreaterThan(20);
        assertThat(writer.lostRows()).isEmpty();
    }

    @Test
    @Order(1)
    void etcdsLostMemberIsReplaced() {
        DOCKER.must("kill", DOCKER.prefix() + container("etcd2"));
        writer.awaitWrites();
        script("etcd-member", "replace", "etcd2");
        writer.awaitWrites();
        // now the other two aren't a majority without the new one
        DOCKER.must("stop", "-t", "1", DOCKER.prefix() + container("etcd3"));
        String before = primary();
        DOCKER.exec(container(before), "patronictl", "switchover", "--leader", before, "--force");
        another(before);
        DOCKER.must("start", DOCKER.prefix() + container("etcd3"));
        awaitThree();
        nothingIsLost();
    }

    @Test
    @Order(2)
    void aKilledPrimaryComesBackElsewhereAndFollows() {
        awaitThree();
        String killed = primary();
        String address = DOCKER.address(container(killed));
        DOCKER.must("kill", DOCKER.prefix() + container(killed));
        another(killed);
        // somebody else has its address meanwhile
        int others = 0;
        do {
            others++;
            DOCKER.must(
                    "run",
                    "--detach",
                    "--name",
                    DOCKER.prefix() + "other" + others,
                    "--network",
                    STACK + "_dbs",
                    Docker.ETCD,
                    "sleep",
                    "600");
        } while (!DOCKER.address("other" + others).equals(address) && others < 5);
        DOCKER.must("start", DOCKER.prefix() + container(killed));
        awaitThree();
        assertThat(DOCKER.address(container(killed))).isNotEqualTo(address);
        for (int other = 1; other <= others; other++) {
            DOCKER.must("rm", "-f", DOCKER.prefix() + "other" + other);
        }
        nothingIsLost();
    }

    @Test
    @Order(3)
    void aFrozenPrimaryFollowsWhenItThaws() {
        awaitThree();
        String frozen = primary();
        DOCKER.must("pause", DOCKER.prefix() + container(frozen));
        String successor = another(frozen);
        DOCKER.must("unpause", DOCKER.prefix() + container(frozen));
        LocalCluster.await("the thawed one is no primary", 10, () -> primaries().equals(List.of(successor)));
        awaitThree();
        nothingIsLost();
    }

    @Test
    @Order(4)
    void aPrimaryWithoutNetworkStepsDown() {
        awaitThree();
        String cut = primary();
        DOCKER.must("network", "disconnect", STACK + "_dbs", DOCKER.prefix() + container(cut));
        another(cut);
        LocalCluster.await(
                "the one without a network has no primary",
                WAIT,
                () -> !DOCKER.run(
                                "exec",
                                DOCKER.prefix() + container(cut),
                                "psql",
                                "-U",
                                "postgres",
                                "-Atc",
                                "SELECT pg_is_in_recovery()")
                        .output()
                        .strip()
                        .equals("f"));
        DOCKER.must("network", "connect", "--alias", cut, STACK + "_dbs", DOCKER.prefix() + container(cut));
        awaitThree();
        nothingIsLost();
    }

    /** To an image with PostgreSQL's next minor version, as long as Debian has two of them. */
    @Test
    @Order(5)
    void theNodesAreUpgradedOneAfterTheOther() {
        awaitThree();
        String version = DOCKER.must("run", "--rm", "--entrypoint", "postgres", Docker.newerImage(), "--version")
                .replace("postgres (PostgreSQL) ", "");
        environment.put("MATRIARCH_IMAGE", Docker.newerImage());
        script("upgrade");
        awaitThree();
        TreeSet<String> running = new TreeSet<>();
        for (String node : NODES) {
            String container = DOCKER.prefix() + container(node);
            running.add(DOCKER.must("inspect", "-f", "{{.Config.Image}}", container) + " "
                    + DOCKER.must("exec", container, "psql", "-U", "postgres", "-Atc", "SHOW server_version"));
        }
        assertThat(running).containsExactly(Docker.newerImage() + " " + version);
        nothingIsLost();
    }
}
