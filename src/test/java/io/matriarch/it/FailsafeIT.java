package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Failsafe mode: etcd is gone for longer than the ttl, and the primary goes on while the members let it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LogsOnFailure.class)
final class FailsafeIT {
    private static final LocalCluster.Patience PATIENCE = LocalCluster.Patience.OF_TESTS;

    private static LocalCluster cluster;
    private static Referee referee;

    @BeforeAll
    static void start() {
        cluster = new LocalCluster(AgentProgram.chosen(), PATIENCE);
        LogsOnFailure.show(cluster);
        cluster.start();
        cluster.primary().query("create table kept(number int)");
        referee = new Referee(cluster);
    }

    @AfterAll
    static void stop() {
        if (referee != null) { // the cluster came up
            referee.close();
            cluster.close();
            LogsOnFailure.deleteUnlessFailed(cluster);
        }
    }

    private static void configure(String patch) {
        assertThat(cluster.primary().rest().patch("/config", patch).status()).isEqualTo(200);
        LocalCluster.await(
                "the failsafe key names all",
                20,
                () -> cluster.nodes().stream()
                        .allMatch(node ->
                                node.rest().get("/failsafe").json().entries().size() == 3));
    }

    private static boolean accepts(Node node) {
        try {
            node.query("insert into kept values (1)");
            return true;
        } catch (IllegalStateException refused) {
            return false;
        }
    }

    /** The oldest WAL that the permanent slot keeps. */
    private static String keptSince(Node node) {
        return node.query("select max(restart_lsn::text) from pg_replication_slots where slot_name = 'kept'");
    }

    private static Optional<Boolean> active(Node node) {
        return node.rest().get("/patroni").json().bool("failsafe_mode_is_active");
    }

    /** It would have been stopped long before without the others' consent. */
    private static void requireWritesFor(Node primary, int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            assertThat(accepts(primary))
                    .as(primary + " accepts writes without etcd")
                    .isTrue();
            try {
                TimeUnit.MILLISECONDS.sleep(500);
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    @Test
    @Order(1)
    void thePrimaryGoesOnWhileAllMembersAccept() {
        configure("{\"failsafe_mode\": true, \"slots\": {\"kept\": {\"type\": \"physical\"}}}");
        Node primary = cluster.primary();
        List<Node> replicas = cluster.replicas();
        LocalCluster.await(
                "the permanent slot is everywhere",
                30,
                () -> cluster.nodes().stream().noneMatch(node -> keptSince(node).equals("null")));
        cluster.stopEtcd();
        primary.query("select pg_replication_slot_advance('kept', pg_current_wal_flush_lsn())");
        String advanced = keptSince(primary);
        requireWritesFor(primary, PATIENCE.ttl() + 1);
        assertThat(cluster.primary()).isEqualTo(primary);
        assertThat(active(primary)).contains(true);
        assertThat(active(replicas.getFirst())).contains(true);
        for (Node replica : replicas) {
            LocalCluster.await(
                    "its slot follows the primary's",
                    20,
                    () -> keptSince(replica).equals(advanced));
        }
        assertThat(primary.rest().get("/metrics").body()).containsPattern("patroni_failsafe_mode_is_active\\{[^}]*} 1");
        assertThat(primary.logText())
                .contains(
                        "continue to run as a leader because failsafe mode is enabled and all members are accessible");
        assertThat(primary.rest().post("/failsafe", "{\"name\": \"x\"}"))
                .as("asked of the primary")
                .isEqualTo(new Rest.Answer(500, "Running as a leader"));
        replicas.getFirst().killAll();
        LocalCluster.await(primary + " stops, as a member doesn't accept", 30, () -> !accepts(primary));
        cluster.startEtcd();
        cluster.awaitHealthy();
        LocalCluster.await(
                "failsafe mode is over", 30, () -> active(cluster.primary()).isEmpty());
        assertThat(referee.violations()).as("two primaries").isEmpty();
    }

    @Test
    @Order(2)
    void withQuorumThePrimaryGoesOnWithAMajority() throws InterruptedException {
        configure("{\"failsafe_quorum\": true}");
        Node primary = cluster.primary();
        TimeUnit.SECONDS.sleep(2L * PATIENCE.loopWait() + 1); // until all member keys say that they collect pledges
        cluster.replicas().getFirst().killAll();
        cluster.stopEtcd();
        requireWritesFor(primary, PATIENCE.ttl() + 1);
        assertThat(cluster.primary()).isEqualTo(primary);
        cluster.startEtcd();
        LocalCluster.await(
                primary + " leads as before",
                20,
                () -> cluster.findPrimary().equals(Optional.of(primary))
                        && active(primary).isEmpty());
        assertThat(accepts(primary)).isTrue();
        assertThat(referee.violations()).as("two primaries").isEmpty();
    }
}
