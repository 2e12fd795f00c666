package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A primary that lives and can't write hands over to one that can (docs/unable.md). Needs root, for disks that can be filled. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LogsOnFailure.class)
final class UnableIT {
    private static final LocalCluster.Patience PATIENCE = LocalCluster.Patience.OF_TESTS;
    private static final int DISK_MEGABYTES = 700;
    /** More than are allowed, since one that comes before a start has ended belongs to that start. */
    private static final int MOST_CRASHES = 40;

    private static final Map<Node, SmallDisk> DISKS = new HashMap<>();
    private static LocalCluster cluster;
    private static Referee referee;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        cluster = new LocalCluster(AgentProgram.chosen(), PATIENCE);
        LogsOnFailure.show(cluster);
        for (Node node : cluster.nodes()) {
            DISKS.put(node, new SmallDisk(cluster.home().resolve(node.name()), DISK_MEGABYTES));
        }
        cluster.start();
        cluster.primary().query("create table kept(number int)");
        referee = new Referee(cluster);
    }

    @AfterAll
    static void stop() {
        if (referee != null) { // the cluster came up
            referee.close();
            cluster.close();
        }
        DISKS.values().forEach(SmallDisk::close);
        LogsOnFailure.deleteUnlessFailed(cluster);
    }

    private static Optional<Boolean> full(Node node) {
        return node.rest().get("/patroni").json().bool("disk_full");
    }

    @Test
    @Order(1)
    void whoseDiskIsFullHandsOver() throws Exception {
        Node former = cluster.primary();
        former.query("insert into kept values (1)");
        SmallDisk disk = Objects.requireNonNull(DISKS.get(former));
        disk.fillUpTo(8);
        Node other = cluster.awaitPrimaryOtherThan(former, 30);
        LocalCluster.await("it says why", 20, () -> full(former).equals(Optional.of(true)));
        assertThat(former.rest().get("/metrics").body()).containsPattern("(?m)^matriarch_disk_full 1");
        assertThat(former.logText()).contains("disk");
        other.query("insert into kept values (2)");
        disk.makeRoom();
        cluster.awaitHealthy();
        LocalCluster.await("its disk has room", 30, () -> full(former).isEmpty());
        assertThat(cluster.primary().query("select count(*) from kept")).isEqualTo("2");
        assertThat(referee.violations()).as("two primaries").isEmpty();
    }

    /** Every process is there, and none answers. */
    @Test
    @Order(2)
    void whosePostgresHangsHandsOver() {
        Node former = cluster.primary();
        long postmaster = former.postmaster().orElseThrow();
        long[] all = LongStream.concat(
                        LongStream.of(postmaster),
                        ProcessHandle.of(postmaster).orElseThrow().children().mapToLong(ProcessHandle::pid))
                .toArray();
        ServerProcess.signal("STOP", all);
        LocalCluster.await(
                "/primary no longer says so",
                PATIENCE.ttl() * 2,
                () -> !former.rest().says200("/primary"));
        cluster.awaitPrimaryOtherThan(former, 2 * PATIENCE.ttl()).query("insert into kept values (3)");
        cluster.awaitHealthy();
        assertThat(cluster.primary().query("select count(*) from kept")).isEqualTo("3");
        assertThat(referee.violations()).as("two primaries").isEmpty();
    }

    /** It answers from its memory, and no commit ever ends. */
    @Test
    @Order(4)
    void whoseDiskHangsHandsOver() throws Exception {
        Node former = cluster.primary();
        SmallDisk disk = Objects.requireNonNull(DISKS.get(former));
        CompletableFuture<String> insert;
        disk.freeze();
        try {
            insert = CompletableFuture.supplyAsync(() -> former.query("insert into kept values (9) returning 9"))
                    .exceptionally(_ -> "broken off");
            LocalCluster.await(
                    "/primary no longer says so",
                    PATIENCE.ttl() * 3,
                    () -> !former.rest().says200("/primary"));
            cluster.awaitPrimaryOtherThan(former, 3 * PATIENCE.ttl()).query("insert into kept values (4)");
            assertThat(former.logText()).contains("are killed, and can't end while a disk hangs");
        } finally {
            disk.thaw();
        }
        cluster.awaitHealthy();
        assertThat(cluster.primary().query("select count(*) from kept where number <> 9"))
                .isEqualTo("4");
        assertThat(insert.getNow("")).as("never acknowledged").isNotEqualTo("9");
        assertThat(referee.violations()).as("two primaries").isEmpty();
    }

    @Test
    @Order(3)
    void whosePostgresCrashesAgainAndAgainHandsOver() {
        Node former = cluster.primary();
        int crashes = 0;
        while (cluster.primary() == former) {
            assertThat(crashes).as("crashes of one primary").isLessThan(MOST_CRASHES);
            long killed = former.postmaster().orElseThrow();
            former.killPostgres();
            crashes++;
            LocalCluster.await(
                    "it's started again, or another leads",
                    60,
                    () -> cluster.findPrimary().filter(node -> node != former).isPresent()
                            || (former.postmaster().orElse(killed) != killed && former.isPromoted()));
        }
        cluster.awaitHealthy();
        assertThat(cluster.primary().query("select count(*) from kept")).isEqualTo("3");
        assertThat(referee.violations()).as("two primaries").isEmpty();
    }
}
