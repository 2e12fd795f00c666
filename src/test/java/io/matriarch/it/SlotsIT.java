package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Replication slots of a cluster with a permanent logical slot, whose consumer goes on where it was after the primary is killed. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LogsOnFailure.class)
final class SlotsIT {
    private static final String DYNAMIC = """
                wal_level: logical
            slots:
              backup: {type: physical}
            ignore_slots:
              - {name: theirs, type: physical}
        """;

    private static final String CONSUMED =
            "{\"slots\": {\"app\": {\"type\": \"logical\", \"database\": \"postgres\", \"plugin\": \"test_decoding\"}}}";

    private static LocalCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new LocalCluster(AgentProgram.chosen(), LocalCluster.Patience.OF_TESTS);
        LogsOnFailure.show(cluster);
        cluster.nodes().forEach(SlotsIT::configure);
        cluster.start();
    }

    private static void configure(Node node) {
        try {
            String before = Files.readString(node.configuration());
            String line = "        wal_keep_size: 128MB\n";
            assertThat(before).contains(line);
            LocalCluster.write(node.configuration(), before.replace(line, line + DYNAMIC));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
        LogsOnFailure.deleteUnlessFailed(cluster);
    }

    private static Set<String> slots(Node node) {
        String names = node.query(
                "select coalesce(string_agg(slot_name, ' '), '') from pg_replication_slots where not temporary");
        return new TreeSet<>(List.of(names.split(" ")));
    }

    private static void awaitSlots(String... permanent) {
        for (Node node : cluster.nodes()) {
            Set<String> expected = new TreeSet<>(List.of(permanent));
            cluster.nodes().stream().filter(other -> other != node).forEach(other -> expected.add(other.name()));
            LocalCluster.await(
                    "the slots " + expected + " at " + node,
                    60,
                    () -> slots(node).containsAll(expected));
        }
    }

    @Test
    @Order(1)
    void everyNodeHasTheSlotsOfTheOthersAndThePermanentOnes() {
        awaitSlots("backup");
        assertThat(cluster.primary().rest().patch("/config", CONSUMED).status()).isEqualTo(200);
        awaitSlots("app", "backup");
        for (Node replica : cluster.replicas()) {
            LocalCluster.await(
                    "feedback of " + replica,
                    20,
                    () -> replica.query("show hot_standby_feedback").equals("on"));
        }
    }

    @Test
    @Order(2)
    void slotsOfOthersAreLeftAloneOnlyIfTheyAreIgnored() {
        Node primary = cluster.primary();
        primary.query("select pg_create_physical_replication_slot('theirs')");
        primary.query("select pg_create_physical_replication_slot('stray')");
        LocalCluster.await(
                "the end of the slot stray", 20, () -> !slots(primary).contains("stray"));
        assertThat(slots(primary)).contains("theirs");
    }

    @Test
    @Order(3)
    void theConsumerOfALogicalSlotGoesOnAfterAFailover() {
        Node former = cluster.primary();
        former.query("create table event(number int primary key)");
        insert(former, 1, 10);
        assertThat(consume(former)).isEqualTo(numbers(1, 10));
        insert(former, 11, 20);
        String confirmed = former.query("select confirmed_flush_lsn from pg_replication_slots where slot_name = 'app'");
        String written = former.query("select pg_current_wal_lsn()");
        for (Node replica : cluster.replicas()) {
            LocalCluster.await(
                    "the slot of " + replica + " is where the consumer is",
                    30,
                    () -> replica.query("select confirmed_flush_lsn >= '" + confirmed
                                    + "' and pg_last_wal_replay_lsn() >= '" + written
                                    + "' from pg_replication_slots where slot_name = 'app'")
                            .equals("t"));
        }
        former.killAll();
        Node successor = cluster.awaitPrimaryOtherThan(former, 60);
        assertThat(slots(successor)).as("the killed member's slot").contains(former.name());
        LocalCluster.await("a row on " + successor, 20, () -> {
            insert(successor, 21, 30);
            return true;
        });
        assertThat(consume(successor))
                .as("what the consumer reads from " + successor)
                .isEqualTo(numbers(11, 30));
    }

    @Test
    @Order(4)
    void theFormerPrimaryComesBackWithAllSlots() {
        cluster.awaitHealthy();
        awaitSlots("app", "backup");
        assertThat(cluster.primary().rest().get("/cluster").status()).isEqualTo(200);
        for (Node replica : cluster.replicas()) {
            LocalCluster.await(
                    "what " + replica + " copied is safe",
                    60,
                    () -> !replica.logText().contains("copied the logical replication slots")
                            || replica.logText().contains("Logical slot app is safe to be used after a failover"));
        }
    }

    private static void insert(Node node, int first, int last) {
        node.query("insert into event select generate_series(" + first + ", " + last + ") on conflict do nothing");
    }

    private static List<Integer> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    /** Reads and confirms all changes; returns the numbers that were inserted, in order. */
    private static List<Integer> consume(Node node) {
        String changes =
                node.query("select coalesce(string_agg(substring(data from 'number\\[integer\\]:([0-9]+)'), ' '), '')"
                        + " from pg_logical_slot_get_changes('app', null, null) where data like '%event: INSERT%'");
        return List.of(changes.split(" ")).stream()
                .filter(text -> !text.isEmpty())
                .map(Integer::valueOf)
                .collect(Collectors.toList());
    }
}
