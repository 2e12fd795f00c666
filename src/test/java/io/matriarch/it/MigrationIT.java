package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A running cluster of Debian's Patroni moves over to Matriarch node by node, works with some of both, and moves back, while a client writes (docs/migrating-from-patroni.md
 * describes these steps). Both {@code patronictl} are used on both.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LogsOnFailure.class)
@DisabledIfSystemProperty(
        named = "matriarch.agent",
        matches = "patroni",
        disabledReason = "there is nothing to move to")
final class MigrationIT {
    private static LocalCluster cluster;
    private static AgentProgram.Program patroni;
    private static AgentProgram.Program matriarch;
    private static Writer writer;
    private static Referee referee;

    @BeforeAll
    static void start() {
        cluster = new LocalCluster(AgentProgram.PATRONI, LocalCluster.Patience.OF_TESTS);
        LogsOnFailure.show(cluster);
        patroni = cluster.program();
        matriarch = AgentProgram.chosen().placeIn(cluster.home().resolve("bin"));
        cluster.start();
        writer = new Writer(cluster.writePort());
        referee = new Referee(cluster);
    }

    @AfterAll
    static void stop() {
        if (referee != null) { // the cluster came up
            referee.close();
            writer.close();
        }
        cluster.close();
        LogsOnFailure.deleteUnlessFailed(cluster);
    }

    @BeforeEach
    void healthy() {
        cluster.awaitHealthy();
        writer.awaitWrites();
    }

    private static String ctl(AgentProgram.Program program, String... arguments) {
        ServerProcess.Ended ended = ServerProcess.run(
                cluster.home(), 120, program.ctl(cluster.nodes().getFirst().configuration(), arguments));
        assertThat(ended.code())
                .as("%s: %s", List.of(arguments), ended.output())
                .isZero();
        return ended.output();
    }

    private static List<Node> run(AgentProgram.Program program) {
        return cluster.nodes().stream()
                .filter(node -> node.program().equals(program))
                .toList();
    }

    private static Node replicaThatRuns(AgentProgram.Program program) {
        return cluster.replicas().stream()
                .filter(node -> node.program().equals(program))
                .findFirst()
                .orElseThrow();
    }

    /** The server is stopped and started with its agent. */
    private static void move(Node replica, AgentProgram.Program to) {
        replica.terminate();
        replica.runAs(to);
        cluster.awaitHealthy();
        writer.awaitWrites();
    }

    private static void switchOver(AgentProgram.Program with, Node candidate) {
        Node former = cluster.primary();
        ctl(with, "switchover", "matriarch", "--candidate", candidate.name(), "--force");
        assertThat(cluster.awaitPrimaryOtherThan(former, 60)).isEqualTo(candidate);
        cluster.awaitHealthy();
        writer.awaitWrites();
    }

    private static void assertNothingIsLost() {
        assertThat(writer.lostRows()).as("acknowledged rows that are gone").isEmpty();
        assertThat(referee.violations()).as("two primaries").isEmpty();
    }

    @Test
    @Order(1)
    void aReplicaMoves() {
        move(replicaThatRuns(patroni), matriarch);
        assertThat(run(matriarch)).hasSize(1);
        assertThat(ctl(patroni, "list", "matriarch")).contains("streaming").doesNotContain("stopped");
        assertNothingIsLost();
    }

    /** PostgreSQL goes on under the other agent. */
    @Test
    @Order(2)
    void theOthersMoveInMaintenanceModeWithoutARestartOfPostgres() {
        ctl(patroni, "pause", "matriarch", "--wait");
        for (Node node : run(patroni)) {
            OptionalLong postmaster = node.postmaster();
            node.terminate();
            assertThat(node.postmaster()).as("PostgreSQL goes on").isEqualTo(postmaster);
            node.runAs(matriarch);
            cluster.awaitHealthy();
            assertThat(node.postmaster()).isEqualTo(postmaster);
        }
        assertThat(run(patroni)).isEmpty();
        Node primary = cluster.primary();
        OptionalLong postmaster = primary.postmaster();
        ctl(matriarch, "resume", "matriarch", "--wait");
        cluster.awaitHealthy();
        writer.awaitWrites();
        assertThat(cluster.primary()).isEqualTo(primary);
        assertThat(primary.postmaster()).isEqualTo(postmaster);
        assertNothingIsLost();
    }

    @Test
    @Order(3)
    void bothServeTogether() {
        Node patronis = cluster.replicas().getFirst();
        move(patronis, patroni);
        switchOver(matriarch, patronis);
        switchOver(patroni, replicaThatRuns(matriarch));
        ctl(patroni, "edit-config", "matriarch", "--force", "-s", "postgresql.parameters.work_mem=5MB");
        LocalCluster.await(
                "all have the parameter",
                30,
                () -> cluster.nodes().stream()
                        .allMatch(node -> node.query("show work_mem").equals("5MB")));
        ctl(matriarch, "pause", "matriarch", "--wait");
        ctl(patroni, "resume", "matriarch", "--wait");
        assertNothingIsLost();
    }

    /** In synchronous mode nothing may be lost, whoever takes over from whom. */
    @Test
    @Order(4)
    void eachTakesOverFromTheOther() {
        ctl(matriarch, "edit-config", "matriarch", "--force", "-s", "synchronous_mode=true");
        Node patronis = run(patroni).getFirst();
        Node resting = replicaThatRuns(matriarch);
        resting.stop();
        LocalCluster.await(
                "Patroni's is the synchronous one", 60, () -> patronis.rest().says200("/sync"));
        Node former = cluster.primary();
        former.killAll();
        assertThat(cluster.awaitPrimaryOtherThan(former, 90)).isEqualTo(patronis);
        writer.awaitWrites();
        cluster.awaitHealthy();
        LocalCluster.await(
                "a synchronous standby",
                60,
                () -> cluster.replicas().stream().anyMatch(node -> node.rest().says200("/sync")));
        writer.awaitWrites();
        patronis.killAll();
        Node next = cluster.awaitPrimaryOtherThan(patronis, 90);
        assertThat(next.program()).isSameAs(matriarch);
        writer.awaitWrites();
        cluster.awaitHealthy();
        ctl(patroni, "edit-config", "matriarch", "--force", "-s", "synchronous_mode=null");
        assertNothingIsLost();
    }

    @Test
    @Order(5)
    void allMoveBack() {
        cluster.replicas().stream()
                .filter(node -> node.program().equals(matriarch))
                .forEach(node -> move(node, patroni));
        Node last = cluster.primary();
        switchOver(patroni, cluster.replicas().getFirst());
        move(last, patroni);
        assertThat(run(patroni)).hasSize(3);
        assertNothingIsLost();
    }
}
