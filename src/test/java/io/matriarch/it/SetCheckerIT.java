package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three hosts, three members of etcd, quorum commit, a client at every node, and somebody who cuts and kills at random. In the end: every acknowledged element is
 * there, none is there twice, there is one primary, everyone streams, and never did two nodes accept writes at once. {@code it/set-checker} runs it for longer.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SetCheckerIT {
    private static final int HEALING_SECONDS = 150;

    @Test
    void everyAcknowledgedElementSurvives() throws SQLException {
        long minutes = Long.getLong("matriarch.set-checker.minutes", 3);
        long seed = Long.getLong("matriarch.set-checker.seed", System.nanoTime());
        System.out.println("set checker: " + minutes + " minutes, seed " + seed);
        PartitionedCluster cluster = new PartitionedCluster();
        boolean passed = false;
        try {
            check(cluster, minutes, seed);
            passed = true;
        } finally {
            if (!passed) {
                System.out.println(cluster.tails());
            }
            cluster.close();
            if (passed) {
                cluster.delete();
            }
        }
    }

    private static void check(PartitionedCluster cluster, long minutes, long seed) throws SQLException {
        cluster.awaitHealthy(90);
        SetClient.createSet(cluster.findPrimary().orElseThrow());
        Referee referee = new Referee();
        List<SetClient> clients = IntStream.rangeClosed(1, PartitionedCluster.SIZE)
                .mapToObj(host -> new SetClient(cluster.node(host), host, referee))
                .toList();
        Nemesis nemesis = new Nemesis(cluster, seed);
        nemesis.rage(System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes));
        nemesis.relent();
        cluster.awaitHealthy(HEALING_SECONDS);
        clients.forEach(SetClient::close);

        List<SetClient.Acknowledged> acknowledged = new ArrayList<>();
        clients.forEach(client -> acknowledged.addAll(client.acknowledged()));
        Node primary = cluster.findPrimary().orElseThrow();
        List<Long> present = elements(primary);
        System.out.println(
                "set checker: " + acknowledged.size() + " acknowledged, " + present.size() + " present; " + nemesis);
        assertThat(referee.violations()).as("two primaries").isEmpty();
        assertThat(acknowledged).as("acknowledged elements").isNotEmpty();
        Set<Long> set = new HashSet<>(present);
        assertThat(acknowledged.stream()
                        .filter(one -> !set.contains(one.element()))
                        .toList())
                .as("acknowledged elements that are lost")
                .isEmpty();
        assertThat(present).as("elements on the primary").doesNotHaveDuplicates();
        for (Node node : cluster.nodes()) {
            LocalCluster.await(
                    node + " has what the primary has",
                    60,
                    () -> node.query("select count(*) from elements").equals(Integer.toString(present.size())));
        }
    }

    private static List<Long> elements(Node node) throws SQLException {
        List<Long> elements = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(node.url());
                ResultSet result = connection.createStatement().executeQuery("select element from elements")) {
            while (result.next()) {
                elements.add(result.getLong(1));
            }
        }
        return elements;
    }
}
