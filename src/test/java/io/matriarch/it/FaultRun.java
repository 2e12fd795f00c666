package io.matriarch.it;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One cluster of one program, through which faults go one after the other while clients write. */
final class FaultRun implements AutoCloseable {
    private static final int HEALING_SECONDS = 120;

    private final LocalCluster cluster;
    private final Wiring wiring;
    private final Writer writer;

    /**
     * What came of a fault.
     *
     * @param primaries what shows that two nodes accepted writes at once
     * @param lost acknowledged rows that are gone, beyond the last second of a server's life
     * @param gap the longest time without an acknowledged row, in seconds
     * @param trouble why the cluster wasn't whole again by itself, with its dead daemons started again
     */
    record Verdict(List<String> primaries, int lost, double gap, Optional<String> trouble) {
        boolean good() {
            return primaries.isEmpty() && lost == 0 && trouble.isEmpty();
        }

        String cell() {
            String safety = primaries.isEmpty() ? "" : "**two primaries**, ";
            String rows = lost == 0 ? "" : "**" + lost + " rows lost**, ";
            String state = trouble.isEmpty() ? "" : ", **not whole again**";
            return safety + rows + String.format(Locale.ROOT, "%.1f s", gap) + state;
        }
    }

    FaultRun(AgentProgram program) {
        cluster = new LocalCluster(program, LocalCluster.Patience.OF_TESTS);
        wiring = new Wiring(cluster);
        cluster.start();
        writer = new Writer(Node.primaryUrl(cluster.nodes()), "written");
    }

    LocalCluster cluster() {
        return cluster;
    }

    /** The client keeps its connection for as long as it works: it doesn't leave a deposed primary by itself. */
    Verdict verdict(Fault fault) {
        cluster.awaitHealthy();
        writer.awaitWrites();
        long begin = System.nanoTime();
        Node primary = cluster.primary();
        Referee referee = new Referee(cluster);
        Optional<String> trouble = Optional.empty();
        try {
            fault.happen(cluster, wiring, primary);
        } finally {
            try {
                healed();
            } catch (AssertionError e) {
                trouble = Optional.of(String.valueOf(e.getMessage()));
            } finally {
                referee.close();
            }
        }
        return new Verdict(
                referee.violations(), writer.lostBeyondReplication(begin).size(), writer.longestGap(begin), trouble);
    }

    private void healed() {
        LocalCluster.await("one primary and two streaming replicas after the fault", HEALING_SECONDS, () -> {
            cluster.nodes().forEach(Node::startIfDown);
            return cluster.isHealthy();
        });
        writer.awaitWrites();
    }

    @Override
    public void close() {
        writer.close();
        cluster.close();
        wiring.close();
    }
}
