package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a user does to a cluster and what fate does, one after the other on one cluster, while a client writes. After each: one primary, two streaming replicas,
 * no acknowledged row lost that must survive, and never two nodes that accepted writes at once.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LogsOnFailure.class)
final class FailoverIT {
    private static LocalCluster cluster;
    private static Writer writer;
    private static Referee referee;

    @BeforeAll
    static void start() {
        cluster = new LocalCluster(AgentProgram.chosen(), LocalCluster.Patience.OF_TESTS);
        LogsOnFailure.show(cluster);
        cluster.start();
        writer = new Writer(cluster.writePort());
        referee = new Referee(cluster);
    }

    @AfterAll
    static void stop() {
        if (referee != null) { // the cluster came up
            writer.close();
            referee.close();
            cluster.close();
            LogsOnFailure.deleteUnlessFailed(cluster);
        }
    }

    @BeforeEach
    void healthy(TestInfo test) {
        cluster.awaitHealthy();
        writer.awaitWrites();
        System.out.println("scenario: " + test.getDisplayName());
    }

    @AfterEach
    void whole() {
        cluster.awaitHealthy();
        writer.awaitWrites();
        assertThat(writer.lostRows()).as("acknowledged rows that are lost").isEmpty();
        assertThat(referee.violations()).as("two primaries").isEmpty();
        assertThat(referee.acceptedWrites()).as("the referee saw writes").isPositive();
    }

    @Test
    @Order(1)
    void rowsWrittenThroughTheWritePortAreReadThroughTheReadPort() {
        Node.query(cluster.writePort(), "create table greeting(words text)");
        Node.query(cluster.writePort(), "insert into greeting values ('hello')");
        LocalCluster.await(
                "the row on a replica",
                10,
                () -> Node.query(cluster.readPort(), "select words from greeting")
                        .equals("hello"));
        assertThat(Node.query(cluster.readPort(), "select pg_is_in_recovery()")).isEqualTo("t");
    }

    /** Whoever wants to lead judges by it: a position from the last cycle of the loop would hide rows that only this replica has. */
    @Test
    @Order(1)
    void aReplicaTellsItsPositionOfThisMoment() {
        Node primary = cluster.primary();
        Node replica = cluster.replicas().getFirst();
        Node.query(cluster.writePort(), "create table told(words text)");
        for (int row = 0; row < 10; row++) {
            Node.query(cluster.writePort(), "insert into told values ('row " + row + "')");
            String written = primary.query("select pg_current_wal_flush_lsn()");
            LocalCluster.await(
                    "the WAL on the replica",
                    10,
                    20,
                    () -> replica.query("select pg_last_wal_receive_lsn() >= '" + written + "'")
                            .equals("t"));
            long bytes = Long.parseLong(primary.query("select '" + written + "'::pg_lsn - '0/0'"));
            long told = replica.rest()
                    .get("/patroni")
                    .json()
                    .mapping("xlog")
                    .whole("received_location")
                    .orElse(0);
            assertThat(told).isGreaterThanOrEqualTo(bytes);
        }
    }

    @Test
    @Order(2)
    void switchoverHandsThePrimarysRoleOver() {
        Node former = cluster.primary();
        String candidate = cluster.replicas().getFirst().name();
        String output =
                cluster.ctl("switchover", "matriarch", "--leader", former.name(), "--candidate", candidate, "--force");
        assertThat(output).contains("Successfully switched over to \"" + candidate + "\"");
        LocalCluster.await(
                candidate + " is primary",
                20,
                () -> cluster.findPrimary()
                        .filter(node -> node.name().equals(candidate))
                        .isPresent());
    }

    @Test
    @Order(3)
    void killedPostgresIsStartedAgainOrReplaced() {
        Node primary = cluster.primary();
        long when = System.nanoTime();
        primary.killPostgres();
        writer.mayBeLost(primary, when);
        writer.awaitWrites();
    }

    @Test
    @Order(4)
    void killedAgentAndPostgresAreStartedAgainOrReplaced() {
        Node primary = cluster.primary();
        long when = System.nanoTime();
        primary.killAgentAndPostgres();
        writer.mayBeLost(primary, when);
        writer.awaitWrites();
    }

    @Test
    @Order(5)
    void killedNodeIsReplacedAndComesBackByRewind() {
        Node former = cluster.primary();
        long silentSince = System.nanoTime();
        diverge(former);
        long when = System.nanoTime();
        former.killAll();
        writer.mayBeLost(former, silentSince, when);
        Node successor = cluster.awaitPrimaryOtherThan(former, 60);
        writer.awaitWrites();
        int linesBefore = former.logText().length();
        cluster.awaitHealthy();
        assertThat(former.logText().substring(linesBefore))
                .as("log of " + former)
                .contains("pg_rewind");
        assertThat(cluster.primary()).isEqualTo(successor);
        assertThat(former.query("select count(*) from written where number < 0"))
                .as("rows that only the former primary had")
                .isEqualTo("0");
    }

    /** Gives the primary rows that no replica has, so that it must be rewound. */
    private static void diverge(Node primary) {
        String senders = primary.query("select string_agg(pid::text, ' ') from pg_stat_replication");
        long[] pids =
                List.of(senders.split(" ")).stream().mapToLong(Long::parseLong).toArray();
        ServerProcess.signal("STOP", pids);
        primary.query("insert into written(number) select -i from generate_series(1, 100) i");
        // a stopped sender would outlive its postmaster and keep the shared memory
        Thread.startVirtualThread(() -> {
            LocalCluster.await(
                    "the postmaster's end", 10, () -> primary.postmaster().isEmpty());
            ServerProcess.signal("KILL", pids);
        });
    }

    @Test
    @Order(6)
    void withoutEtcdForLongerThanTheTtlNobodyIsPrimary() throws InterruptedException {
        cluster.stopEtcd();
        LocalCluster.await("nobody is primary", 40, () -> cluster.findPrimary().isEmpty());
        for (Node node : cluster.nodes()) {
            LocalCluster.await(node + " accepts no writes", 40, () -> isReadOnly(node));
        }
        TimeUnit.SECONDS.sleep(10);
        assertThat(cluster.findPrimary()).isEmpty();
        cluster.startEtcd();
        LocalCluster.await(
                "a primary after etcd's return", 60, () -> cluster.findPrimary().isPresent());
    }

    /** Nobody else can hold the lock before the lease ends, so there is no need to stop. */
    @HardCase(35)
    @Test
    @Order(12)
    void anEtcdThatIsAwayForLessThanTheLeaseChangesNothing() throws InterruptedException {
        Node primary = cluster.primary();
        long postmaster = primary.postmaster().orElseThrow();
        cluster.stopEtcd();
        TimeUnit.SECONDS.sleep(8);
        primary.query("create table etcd_is_away()");
        cluster.startEtcd();
        LocalCluster.await("etcd is back", 20, cluster::isHealthy);
        assertThat(cluster.primary()).isEqualTo(primary);
        assertThat(primary.postmaster()).hasValue(postmaster);
        assertThat(primary.query("select pg_is_in_recovery()")).isEqualTo("f");
    }

    private static boolean isReadOnly(Node node) {
        try {
            return node.query("select pg_is_in_recovery()").equals("t");
        } catch (IllegalStateException _) {
            return true; // down: nobody writes there
        }
    }

    @Test
    @Order(7)
    void restartByRest() {
        Node replica = cluster.replicas().getFirst();
        long before = replica.postmaster().orElseThrow();
        assertThat(replica.rest().post("/restart", "{}").status()).isEqualTo(200);
        assertThat(replica.postmaster().orElseThrow()).isNotEqualTo(before);
        Node primary = cluster.primary();
        assertThat(primary.rest().post("/restart", "{}").status()).isEqualTo(200);
        LocalCluster.await("the same primary", 20, () -> cluster.findPrimary().equals(java.util.Optional.of(primary)));
    }

    @Test
    @Order(8)
    void pausedAgentsLeavePostgresAlone() throws InterruptedException {
        assertThat(cluster.ctl("pause", "matriarch", "--wait")).containsIgnoringCase("success");
        Node primary = cluster.primary();
        TimeUnit.SECONDS.sleep(3);
        assertThat(cluster.primary()).isEqualTo(primary);
        assertThat(primary.rest().get("/patroni").json().bool("pause")).contains(true);
        primary.killPostgres();
        LocalCluster.await(
                "it is seen",
                20,
                () -> primary.rest().get("/patroni").json().text("state").equals(java.util.Optional.of("stopped")));
        assertThat(cluster.ctl("restart", "matriarch", primary.name(), "--force"))
                .as("a person starts it again")
                .contains("Success: restart on member " + primary.name());
        assertThat(cluster.primary()).isEqualTo(primary);
        assertThat(cluster.ctl("resume", "matriarch", "--wait")).containsIgnoringCase("success");
        assertThat(primary.rest().get("/patroni").json().bool("pause").orElse(false))
                .isFalse();
    }

    @Test
    @Order(9)
    void changedConfigurationReachesPostgres() {
        Node primary = cluster.primary();
        assertThat(primary.rest()
                        .patch("/config", "{\"postgresql\": {\"parameters\": {\"work_mem\": \"7MB\"}}}")
                        .status())
                .isEqualTo(200);
        for (Node node : cluster.nodes()) {
            LocalCluster.await(
                    "work_mem at " + node, 20, () -> node.query("show work_mem").equals("7MB"));
        }
        assertThat(cluster.ctl("show-config", "matriarch")).contains("work_mem: 7MB");
    }

    @Test
    @Order(10)
    void hangupReloadsTheFile() throws java.io.IOException {
        Node primary = cluster.primary();
        String text = java.nio.file.Files.readString(primary.configuration());
        LocalCluster.write(
                primary.configuration(),
                text.replace("shared_buffers: 32MB", "shared_buffers: 32MB\n    log_min_duration_statement: 4321"));
        ServerProcess.signal("HUP", primary.process().pid());
        LocalCluster.await(
                "the parameter of the file",
                20,
                () -> primary.query("show log_min_duration_statement").equals("4321ms"));
        assertThat(primary.isRunning()).isTrue();
    }

    @Test
    @Order(11)
    void terminatedPrimaryHandsTheRoleOver() {
        Node former = cluster.primary();
        long when = System.nanoTime();
        former.process().terminate();
        Node successor = cluster.awaitPrimaryOtherThan(former, 15); // less than the TTL: it was handed over
        assertThat(former.process().await(30)).as("the agent ends").isTrue();
        assertThat(former.process().exitCode()).as("exit code").isZero();
        assertThat(former.postmaster()).as("PostgreSQL of " + former).isEmpty();
        writer.awaitWrites();
        assertThat(writer.longestGap(when)).as("seconds without writes").isLessThan(15);
        assertThat(successor).isNotEqualTo(former);
    }
}
