package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.value.Value;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Synchronous replication: with it no acknowledged row is lost, whatever dies, without an excuse. One cluster goes through all its modes while a client writes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LogsOnFailure.class)
final class SyncIT {
    private static LocalCluster cluster;
    private static Writer writer;

    @BeforeAll
    static void start() {
        cluster = new LocalCluster(AgentProgram.chosen(), LocalCluster.Patience.OF_TESTS);
        LogsOnFailure.show(cluster);
        cluster.start();
        configure("{\"synchronous_mode\": true}");
        LocalCluster.await("a synchronous standby", 30, () -> roles("sync_standby") == 1);
        writer = new Writer(cluster.writePort());
    }

    @AfterAll
    static void stop() {
        if (writer != null) { // the cluster came up
            writer.close();
            cluster.close();
            LogsOnFailure.deleteUnlessFailed(cluster);
        }
    }

    @AfterEach
    void nothingIsLost() {
        cluster.awaitHealthy();
        writer.awaitWrites();
        assertThat(writer.lostRows()).as("acknowledged rows that are lost").isEmpty();
    }

    private static void configure(String patch) {
        assertThat(cluster.primary().rest().patch("/config", patch).status()).isEqualTo(200);
    }

    private static long roles(String role) {
        List<Value> members =
                cluster.nodes().getFirst().rest().get("/cluster").json().items("members");
        return members.stream()
                .map(Value.Mapping.class::cast)
                .filter(member -> member.text("role").orElse("").equals(role))
                .count();
    }

    private static List<Node> saying200(String path) {
        return cluster.nodes().stream()
                .filter(node -> node.rest().says200(path))
                .toList();
    }

    private static String standbyNames() {
        return cluster.primary().query("show synchronous_standby_names");
    }

    @Test
    @Order(1)
    void theSynchronousStandbyTakesOverAndNothingIsLost() {
        LocalCluster.await(
                "health checks that know it", 10, () -> saying200("/sync").size() == 1);
        Node synchronous = saying200("/sync").getFirst();
        assertThat(saying200("/async")).hasSize(1).doesNotContain(synchronous);
        assertThat(standbyNames()).isEqualTo(synchronous.name());
        writer.awaitWrites();
        Node former = cluster.primary();
        former.killAll();
        assertThat(cluster.awaitPrimaryOtherThan(former, 60)).isEqualTo(synchronous);
        writer.awaitWrites();
    }

    @HardCase(13)
    @Test
    @Order(2)
    void onlyTheSynchronousStandbyIsACandidateOfASwitchover() {
        LocalCluster.await("a synchronous standby", 30, () -> saying200("/sync").size() == 1);
        Node former = cluster.primary();
        Node synchronous = saying200("/sync").getFirst();
        Node other = cluster.nodes().stream()
                .filter(node -> node != former && node != synchronous)
                .findFirst()
                .orElseThrow();
        Rest.Answer refused = former.rest()
                .post(
                        "/switchover",
                        "{\"leader\": \"%s\", \"candidate\": \"%s\"}".formatted(former.name(), other.name()));
        assertThat(refused.status()).isEqualTo(412);
        assertThat(refused.body()).isEqualTo("candidate name does not match with sync_standby");
        Rest.Answer done = former.rest().post("/switchover", "{\"leader\": \"" + former.name() + "\"}");
        assertThat(done.body()).isEqualTo("Successfully switched over to \"" + synchronous.name() + "\"");
    }

    @Test
    @Order(3)
    void strictModeAcknowledgesNothingWithoutAStandby() {
        configure("{\"synchronous_mode_strict\": true}");
        LocalCluster.await("a synchronous standby", 30, () -> roles("sync_standby") == 1);
        Node primary = cluster.primary();
        cluster.nodes().stream().filter(node -> node != primary).toList().forEach(Node::killAll);
        LocalCluster.await(
                "a commit that waits",
                20,
                () -> primary.query("select count(*) from pg_stat_activity where wait_event = 'SyncRep'")
                                .compareTo("0")
                        > 0);
        assertThat(standbyNames()).isNotEmpty();
    }

    @Test
    @Order(4)
    void withAQuorumNothingIsLostEither() {
        configure("{\"synchronous_mode\": \"quorum\", \"synchronous_mode_strict\": false}");
        LocalCluster.await(
                "two standbys that vote", 30, () -> saying200("/quorum").size() == 2);
        LocalCluster.await("ANY 1", 10, () -> standbyNames().startsWith("ANY 1 ("));
        assertThat(roles("quorum_standby")).isEqualTo(2);
        writer.awaitWrites();
        Node former = cluster.primary();
        former.killAll();
        cluster.awaitPrimaryOtherThan(former, 60);
        writer.awaitWrites();
    }

    @HardCase(44)
    @Test
    @Order(5)
    void backToAsynchronousTheUsersNamesTakeEffect() {
        configure("{\"postgresql\": {\"parameters\": {\"synchronous_standby_names\": \"ANY 1 (*)\"}}}");
        LocalCluster.await(
                "two standbys that vote", 30, () -> saying200("/quorum").size() == 2);
        assertThat(standbyNames()).startsWith("ANY 1 (node");
        configure("{\"synchronous_mode\": false}");
        LocalCluster.await("the user's names", 20, () -> standbyNames().equals("ANY 1 (*)"));
        LocalCluster.await(
                "plain replicas",
                20,
                () -> roles("replica") == 2 && saying200("/async").size() == 2);
        configure("{\"postgresql\": {\"parameters\": {\"synchronous_standby_names\": null}}}");
        LocalCluster.await("no names", 20, () -> standbyNames().isEmpty());
    }
}
