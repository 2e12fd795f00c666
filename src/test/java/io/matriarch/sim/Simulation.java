package io.matriarch.sim;

import io.matriarch.cluster.KeyedValue;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.Upstream;
import io.matriarch.dcs.FakeEtcd;
import io.matriarch.ha.Decider;
import io.matriarch.ha.PeerReply;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A cluster of agents on virtual time: the real loop and decision over a fake etcd, PostgreSQL and network. A seed is a whole run. After every event the invariants
 * of the design are checked; the first one that breaks ends the run with an {@link AssertionError} that says how to replay it.
 */
final class Simulation implements SimulatedPostgres.World {
    private static final Duration STREAMING = Duration.ofMillis(50);
    private static final Duration WRITING = Duration.ofMillis(100);
    private static final Duration CONSUMING = Duration.ofMillis(700);
    private static final int TOLD = 80;

    private final long seed;
    private final Plant plant;
    private final FailsafeMode failsafe;
    private final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final SynchronousMode synchronousMode;
    private final Map<String, SimulatedNode> nodes = new TreeMap<>();
    private final SimulatedNetwork network = new SimulatedNetwork();
    private final FakeEtcd etcd;
    private final Invariants invariants;
    private final SlotInvariants slotInvariants = new SlotInvariants(this);
    private final Disturbances disturbances;
    private final Map<Happening, Integer> tally = new EnumMap<>(Happening.class);
    private final Mapping settings;
    private final SimulatedPostgres remote;
    private boolean remoteWrites = true;
    private final List<String> trace = new ArrayList<>();
    private long now;
    private long ahead;
    private long order;
    private long identifiers = 100;

    Simulation(long seed, int size, Decider decider) {
        this(seed, size, decider, Plant.NOTHING, Mapping.empty());
    }

    /** {@code settings}: changes of the first dynamic configuration. */
    Simulation(long seed, int size, Decider decider, Mapping settings) {
        this(seed, size, decider, Plant.NOTHING, settings);
    }

    Simulation(long seed, int size, Decider decider, Plant plant) {
        this(seed, size, decider, plant, Mapping.empty());
    }

    Simulation(long seed, int size, Decider decider, Plant plant, Mapping settings) {
        this.seed = seed;
        this.settings = settings;
        this.plant = plant;
        this.failsafe = FailsafeMode.values()[(int) (seed % FailsafeMode.values().length)];
        this.random = new Random(seed);
        this.etcd = new FakeEtcd(() -> now);
        this.synchronousMode = SynchronousMode.any(random);
        this.invariants = new Invariants(this, etcd);
        this.disturbances = new Disturbances(this, etcd);
        for (int i = 1; i <= size; i++) {
            nodes.put("n" + i, new SimulatedNode(this, etcd, decider, "n" + i));
        }
        remote = SimulatedPostgres.remote(this);
        if (seed / 3 % 3 == 0) { // another third in each failsafe mode
            nodes.get("n1").watch();
        }
        nodes.values().forEach(SimulatedNode::boot);
        etcd.onChange(() -> nodes.values().forEach(SimulatedNode::wakeSoon));
        repeat(STREAMING, this::stream);
        repeat(WRITING, this::writeSomewhere);
        repeat(CONSUMING, slotInvariants::consume);
    }

    /** Whether a primary may go on without the DCS; a seed has one for its whole life. */
    enum FailsafeMode {
        OFF,
        ALL,
        MAJORITY
    }

    private record Event(long at, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    @Override
    public long now() {
        return now + ahead;
    }

    /** What a node does to another one after it has waited within a step happens that much later. */
    <T> T later(long nanos, Supplier<T> call) {
        ahead = nanos;
        try {
            return call.get();
        } finally {
            ahead = 0;
        }
    }

    @Override
    public long identifier() {
        return ++identifiers;
    }

    @Override
    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    FailsafeMode failsafe() {
        return failsafe;
    }

    Plant plant() {
        return plant;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    Duration between(Duration least, Duration most) {
        return least.plusNanos((long) (random.nextDouble() * most.minus(least).toNanos()));
    }

    SimulatedNode someNode() {
        return nodes.get("n" + (1 + below(nodes.size())));
    }

    Collection<SimulatedNode> nodes() {
        return nodes.values();
    }

    Mapping settings() {
        return settings;
    }

    /** The primary of the cluster that this one may be the standby of. */
    SimulatedPostgres remote() {
        return remote;
    }

    /** From now on nobody writes at the remote primary. */
    void remoteIsQuiet() {
        remoteWrites = false;
    }

    SimulatedNetwork network() {
        return network;
    }

    Invariants invariants() {
        return invariants;
    }

    Disturbances disturbances() {
        return disturbances;
    }

    /** The one of the cluster's first configuration. */
    SynchronousMode synchronousMode() {
        return synchronousMode;
    }

    SynchronousMode anotherSynchronousMode() {
        return SynchronousMode.any(random);
    }

    private void stream() {
        nodes.values().forEach(node -> node.postgres().stream());
        nodes.values().forEach(node -> node.postgres().acknowledge());
    }

    Map<Happening, Integer> tally() {
        return tally;
    }

    void at(Duration delay, Runnable action) {
        events.add(new Event(now + delay.toNanos(), ++order, action));
    }

    /** For something that the node does: not if its agent has died meanwhile. */
    @Override
    public void after(String node, Duration delay, Runnable action) {
        long life = nodes.get(node).life();
        at(delay, () -> {
            if (nodes.get(node).life() == life) {
                action.run();
            }
        });
    }

    private void repeat(Duration interval, Runnable action) {
        at(interval, () -> {
            action.run();
            repeat(interval, action);
        });
    }

    /** Runs for a stretch of virtual time. */
    void run(Duration stretch) {
        long until = now + stretch.toNanos();
        while (!events.isEmpty() && events.peek().at() <= until) {
            Event event = events.poll();
            now = event.at();
            etcd.expire();
            event.action().run();
            invariants.check();
        }
        now = until;
    }

    /** All faults end; machines come back; a person ends the maintenance mode. */
    void heal() {
        note("all faults end");
        network.heal();
        disturbances.end();
        disturbances.setPause(false);
        nodes.values().forEach(node -> {
            node.boot();
            node.fillDisk(false);
            node.postgres().hang(false);
            node.postgres().stall(false);
        });
    }

    /** Runs until the cluster is healthy, at most for {@code most}; then it has to stay so. Returns how long it took. */
    Duration requireHealing(Duration most, Duration quiet) {
        long began = now;
        Optional<String> wrong = invariants.unhealthy();
        while (wrong.isPresent() && now - began < most.toNanos()) {
            run(Duration.ofSeconds(1));
            nodes.values().forEach(SimulatedNode::boot); // one that was still shutting down is started again, too
            if (now - began > most.dividedBy(3).toNanos()) {
                disturbances.rescue();
            }
            wrong = invariants.unhealthy();
        }
        wrong.ifPresent(what -> invariants.require(false, "after " + most + " without faults: " + what));
        Duration took = Duration.ofNanos(now - began);
        run(quiet);
        invariants
                .unhealthy()
                .ifPresent(what -> invariants.require(false, "without any fault it fell ill again: " + what));
        invariants.checkForks();
        return took;
    }

    // What the fakes ask and tell.

    @Override
    public Duration durationOf(Operation operation) {
        return switch (operation) {
            case Operation.Bootstrap _ -> between(Duration.ofMillis(500), Duration.ofSeconds(5));
            case Operation.Clone _, Operation.Reinitialize _, Operation.Rewind _ ->
                between(Duration.ofSeconds(1), Duration.ofSeconds(20));
            case Operation.Stop _ -> slowly(0.1, Happening.SLOW_STOP);
            case Operation.CheckpointAfterPromotion _ ->
                slowly(disturbances.cutsNextCheckpoint() ? 1 : 0.1, Happening.SLOW_CHECKPOINT);
            case Operation.Start _, Operation.Restart _, Operation.CrashRecovery _ ->
                between(Duration.ofMillis(200), Duration.ofSeconds(8));
            case Operation.Promote _ -> between(Duration.ofMillis(100), Duration.ofSeconds(2));
            case Operation.CopyLogicalSlots _ -> between(Duration.ofMillis(300), Duration.ofSeconds(5));
            case Operation.DiscardFailedBootstrap _, Operation.Follow _, Operation.CheckDivergence _ ->
                between(Duration.ofMillis(5), Duration.ofMillis(500));
        };
    }

    private Duration slowly(double probability, Happening kind) {
        if (!chance(probability)) {
            return between(Duration.ofMillis(20), Duration.ofSeconds(2));
        }
        count(kind);
        return between(Duration.ofSeconds(10), Duration.ofSeconds(60));
    }

    @Override
    public Optional<SimulatedPostgres> reachableServer(String from, String to) {
        if (to.equals(Upstream.remote("").member())) {
            return Optional.of(remote);
        }
        return network.reaches(from, to)
                ? Optional.ofNullable(nodes.get(to))
                        .filter(SimulatedNode::powered)
                        .map(SimulatedNode::postgres)
                : Optional.empty();
    }

    /** The node whose REST interface answers. */
    Optional<SimulatedNode> reachableNode(String from, String to) {
        return network.reaches(from, to)
                ? Optional.ofNullable(nodes.get(to)).filter(SimulatedNode::answers)
                : Optional.empty();
    }

    Optional<PeerReply> answerOf(String from, String to, Deadline deadline) {
        return network.reaches(from, to) ? nodes.get(to).answer(deadline) : Optional.empty();
    }

    @Override
    public void promoted(String name) {
        SimulatedNode node = nodes.get(name);
        note(name + " promoted to timeline " + node.postgres().timeline());
        count(Happening.PROMOTION);
        invariants.promoted(node);
    }

    @Override
    public boolean sourcesAreAsked() {
        return plant.asksSources();
    }

    @Override
    public void dataRemoved(String name, int length, boolean ordered) {
        note("the data of " + name + " are removed");
        invariants.dataRemoved(name, length, ordered);
    }

    @Override
    public void ended(String name, Operation operation) {
        switch (operation) {
            case Operation.Restart _ -> count(Happening.RESTARTED);
            case Operation.Clone _ -> count(Happening.CLONED);
            case Operation.Reinitialize _ -> count(Happening.REINITIALIZED);
            case Operation.Rewind _ -> count(Happening.REWOUND);
            case Operation.CopyLogicalSlots _ -> count(Happening.LOGICAL_SLOTS_COPIED);
            case Operation.Bootstrap _,
                    Operation.DiscardFailedBootstrap _,
                    Operation.Start _,
                    Operation.Stop _,
                    Operation.Promote _,
                    Operation.Follow _,
                    Operation.CrashRecovery _,
                    Operation.CheckDivergence _,
                    Operation.CheckpointAfterPromotion _ -> {}
        }
    }

    @Override
    public List<SimulatedPostgres> standbysOf(String name) {
        return nodes.values().stream()
                .map(SimulatedNode::postgres)
                .filter(server -> server.streamsFrom(name))
                .toList();
    }

    @Override
    public void acknowledged(String name, int length) {
        Optional.ofNullable(nodes.get(name)).ifPresent(node -> invariants.acknowledged(node, length));
    }

    @Override
    public void changes(SimulatedPostgres server, SlotChange change) {
        switch (change) {
            case SlotChange.AdvancePhysical _ -> count(Happening.PHYSICAL_SLOT_ADVANCED);
            case SlotChange.AdvanceLogical _ -> count(Happening.LOGICAL_SLOT_ADVANCED);
            case SlotChange.ReleaseXmin _ -> count(Happening.XMIN_RELEASED);
            case SlotChange.CreatePhysical _, SlotChange.CreateLogical _, SlotChange.Drop _, SlotChange.Recreate _ -> {}
        }
        slotInvariants.changes(server, change);
    }

    /** A node's decision, by the row of the transition table. */
    void decided(String row, boolean paused) {
        switch (row) {
            case "dcs-demote", "leader-unanswered" -> count(Happening.DEMOTION_WITHOUT_DCS);
            case "failsafe-go-on" ->
                count(failsafe == FailsafeMode.ALL ? Happening.WENT_ON_WITH_ALL : Happening.WENT_ON_WITH_A_MAJORITY);
            case "leader-unable" -> count(Happening.UNABLE_AND_HANDED_OVER);
            case "race-pledges" -> count(Happening.PLEDGED);
            case "stopped-hand-over" -> count(Happening.HANDED_OVER);
            case "dcs-paused", "stopped-paused-wait", "follower-primary-paused", "leader-lost-paused" ->
                count(Happening.HELD_STILL_IN_PAUSE);
            case "leader-sync-step", "operating-sync-step" -> count(Happening.SYNCHRONOUS_STEP);
            case "sync-prepare-key" -> count(Happening.SYNCHRONOUS_PROMOTION);
            // what was asked for long ago, when nobody could do it yet, and is done now
            case "leader-hand-over", "operating-release-early" -> invariants.personAsked();
            case "follower-leave-sync", "shutdown-leave-sync" -> count(Happening.LEFT_SYNCHRONOUS_DUTY);
            case "follower-wal-missing", "starting-wal-missing" -> count(Happening.CLONED_FOR_MISSING_WAL);
            default -> {}
        }
    }

    private void writeSomewhere() {
        nodes.values().stream()
                .filter(node -> node.postgres().acceptsWrites())
                .forEach(node -> node.postgres().write(identifier()));
        if (remoteWrites) {
            remote.write(identifier());
        }
    }

    // What happened.

    void count(Happening kind) {
        tally.merge(kind, 1, Integer::sum);
    }

    void note(String what) {
        trace.add(Duration.ofNanos(now) + " " + what);
    }

    /** Everything that happened, for the test that a seed is a whole run. */
    List<String> trace() {
        return trace;
    }

    AssertionError broken(String what) {
        return new AssertionError("seed " + seed + " at " + Duration.ofNanos(now) + ": " + what
                + "\nreplay it with: it/simulate --seed " + seed + "\n" + describe() + "\nthe last decisions:\n"
                + String.join("\n", trace.subList(Math.max(0, trace.size() - TOLD), trace.size())));
    }

    private String describe() {
        StringBuilder text = new StringBuilder("leader key: ")
                .append(etcd.find("leader").map(KeyedValue::value).orElse("none"));
        nodes.values()
                .forEach(node ->
                        text.append("\n").append(node.name()).append(' ').append(node.describe()));
        return text.toString();
    }
}
