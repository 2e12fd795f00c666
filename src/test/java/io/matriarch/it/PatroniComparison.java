package io.matriarch.it;

import io.matriarch.value.Value;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Matriarch answers and prints what Debian's Patroni does, in every state, but for what docs/differences-from-patroni.md names. Each step is done to both {@link Twins}
 * by patronictl: Debian's to Matriarch's nodes, Matriarch's to Patroni's nodes.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledIfSystemProperty(
        named = "matriarch.agent",
        matches = "patroni",
        disabledReason = "there is nothing to compare with")
final class PatroniComparison {
    private static final String SCOPE = Twin.SCOPE;
    private static final String FORCE = "--force";
    private static final String LATER = "2130-01-01T00:00+00:00";

    private static Comparison comparison;
    private static Balancer balancer;

    @RegisterExtension
    static final AfterTestExecutionCallback LOGS = context -> context.getExecutionException()
            .ifPresent(_ -> System.out.println(comparison.twins().tails()));

    @BeforeAll
    static void start() {
        comparison = new Comparison();
        balancer = new Balancer(comparison.twins());
    }

    @AfterAll
    static void stop() {
        balancer.close();
        comparison.close();
        comparison.twins().delete();
    }

    /** What all say by themselves: the REST interfaces, and HAProxy who asks them. */
    private static void look(String state) {
        comparison.restAnswers(state);
        comparison.verdicts(state, balancer);
    }

    private static void read(String state, String... commands) {
        for (String command : commands) {
            comparison.reading(state, command.split(" ", -1));
        }
    }

    private static void change(String state, String... arguments) {
        comparison.changing(state, "", arguments);
    }

    private static void await(String what, java.util.function.Predicate<Twin> condition) {
        comparison.twins().both(twin -> twin.await(what, () -> condition.test(twin)));
    }

    private static Value.Mapping status(Node node) {
        return node.rest().get("/patroni").json();
    }

    @Test
    @Order(1)
    void aPrimaryAndItsReplica() {
        look("healthy");
        read(
                "healthy",
                "list",
                "list matriarch",
                "list -e",
                "list -f tsv",
                "list -f json",
                "list -f yaml",
                "list -e -f json",
                "topology",
                "list nosuch");
        read(
                "healthy",
                "dsn",
                "dsn -r replica",
                "dsn -m node2",
                "dsn -m nosuch",
                "show-config",
                "history",
                "history -f json",
                "history -f tsv",
                "version",
                "version matriarch",
                "version matriarch node2");
    }

    @Test
    @Order(2)
    void refusedRequests() {
        comparison.refusals(
                "healthy",
                List.of(
                        "PATCH /config {}",
                        "PATCH /config []",
                        "PATCH /config nonsense",
                        "PUT /config {}",
                        "POST /config {\"ttl\": 20}",
                        "POST /unknown {\"a\": 1}",
                        "PUT /unknown {\"a\": 1}",
                        "DELETE /unknown ",
                        "PATCH /unknown {\"a\": 1}",
                        "DELETE /restart ",
                        "DELETE /switchover ",
                        "POST /switchover {}",
                        "POST /switchover nonsense",
                        "POST /switchover {\"candidate\": \"node2\"}",
                        "POST /switchover {\"leader\": \"node2\"}",
                        "POST /switchover {\"leader\": \"node1\", \"candidate\": \"node1\"}",
                        "POST /switchover {\"leader\": \"node1\", \"candidate\": \"node9\"}",
                        "POST /switchover {\"leader\": \"node1\", \"scheduled_at\": \"2020-01-01T00:00+00:00\"}",
                        "POST /switchover {\"leader\": \"node1\", \"scheduled_at\": \"2130-01-01T00:00\"}",
                        "POST /switchover {\"leader\": \"node1\", \"scheduled_at\": \"soon\"}",
                        "POST /failover {}",
                        "POST /failover {\"leader\": \"node1\"}",
                        "POST /failover {\"candidate\": \"node9\"}",
                        "POST /failover {\"candidate\": \"node2\", \"scheduled_at\": \"2130-01-01T00:00+00:00\"}",
                        "POST /restart {\"role\": \"primary\"}",
                        "POST /restart {\"role\": \"none\"}",
                        "POST /restart {\"postgres_version\": \"9\"}",
                        "POST /restart {\"postgres_version\": \"9.5.2\"}",
                        "POST /restart {\"timeout\": \"-1\"}",
                        "POST /restart {\"what\": \"now\"}",
                        "POST /restart {\"schedule\": \"2020-01-01T00:00+00:00\"}",
                        "POST /restart {\"schedule\": \"2130-01-01T00:00\"}",
                        "POST /restart {\"schedule\": \"soon\"}",
                        "POST /restart {\"restart_pending\": true}",
                        "POST /restart []",
                        "POST /failsafe {}",
                        "POST /failsafe {\"name\": \"node9\"}",
                        "POST /reload "));
    }

    @Test
    @Order(3)
    void queries() {
        String row =
                "select 1 as one, 'a b' as text, null as nothing, true as yes, array[1,2] as list, array['a', 'it''s', null] as words, array[[true]] as nested, 1.5::float8 as half";
        for (String format : List.of("pretty", "tsv", "json", "yaml")) {
            comparison.reading("healthy", "query", "--format", format, "-c", row, "-U", "postgres", "-d", "postgres");
            comparison.reading("healthy", "query", "--format", format, "-c", "select 1 where false", "-d", "postgres");
        }
        comparison.reading("healthy", "query", "--format", "csv", "-c", row);
        comparison.reading("healthy", "query", "-c", "select 1.50::numeric, date '2000-01-01', interval '1 hour'");
        comparison.reading("healthy", "query", "-c", "do $$begin end$$");
        comparison.reading("healthy", "query", "-c", "select wrong", "-U", "postgres", "-d", "postgres");
        comparison.reading(
                "healthy",
                "query",
                "-c",
                "select pg_is_in_recovery()",
                "-r",
                "replica",
                "--delimiter",
                ";",
                "-d",
                "postgres");
        comparison.reading("healthy", "query", "-m", "nosuch", "-c", "select 1");
    }

    @Test
    @Order(4)
    void restartsAndSwitchoversThatArePending() {
        change("pending", "edit-config", SCOPE, FORCE, "-p", "max_connections=101", "-s", "retry_timeout=4");
        change("pending", "restart", SCOPE, "node2", FORCE, "--scheduled", LATER);
        change("pending", "switchover", SCOPE, FORCE, "--candidate", "node2", "--scheduled", LATER);
        await(
                "a restart is pending",
                twin -> twin.nodes().stream()
                        .allMatch(node -> status(node).bool("pending_restart").orElse(false)));
        look("pending");
        read("pending", "list", "list -e -f tsv", "list -f json", "list -f yaml", "topology");
        change("pending", "restart", SCOPE, "node2", FORCE, "--scheduled", LATER);
        change("pending", "flush", SCOPE, "switchover", FORCE);
        change("pending", "flush", SCOPE, "switchover", FORCE);
        change("pending", "flush", SCOPE, "restart", FORCE);
        change("pending", "flush", SCOPE, "restart", FORCE);
        change("pending", "restart", SCOPE, FORCE, "--pending");
        comparison.twins().leadByFirst();
        await(
                "no restart is pending",
                twin -> twin.nodes().stream()
                        .noneMatch(node -> status(node).bool("pending_restart").orElse(false)));
    }

    @Test
    @Order(5)
    void synchronousStandby() {
        change("synchronous", "edit-config", SCOPE, FORCE, "-s", "synchronous_mode=true");
        await("a synchronous standby", twin -> twin.second().rest().says200("/sync"));
        look("synchronous");
        read("synchronous", "list", "list -f json");
        change("synchronous", "edit-config", SCOPE, FORCE, "-s", "synchronous_mode=quorum");
        await("a quorum standby", twin -> twin.second().rest().says200("/quorum"));
        look("quorum");
        read("quorum", "list");
        change("quorum", "edit-config", SCOPE, FORCE, "-s", "synchronous_mode=null");
        await("nobody is synchronous", twin -> !twin.second().rest().says200("/quorum"));
        change("asynchronous", "switchover", SCOPE, FORCE, "--candidate", "node2");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.second()));
        change("asynchronous", "failover", SCOPE, FORCE, "--candidate", "node1");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        look("after failover");
        read("after failover", "list", "history", "history -f json", "history -f yaml", "history -f tsv");
    }

    @Test
    @Order(6)
    void maintenanceMode() {
        change("healthy", "resume", SCOPE);
        change("paused", "pause", SCOPE, "--wait");
        change("paused", "pause", SCOPE);
        look("paused");
        read("paused", "list", "topology", "list -f json", "list -f yaml");
        change("paused", "switchover", SCOPE, FORCE);
        change("paused", "switchover", SCOPE, FORCE, "--candidate", "node2", "--scheduled", LATER);
        change("paused", "restart", SCOPE, "node2", FORCE, "--scheduled", LATER);
        comparison
                .twins()
                .both(twin -> twin.nodes()
                        .forEach(node ->
                                ServerProcess.signal("INT", node.postmaster().orElseThrow())));
        await(
                "PostgreSQL is stopped",
                twin -> twin.nodes().stream()
                        .noneMatch(node -> status(node).text("state").orElse("").equals("running")));
        look("paused, stopped");
        read("paused, stopped", "list");
        change("paused, stopped", "resume", SCOPE, "--wait");
        comparison.twins().leadByFirst();
    }

    @Test
    @Order(7)
    void aStandbyThatStarts() {
        comparison.twins().both(Twin::holdStarts);
        comparison.twins().both(twin -> twin.second().killPostgres());
        await(
                "the replica is starting",
                twin -> status(twin.second()).text("state").orElse("").equals("starting"));
        look("starting");
        read("starting", "list");
        comparison.twins().both(Twin::releaseStarts);
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
    }

    /** What was read from the DCS counts for a ttl. */
    private static boolean knowsNoLeader(Twin twin) {
        return twin.nodes().stream()
                .allMatch(node -> status(node).bool("cluster_unlocked").orElse(false));
    }

    @Test
    @Order(8)
    void withoutTheDcs() {
        change("healthy", "edit-config", SCOPE, FORCE, "-s", "failsafe_mode=true");
        await(
                "failsafe is known",
                twin -> twin.nodes().stream()
                        .allMatch(node -> node.rest().get("/failsafe").body().contains("node2")));
        look("failsafe");
        comparison.twins().stopEtcd();
        await(
                "failsafe mode is active",
                twin -> twin.nodes().stream()
                        .allMatch(node ->
                                status(node).bool("failsafe_mode_is_active").orElse(false)));
        await("nobody knows the cluster any more", PatroniComparison::knowsNoLeader);
        look("failsafe, no DCS");
        comparison.twins().etcdAgain();
        comparison.twins().leadByFirst();
        change("healthy", "edit-config", SCOPE, FORCE, "-s", "failsafe_mode=null");
        await(
                "failsafe mode is off",
                twin -> twin.nodes().stream()
                        .noneMatch(node -> node.rest().get("/failsafe").body().contains("node2")));
        comparison.twins().stopEtcd();
        await(
                "the primary is demoted",
                twin -> twin.first().query("select pg_is_in_recovery()").equals("t")
                        && status(twin.first()).text("state").orElse("").equals("running"));
        await("nobody knows the cluster any more", PatroniComparison::knowsNoLeader);
        look("no DCS");
        comparison.twins().etcdAgain();
        comparison.twins().leadByFirst();
    }

    @Test
    @Order(9)
    void aStandbyCluster() {
        change("healthy", "edit-config", SCOPE, FORCE, "-s", "standby_cluster.restore_command=/bin/false");
        await(
                "a standby leader",
                twin -> twin.first().rest().says200("/standby-leader") && Twin.isStreaming(twin.second()));
        look("standby cluster");
        read("standby cluster", "list", "topology", "dsn -r standby-leader", "list -f json");
        change("standby cluster", "edit-config", SCOPE, FORCE, "-s", "standby_cluster=null");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        await("the standby leader is promoted", twin -> twin.first().isPromoted());
    }

    @Test
    @Order(10)
    void changes() {
        change("healthy", "reload", SCOPE, FORCE);
        change("healthy", "reload", SCOPE, "nosuch", FORCE);
        change("healthy", "restart", SCOPE, "node2", FORCE);
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        change("healthy", "restart", SCOPE, FORCE, "-r", "primary");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        comparison.changing("healthy", "y\n", "restart", SCOPE, "node2", "--pg-version", "9.6");
        comparison.changing("healthy", "", "restart", SCOPE, "node2", "--force", "--pg-version", "nonsense");
        comparison.changing("healthy", "n\n", "switchover", SCOPE, "--candidate", "node2", "--scheduled", "now");
        comparison.changing("healthy", "node1\n\nnow\nn\n", "switchover", SCOPE);
        change("healthy", "switchover", SCOPE, FORCE, "--leader", "node2");
        change("healthy", "switchover", SCOPE, FORCE, "--candidate", "nosuch");
        change("healthy", "failover", SCOPE, FORCE);
        comparison.changing("healthy", "ttl: 21\n", "edit-config", SCOPE, FORCE, "--apply", "-");
        comparison.changing("healthy", "y\n", "edit-config", SCOPE, "-s", "ttl=20");
        comparison.changing(
                "healthy", "n\n", "edit-config", SCOPE, "-p", "work_mem=5MB", "-s", "postgresql.use_slots=true");
        change("healthy", "edit-config", SCOPE, FORCE, "-q", "-s", "ttl=20");
        change("healthy", "edit-config", SCOPE, FORCE, "-s", "ttl");
        change("healthy", "reinit", SCOPE, "node2", FORCE, "--wait");
        comparison.twins().both(twin -> twin.awaitReplicaOf(twin.first()));
        change("healthy", "reinit", SCOPE, "node1", FORCE);
        look("after all");
        comparison.changing("healthy", "matriarch\nno\n", "remove", SCOPE);
        comparison.changing("healthy", "other\n", "remove", SCOPE);
        comparison.changing("healthy", "matriarch\nYes I am aware\nnode2\n", "remove", SCOPE);
        comparison
                .twins()
                .both(twin -> twin.nodes()
                        .forEach(node ->
                                ServerProcess.signal("KILL", node.process().pid())));
        comparison.changing("stopped", "matriarch\nYes I am aware\nnode1\n", "remove", SCOPE);
        read(
                "removed",
                "list",
                "topology",
                "history",
                "show-config",
                "dsn",
                "version matriarch",
                "edit-config -s a=b --force",
                "pause",
                "switchover --force");
    }

    @Test
    @Order(11)
    void nothingIsStale() {
        comparison.nothingIsStale();
    }
}
