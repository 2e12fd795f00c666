package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ways back into the cluster that are not the usual ones, one after the other on one cluster. Its nodes archive WAL to one folder. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LogsOnFailure.class)
final class RejoinIT {
    private static final int MORE_WAL_THAN_IS_KEPT = 11;
    /** In a data directory: PostgreSQL ends when it asks the archive for the file that this one names. */
    private static final String POISON = "archive-is-poisoned";

    private static final String LEADER_KEY = "/service/matriarch/leader";

    private static LocalCluster cluster;
    private static Path programs;
    private static Path archive;
    private static Path archiveIsClosed;

    @BeforeAll
    static void start() throws IOException {
        cluster = new LocalCluster(AgentProgram.chosen(), LocalCluster.Patience.OF_TESTS);
        LogsOnFailure.show(cluster);
        programs = folder("postgres-programs");
        archive = folder("archive");
        archiveIsClosed = cluster.home().resolve("archive-is-closed");
        try (var installed = Files.list(Templates.POSTGRES_BIN)) {
            for (Path program : installed.toList()) {
                wrap(program.getFileName().toString(), "");
            }
        }
        for (Node node : cluster.nodes()) {
            String text = Files.readString(node.configuration());
            LocalCluster.write(
                    node.configuration(),
                    text.replace("bin_dir: " + Templates.POSTGRES_BIN, "bin_dir: " + programs)
                            .replace("wal_keep_size: 128MB", "wal_keep_size: 64MB\n        archive_mode: 'on'")
                            // a replica that lacks a segment may lead here
                            .replace("maximum_lag_on_failover: 1048576", "maximum_lag_on_failover: 1000000000")
                            .replace(
                                    "shared_buffers: 32MB",
                                    "shared_buffers: 32MB\n    archive_command: 'test ! -e %s && cp %%p %s/%%f'\n  recovery_conf:\n    restore_command: 'if grep -qsx %%f %s; then exit 126; fi; cp %s/%%f %%p'"
                                            .formatted(archiveIsClosed, archive, POISON, archive)));
        }
        cluster.start();
        Node.query(cluster.primary().databasePort(), "create table written(number int)");
    }

    @AfterAll
    static void stop() {
        cluster.close();
        LogsOnFailure.deleteUnlessFailed(cluster);
    }

    private static Path folder(String name) throws IOException {
        Path folder = Files.createDirectory(cluster.home().resolve(name));
        LocalCluster.own(folder);
        return folder;
    }

    /** From now on the nodes' program of this name runs behind these lines of shell. */
    private static void wrap(String program, String before) {
        Path wrapper = programs.resolve(program);
        LocalCluster.write(
                wrapper, "#!/bin/bash\n" + before + "\nexec " + Templates.POSTGRES_BIN.resolve(program) + " \"$@\"\n");
        try {
            Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A primary with rows that no replica has, dead; returns who took over. */
    private static Node divergeAndKill(Node primary, String more) {
        cluster.awaitHealthy();
        long[] pids =
                List.of(primary.query("select string_agg(pid::text, ' ') from pg_stat_replication")
                                .split(" "))
                        .stream()
                        .mapToLong(Long::parseLong)
                        .toArray();
        ServerProcess.signal("STOP", pids);
        LocalCluster.write(archiveIsClosed, "the replicas would take the rows from there\n");
        primary.query("insert into written select -i from generate_series(1, 100) i");
        if (!more.isEmpty()) {
            primary.query(more);
        }
        primary.killAll();
        ServerProcess.signal("KILL", pids);
        endLease();
        Node successor = cluster.awaitPrimaryOtherThan(primary, 60);
        try {
            Files.delete(archiveIsClosed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return successor;
    }

    /** How long a lease lasts isn't tested here. */
    private static void endLease() {
        String key = Base64.getEncoder().encodeToString(LEADER_KEY.getBytes(StandardCharsets.UTF_8));
        Rest.Answer answer = new Rest(cluster.etcdPort()).post("/v3/kv/deleterange", "{\"key\": \"" + key + "\"}");
        assertThat(answer.json().text("deleted")).as(answer.body()).contains("1");
    }

    private static Mapping rejoin(Node node) {
        Rest.Answer answer = node.rest().get("/patroni");
        boolean document = answer.body().startsWith("{"); // an agent that is starting says so in words
        return document ? answer.json().mapping("rejoin") : Mapping.empty();
    }

    private static boolean says(Node node, String step, String why) {
        Mapping rejoin = rejoin(node);
        return rejoin.text("step").orElse("").equals(step)
                && rejoin.text("why").orElse("").contains(why);
    }

    private static String logSince(Node node, int length) {
        return node.logText().substring(length);
    }

    /** pg_rewind's target needs a file that only the archive has; and while it runs, the node says so. */
    @Test
    @Order(1)
    void aPrimaryThatDivergedIsRewoundWithWalFromTheArchive() {
        Node former = cluster.primary();
        String forked = former.query("select pg_walfile_name(pg_current_wal_lsn())");
        Node successor = divergeAndKill(former, "select pg_switch_wal()");
        LocalCluster.await(
                "the successor's checkpoint",
                30,
                () -> successor
                        .query("select timeline_id > 1 from pg_control_checkpoint()")
                        .equals("t"));
        // one that comes later would find the segment below in the archive, and replay what no other node has: see
        // FollowedHistory
        successor.query("insert into written values (0)");
        for (Node node : cluster.nodes()) {
            LocalCluster.await(
                    node + " has followed",
                    60,
                    () -> node == former
                            || node.query("select count(*) from written where number = 0")
                                    .equals("1"));
        }
        wrap(
                "pg_rewind",
                "sleep 1\n[[ \"$*\" == *--dry-run* ]] && mv %s/%s %s/ 2>/dev/null"
                        .formatted(former.data().resolve("pg_wal"), forked, archive));
        int before = former.logText().length();
        former.startIfDown();
        LocalCluster.await("it says that it is rewound", 60, 50, () -> says(former, "rewinding", successor.name()));
        cluster.awaitHealthy();
        wrap("pg_rewind", "");
        assertThat(logSince(former, before)).doesNotContain("reinitializ");
        assertThat(former.query("select count(*) from written where number < 0"))
                .isEqualTo("0");
        assertThat(rejoin(former).isEmpty()).isTrue();
    }

    @Test
    @Order(2)
    void aNodeThatIsKilledInTheMiddleOfPgRewindIsNeverStartedButClonedAgain() {
        Node former = cluster.primary();
        divergeAndKill(former, "");
        wrap("pg_rewind", "[[ \"$*\" == *--dry-run* ]] || { touch " + programs + "/begun; sleep 600; }");
        former.startIfDown();
        LocalCluster.await("pg_rewind", 60, () -> Files.exists(programs.resolve("begun")));
        former.agentProcesses().forEach(pid -> ServerProcess.signal("KILL", pid));
        former.process().await(10);
        wrap("pg_rewind", "");
        int before = former.logText().length();
        assertThat(former.data().resolve("PG_VERSION")).content().startsWith("half-rewound");
        cluster.awaitHealthy();
        assertThat(logSince(former, before)).contains("bootstrap from leader");
        assertThat(former.query("select count(*) from written where number < 0"))
                .isEqualTo("0");
    }

    @Test
    @Order(3)
    void aStandbyWhoseWalIsNowhereSaysSoAndIsClonedAgain() throws IOException {
        cluster.awaitHealthy(); // the slot of one that isn't back yet would keep the WAL
        Node primary = cluster.primary();
        primary.query("insert into written values (2)");
        for (Node follower : cluster.replicas()) {
            LocalCluster.await(
                    follower + " has come to the primary's timeline",
                    60,
                    () -> follower.query("select count(*) from written where number = 2")
                            .equals("1"));
        }
        Node replica = cluster.replicas().getFirst();
        replica.stop();
        LocalCluster.await(
                "the end of " + replica, 20, () -> replica.postmaster().isEmpty());
        for (int i = 0; i < MORE_WAL_THAN_IS_KEPT; i++) {
            primary.query("insert into written values (1)");
            primary.query("select pg_switch_wal()");
        }
        primary.query("checkpoint");
        // a slot that the agent makes anew keeps what comes after that checkpoint
        primary.query("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '"
                + replica.name() + "'");
        primary.query("checkpoint");
        String last = primary.query("select pg_walfile_name(pg_current_wal_lsn() - 16777216)");
        // PostgreSQL's archiver may oversleep, for a minute at most
        LocalCluster.await("the archive has " + last, 90, () -> Files.exists(archive.resolve(last)));
        try (var files = Files.list(archive)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        int before = replica.logText().length();
        replica.startIfDown();
        LocalCluster.await(
                "it says what is missing",
                60,
                50,
                () -> says(replica, "waiting for missing WAL", "already been removed"));
        assertThat(replica.rest().get("/metrics").body()).contains("matriarch_rejoin_step 9");
        cluster.awaitHealthy();
        assertThat(logSince(replica, before)).contains("reinitializing, because the WAL that it needs is missing");
        assertThat(replica.query("select count(*) from written where number = 1"))
                .isEqualTo(Integer.toString(MORE_WAL_THAN_IS_KEPT));
    }

    @Test
    @Order(4)
    void aPromotionThatPostgresDoesNotSurviveLeavesTheLockToAnother() throws IOException {
        cluster.awaitHealthy();
        Node former = cluster.primary();
        Node candidate = cluster.replicas().getFirst();
        Path poison = candidate.data().resolve(POISON);
        int before = candidate.logText().length();
        String timeline = former.query("select timeline_id from pg_control_checkpoint()");
        // it is asked for in a promotion only
        LocalCluster.write(poison, "%08X.history\n".formatted(Integer.parseInt(timeline)));
        former.rest().post("/failover", "{\"candidate\": \"" + candidate.name() + "\"}");
        LocalCluster.await(
                "a promotion that fails",
                60,
                () -> logSince(candidate, before).contains("PostgreSQL ended while it was promoted"));
        LocalCluster.await(
                "another primary",
                60,
                () -> cluster.findPrimary().filter(node -> node != candidate).isPresent());
        assertThat(candidate.rest().says200("/primary")).isFalse();
        Files.delete(poison);
        cluster.awaitHealthy();
    }

    @Test
    @Order(5)
    void aStandbyThatLostItsControlFileIsClonedAgainWhenAPersonAsks() throws IOException {
        Node replica = cluster.replicas().getFirst();
        Files.delete(replica.data().resolve("global/pg_control"));
        replica.killPostgres();
        LocalCluster.await(
                "it says what is wrong", 30, () -> replica.logText().contains("global/pg_control is missing"));
        assertThat(cluster.ctl("reinit", "matriarch", replica.name(), "--force"))
                .contains("Success: reinitialize for member " + replica.name());
        cluster.awaitHealthy();
    }
}
