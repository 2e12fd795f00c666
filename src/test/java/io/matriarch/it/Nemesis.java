package io.matriarch.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Harms a cluster at random: cuts networks, kills and freezes processes, for a while, one thing after the other and sometimes two at once. */
final class Nemesis {
    private static final int LONGEST_HARM_SECONDS = 28;
    private static final int LONGEST_REST_SECONDS = 8;

    private final PartitionedCluster cluster;
    private final Random random;
    private final List<Long> frozen = new ArrayList<>();
    private final TreeMap<String, Integer> done = new TreeMap<>();

    Nemesis(PartitionedCluster cluster, long seed) {
        this.cluster = cluster;
        this.random = new Random(seed);
    }

    /** What can be done to a cluster. */
    private enum Harm {
        ISOLATE_ANY,
        ISOLATE_PRIMARY,
        CUT_ONE_WAY,
        CUT_A_PAIR,
        KILL_AGENT,
        KILL_GUARD,
        KILL_GUARD_AND_AGENT,
        KILL_POSTMASTER,
        KILL_ALL,
        KILL_ETCD,
        FREEZE_AGENT,
        FREEZE_GUARD,
        FREEZE_GUARD_AND_AGENT,
        FREEZE_POSTMASTER,
        FREEZE_ETCD,
        STOP
    }

    /** Until that moment of System.nanoTime. */
    void rage(long until) {
        while (System.nanoTime() < until) {
            harm();
            if (random.nextInt(3) == 0) {
                harm();
            }
            pause(LONGEST_HARM_SECONDS, until);
            relent();
            pause(LONGEST_REST_SECONDS, until);
        }
    }

    private void pause(int longestSeconds, long until) {
        long millis = 500 + random.nextLong(longestSeconds * 1_000L);
        long left = Math.max(0, (until - System.nanoTime()) / 1_000_000);
        PartitionedCluster.pause(Math.min(millis, left));
    }

    private void harm() {
        Harm harm = Harm.values()[random.nextInt(Harm.values().length)];
        // half of all harm is done to the primary: that's where it hurts
        int victim = random.nextBoolean() ? primary() : anyone();
        System.out.printf("%tT %s node%d%n", System.currentTimeMillis(), harm, victim);
        done.merge(harm.name(), 1, Integer::sum);
        harm(harm, victim);
    }

    private void harm(Harm harm, int victim) {
        Node node = cluster.node(victim);
        int other = victim % PartitionedCluster.SIZE + 1;
        switch (harm) {
            case ISOLATE_ANY -> cluster.hosts().isolate(victim);
            case ISOLATE_PRIMARY -> cluster.hosts().isolate(primary());
            case CUT_ONE_WAY -> cluster.hosts().cut(victim, other);
            case CUT_A_PAIR -> cluster.hosts().cutBothWays(victim, other);
            case KILL_AGENT -> signal("KILL", agent(node));
            case KILL_GUARD -> signal("KILL", guard(node));
            case KILL_GUARD_AND_AGENT -> signal("KILL", both(node));
            case KILL_POSTMASTER -> signal("KILL", postmaster(node));
            case KILL_ALL -> {
                List<Long> all = new ArrayList<>(both(node));
                all.addAll(postmaster(node));
                signal("KILL", all);
            }
            case KILL_ETCD -> signal("KILL", List.of(cluster.etcd(victim).pid()));
            case FREEZE_AGENT -> freeze(agent(node));
            case FREEZE_GUARD -> freeze(guard(node));
            case FREEZE_GUARD_AND_AGENT -> freeze(both(node));
            case FREEZE_POSTMASTER -> freeze(postmaster(node));
            case FREEZE_ETCD -> freeze(List.of(cluster.etcd(victim).pid()));
            case STOP -> signal("TERM", guard(node));
        }
    }

    private void freeze(List<Long> pids) {
        signal("STOP", pids);
        frozen.addAll(pids);
    }

    private static void signal(String name, List<Long> pids) {
        ServerProcess.signal(name, pids.stream().mapToLong(Long::longValue).toArray());
    }

    private static List<Long> guard(Node node) {
        return node.isRunning() ? List.of(node.process().pid()) : List.of();
    }

    private static List<Long> agent(Node node) {
        return node.agentProcess().map(List::of).orElse(List.of());
    }

    private static List<Long> both(Node node) {
        return node.agentProcesses();
    }

    private static List<Long> postmaster(Node node) {
        return node.postmaster().stream().boxed().toList();
    }

    private int anyone() {
        return 1 + random.nextInt(PartitionedCluster.SIZE);
    }

    private int primary() {
        return cluster.findPrimary()
                .map(node -> cluster.nodes().indexOf(node) + 1)
                .orElseGet(this::anyone);
    }

    /** Heals the networks and wakes the frozen; what was killed is started by the cluster's keeper. */
    void relent() {
        cluster.hosts().heal();
        signal("CONT", frozen);
        frozen.clear();
    }

    @Override
    public String toString() {
        return done.toString();
    }
}
