package io.matriarch.it;

import static io.matriarch.it.Containers.engine;
import static io.matriarch.it.Containers.exec;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.ContainerNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * stack/docker-compose.yml while a client writes through HAProxy: containers are killed, frozen, cut off and come back elsewhere, an etcd member is lost, and the nodes are
 * upgraded. Commits wait for a quorum, so no acknowledged row may be missing, whatever was done. Started by it/docker.
 */
@EnabledIfSystemProperty(named = Containers.IMAGE_PROPERTY, matches = ".+", disabledReason = "it/docker starts it")
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class StackInContainers {
    private static final String STACK = "mtrstack";
    private static final Containers CONTAINERS = new Containers(STACK);
    private static final List<String> NODES = List.of("pg1", "pg2", "pg3");
    private static final String NETWORK = STACK + "_dbs";
    private static final int WAIT = 90;

    private static Path folder;
    private static Map<String, String> environment;
    private static Writer writer;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
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
                "MATRIARCH_IMAGE", Containers.image(),
                "ETCD_IMAGE", Containers.ETCD,
                "HAPROXY_IMAGE", "matriarch-local/haproxy",
                "WRITE_PORT", Integer.toString(writePort),
                "READ_PORT", Integer.toString(Programs.freePort()),
                "API_PORT", Integer.toString(Programs.freePort()),
                "STATISTICS_PORT", Integer.toString(Programs.freePort())));
        Files.createDirectory(folder.resolve("secrets"));
        CONTAINERS.removeAll();
        new DocumentedCommands(environment)
                .run(DocumentedCommands.block("stack/README.md", "stack/make-secrets\n    docker compose")
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
        CONTAINERS.removeAll();
        LocalCluster.delete(folder);
    }

    /** Its name at the engine. */
    private static String id(String service) {
        return CONTAINERS.id(service + "-1");
    }

    private static NamedContainer container(String service) {
        return new NamedContainer(id(service));
    }

    private static boolean says(String node, String path) {
        String address = Containers.address(container(node));
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

    /** By the checks that the stack says; those of etcd and HAProxy are commands of their own images. */
    @Test
    @Order(0)
    void everyContainerSaysThatItIsHealthy() {
        for (String service : List.of("etcd1", "etcd2", "etcd3", "pg1", "pg2", "pg3", "haproxy")) {
            LocalCluster.await("a healthy " + service, WAIT, container(service)::isHealthy);
        }
    }

    @Test
    @Order(1)
    void etcdsLostMemberIsReplaced() throws IOException, InterruptedException {
        engine().killContainerCmd(id("etcd2")).exec();
        writer.awaitWrites();
        new DocumentedCommands(environment).run("stack/etcd-member replace etcd2");
        writer.awaitWrites();
        // now the other two aren't a majority without the new one
        engine().stopContainerCmd(id("etcd3")).withTimeout(1).exec();
        String before = primary();
        exec(container(before), "patronictl", "switchover", "--leader", before, "--force");
        another(before);
        engine().startContainerCmd(id("etcd3")).exec();
        awaitThree();
        nothingIsLost();
    }

    @Test
    @Order(2)
    void aKilledPrimaryComesBackElsewhereAndFollows() {
        awaitThree();
        String killed = primary();
        String address = Containers.address(container(killed));
        engine().killContainerCmd(id(killed)).exec();
        another(killed);
        // somebody else has its address meanwhile
        List<GenericContainer<?>> others = new ArrayList<>();
        do {
            GenericContainer<?> other = CONTAINERS
                    .container("other" + others.size(), Containers.ETCD)
                    .withNetworkMode(NETWORK)
                    .withCommand("sleep", "600");
            other.start();
            others.add(other);
        } while (!Containers.address(others.getLast()).equals(address) && others.size() < 5);
        engine().startContainerCmd(id(killed)).exec();
        awaitThree();
        assertThat(Containers.address(container(killed))).isNotEqualTo(address);
        others.forEach(GenericContainer::stop);
        nothingIsLost();
    }

    @Test
    @Order(3)
    void aFrozenPrimaryFollowsWhenItThaws() {
        awaitThree();
        String frozen = primary();
        engine().pauseContainerCmd(id(frozen)).exec();
        String successor = another(frozen);
        engine().unpauseContainerCmd(id(frozen)).exec();
        LocalCluster.await("the thawed one is no primary", 10, () -> primaries().equals(List.of(successor)));
        awaitThree();
        nothingIsLost();
    }

    @Test
    @Order(4)
    void aPrimaryWithoutNetworkStepsDown() {
        awaitThree();
        String cut = primary();
        engine().disconnectFromNetworkCmd()
                .withNetworkId(NETWORK)
                .withContainerId(id(cut))
                .exec();
        another(cut);
        Wait.forSuccessfulCommand(
                        "while [ \"$(psql -U postgres -Atc 'SELECT pg_is_in_recovery()')\" = f ]; do sleep 0.2; done")
                .withStartupTimeout(Duration.ofSeconds(WAIT))
                .waitUntilReady(container(cut));
        engine().connectToNetworkCmd()
                .withNetworkId(NETWORK)
                .withContainerId(id(cut))
                .withContainerNetwork(new ContainerNetwork().withAliases(cut))
                .exec();
        awaitThree();
        nothingIsLost();
    }

    /** To an image with PostgreSQL's next minor version, as long as Debian has two of them. */
    @Test
    @Order(5)
    void theNodesAreUpgradedOneAfterTheOther() throws IOException, InterruptedException {
        awaitThree();
        String version = Containers.printed(CONTAINERS
                        .container("version", Containers.newerImage())
                        .withCreateContainerCmdModifier(command -> command.withEntrypoint("postgres"))
                        .withCommand("--version"))
                .replace("postgres (PostgreSQL) ", "");
        environment.put("MATRIARCH_IMAGE", Containers.newerImage());
        new DocumentedCommands(environment).run("stack/upgrade");
        awaitThree();
        TreeSet<String> running = new TreeSet<>();
        for (String node : NODES) {
            NamedContainer container = container(node);
            running.add(container.getContainerInfo().getConfig().getImage() + " "
                    + exec(container, "psql", "-U", "postgres", "-Atc", "SHOW server_version"));
        }
        assertThat(running).containsExactly(Containers.newerImage() + " " + version);
        nothingIsLost();
    }
}
