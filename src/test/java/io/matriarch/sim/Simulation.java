package io.matriarch.sim;

import io.matriarch.agent.HaLoop;
import io.matriarch.agent.LoopState;
import io.matriarch.agent.Peers;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.KeyedValue;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Tags;
import io.matriarch.dcs.FakeDcs;
import io.matriarch.dcs.FakeEtcd;
import io.matriarch.ha.Decider;
import io.matriarch.ha.PeerReply;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A cluster of agents on virtual time: the real loop and decision over a fake etcd, PostgreSQL and network. A seed is a whole run. After every event the invariants
 * of the design are checked; the first one that breaks ends the run with an {@link AssertionError} that names the seed.
 */
final class Simulation implements SimulatedPostgres.World {
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration STREAMING = Duration.ofMillis(50);
    private static final Duration WRITING = Duration.ofMillis(100);
    private static final Duration STEP = Duration.ofMillis(2);

    private static final Duration MOST_LAG = Duration.ofMillis(700);

    private final Decider decider;
    private final long seed;
    private final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<String, Node> nodes = new TreeMap<>();
    private final Set<Set<String>> cut = new HashSet<>();
    private final Set<String> cutFromEtcd = new HashSet<>();
    private final FakeEtcd etcd;
    private final List<String> trace = new ArrayList<>();
    private long now;
    private long order;
    private long identifiers = 100;
    private double lostCalls;
    private boolean etcdDown;

    Simulation(long seed, int size) {
        this(seed, size, new Decider());
    }

    Simulation(long seed, int size, Decider decider) {
        this.decider = decider;
        this.seed = seed;
        this.random = new Random(seed);
        this.etcd = new FakeEtcd(() -> now);
        for (int i = 1; i <= size; i++) {
            Node node = new Node("n" + i);
            nodes.put(node.name, node);
        }
        nodes.values().forEach(Node::boot);
        etcd.onChange(() -> nodes.values().forEach(Node::wakeSoon));
        repeat(STREAMING, () -> nodes.values().forEach(node -> node.postgres.stream()));
        repeat(WRITING, this::writeSomewhere);
    }

    private record Event(long at, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public long identifier() {
        return ++identifiers;
    }

    @Override
    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    Duration between(Duration least, Duration most) {
        return least.plusNanos((long) (random.nextDouble() * most.minus(least).toNanos()));
    }

    void at(Duration delay, Runnable action) {
        events.add(new Event(now + delay.toNanos(), ++order, action));
    }

    /** For something that the node does: not if the node has died meanwhile. */
    @Override
    public void after(String node, Duration delay, Runnable action) {
        long life = nodes.get(node).life;
        at(delay, () -> {
            if (nodes.get(node).life == life) {
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
            check();
        }
        now = until;
    }

    // Faults.

    void disturb() {
        String victim = "n" + (1 + random.nextInt(nodes.size()));
        switch (random.nextInt(8)) {
            case 0 ->
                fault(
                        "postmaster of " + victim + " killed",
                        () -> nodes.get(victim).postgres.crash());
            case 1 ->
                fault("machine " + victim + " lost", () -> {
                    nodes.get(victim).die();
                    at(between(Duration.ofSeconds(1), Duration.ofSeconds(90)), nodes.get(victim)::boot);
                });
            case 2 ->
                fault("agent of " + victim + " killed", () -> {
                    nodes.get(victim).agentDies();
                    at(between(Duration.ofMillis(20), Duration.ofSeconds(1)), nodes.get(victim)::boot);
                });
            case 3 ->
                fault(victim + " cut off from etcd", () -> {
                    cutFromEtcd.add(victim);
                    at(between(Duration.ofSeconds(1), Duration.ofSeconds(60)), () -> cutFromEtcd.remove(victim));
                });
            case 4 ->
                fault("etcd down", () -> {
                    etcdDown = true;
                    at(between(Duration.ofSeconds(1), Duration.ofSeconds(60)), () -> etcdDown = false);
                });
            case 5 ->
                fault("calls get lost", () -> {
                    lostCalls = 0.3;
                    at(between(Duration.ofSeconds(1), Duration.ofSeconds(30)), () -> lostCalls = 0);
                });
            case 6 -> partition(victim);
            default -> switchover();
        }
    }

    private void partition(String victim) {
        fault(victim + " cut off from its peers", () -> {
            for (String other : nodes.keySet()) {
                if (!other.equals(victim)) {
                    cut.add(Set.of(victim, other));
                }
            }
            at(
                    between(Duration.ofSeconds(1), Duration.ofSeconds(60)),
                    () -> cut.removeIf(pair -> pair.contains(victim)));
        });
    }

    private void switchover() {
        fault("switchover asked for", () -> {
            Optional<String> leader = etcd.find("leader").map(KeyedValue::value);
            leader.ifPresent(name -> new FakeDcs(etcd, "person", TTL, FakeDcs.Network.perfect())
                    .write(
                            new io.matriarch.dcs.DcsCommand.PutFailover(
                                    Mapping.empty().with("leader", name), java.util.OptionalLong.empty()),
                            Deadline.after(() -> now, TTL)));
        });
    }

    private void fault(String what, Runnable effect) {
        note(what);
        effect.run();
    }

    /** All faults end; machines come back. */
    void heal() {
        note("all faults end");
        cut.clear();
        cutFromEtcd.clear();
        etcdDown = false;
        lostCalls = 0;
        nodes.values().forEach(Node::boot);
    }

    // What the fakes ask.

    @Override
    public Duration durationOf(Operation operation) {
        return switch (operation) {
            case Operation.Bootstrap _ -> between(Duration.ofMillis(500), Duration.ofSeconds(5));
            case Operation.Clone _, Operation.Reinitialize _, Operation.Rewind _ ->
                between(Duration.ofSeconds(1), Duration.ofSeconds(20));
            case Operation.Stop _ ->
                chance(0.1) ? Duration.ofSeconds(40) : between(Duration.ofMillis(50), Duration.ofSeconds(2));
            case Operation.Start _, Operation.Restart _, Operation.CrashRecovery _ ->
                between(Duration.ofMillis(200), Duration.ofSeconds(8));
            case Operation.Promote _ -> between(Duration.ofMillis(100), Duration.ofSeconds(2));
            case Operation.DiscardFailedBootstrap _,
                    Operation.Follow _,
                    Operation.CheckDivergence _,
                    Operation.CheckpointAfterPromotion _ -> between(Duration.ofMillis(5), Duration.ofMillis(500));
        };
    }

    @Override
    public Optional<SimulatedPostgres> reachableServer(String from, String to) {
        return reachable(from, to) ? Optional.ofNullable(nodes.get(to)).map(node -> node.postgres) : Optional.empty();
    }

    private boolean reachable(String from, String to) {
        return !cut.contains(Set.of(from, to))
                && Optional.ofNullable(nodes.get(to))
                        .filter(node -> node.powered)
                        .isPresent();
    }

    @Override
    public void promoted(String name) {
        note(name + " promoted to timeline " + nodes.get(name).postgres.timeline());
    }

    /** The decision may remove data only if another copy is as far. */
    @Override
    public void dataRemoved(String name, int length) {
        boolean elsewhere =
                nodes.values().stream().anyMatch(node -> !node.name.equals(name) && node.postgres.length() >= length);
        note("the data of " + name + " are removed");
        require(elsewhere, "the last copy with " + length + " records was removed on " + name);
    }

    private void writeSomewhere() {
        nodes.values().stream()
                .filter(node -> node.postgres.acceptsWrites())
                .forEach(node -> node.postgres.write(identifier()));
    }

    // Invariants.

    private void check() {
        List<String> writable = nodes.values().stream()
                .filter(node -> node.postgres.acceptsWrites())
                .map(node -> node.name)
                .toList();
        require(writable.size() <= 1, "more than one node accepts writes: " + writable);
        for (Node node : nodes.values()) {
            boolean known =
                    etcd.find("initialize").map(KeyedValue::value).orElse("").length() > 9;
            boolean covered = node.leaseUntil - now >= 0;
            require(
                    !node.postgres.acceptsWrites() || covered || !known || node.bootstrapped(),
                    node.name + " accepts writes after its lease");
        }
    }

    private void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("seed " + seed + " at " + Duration.ofNanos(now) + ": " + what + "\n"
                    + String.join("\n", trace.subList(Math.max(0, trace.size() - 60), trace.size())));
        }
    }

    private void note(String what) {
        trace.add(Duration.ofNanos(now) + " " + what);
    }

    /** One primary that holds the lock, and everybody else streams from it. */
    void requireHealthy() {
        List<Node> primaries = nodes.values().stream()
                .filter(node -> node.postgres.acceptsWrites())
                .toList();
        require(primaries.size() == 1, "after healing, primaries: " + primaries.size() + " " + describe());
        for (Node node : nodes.values()) {
            require(
                    node.postgres.acceptsWrites() || node.postgres.isStreamingStandby(),
                    "after healing, " + node.name + " doesn't stream " + describe());
        }
    }

    private String describe() {
        StringBuilder text = new StringBuilder("leader key: ")
                .append(etcd.find("leader").map(KeyedValue::value).orElse("none"));
        nodes.values()
                .forEach(node -> text.append("; ").append(node.name).append(' ').append(node.lastStatus()));
        return text.toString();
    }

    /** A machine with an agent and a server. */
    private final class Node {
        private final String name;
        private final SimulatedPostgres postgres;
        private boolean powered;
        private boolean agentAlive;
        private long life;
        private long turn;
        private long busy;
        private long leaseUntil = Long.MIN_VALUE / 2;
        private Optional<HaLoop> loop = Optional.empty();
        private Optional<LoopState> state = Optional.empty();

        Node(String name) {
            this.name = name;
            this.postgres = new SimulatedPostgres(Simulation.this, name);
        }

        void boot() {
            if (agentAlive) {
                return;
            }
            powered = true;
            agentAlive = true;
            LoopState fresh = new LoopState(
                    this::time,
                    Configurations.of(name),
                    new DynamicConfiguration(Mapping.empty().with("ttl", TTL.toSeconds()), 0),
                    until -> leaseUntil = until);
            FakeDcs dcs = new FakeDcs(etcd, name, TTL, new SimulatedNetwork());
            postgres.onChange(this::wakeSoon);
            loop = Optional.of(new HaLoop(
                    this::time,
                    () -> Instant.EPOCH.plusNanos(time()),
                    decider,
                    dcs,
                    postgres,
                    new SimulatedPeers(),
                    fresh));
            state = Optional.of(fresh);
            schedule(between(Duration.ZERO, Duration.ofMillis(100)));
        }

        /** The agent's clock runs on while it waits inside a step. */
        private long time() {
            return now + busy;
        }

        private FakeDcs.Fate callEtcd(Deadline deadline) {
            if (etcdDown || cutFromEtcd.contains(name) || chance(lostCalls)) {
                busy += deadline.remaining().toNanos();
                return lostCalls > 0 && chance(0.5) && !etcdDown && !cutFromEtcd.contains(name)
                        ? FakeDcs.Fate.ANSWER_LOST
                        : FakeDcs.Fate.LOST_BEFORE;
            }
            return FakeDcs.Fate.ANSWERED;
        }

        private void schedule(Duration delay) {
            turn++;
            long mine = turn;
            after(name, delay, () -> {
                if (agentAlive && mine == turn) {
                    step();
                }
            });
        }

        void wakeSoon() {
            if (agentAlive && busy == 0) {
                schedule(between(Duration.ofMillis(1), Duration.ofMillis(50)));
            }
        }

        private void step() {
            busy = 0;
            HaLoop.Next next = loop.orElseThrow().step();
            Duration spent = Duration.ofNanos(busy).plus(STEP);
            note("  " + name + " " + loop.get().lastRow() + (busy > 0 ? " after " + spent : ""));
            boolean waited = busy > 0;
            switch (next) {
                case HaLoop.Next.Again _ -> schedule(spent);
                case HaLoop.Next.Sleep(Duration atMost) -> schedule(spent.plus(atMost));
                case HaLoop.Next.End _ -> {
                    agentDies();
                    at(Duration.ofSeconds(1), this::boot);
                }
            }
            if (!waited) {
                busy = 0;
            } else {
                after(name, spent.minus(STEP), () -> busy = 0);
            }
        }

        void agentDies() {
            agentAlive = false;
            life++;
            busy = 0;
            postgres.agentGone();
        }

        void die() {
            agentDies();
            powered = false;
            postgres.loseMachine();
        }

        /** Nobody else knows of the cluster yet. */
        boolean bootstrapped() {
            return postgres.length() < 100 && postgres.timeline() == 1;
        }

        String lastStatus() {
            return (powered ? "" : "off ") + (agentAlive ? "" : "no agent ")
                    + (postgres.acceptsWrites() ? "primary" : postgres.isStreamingStandby() ? "streams" : "idle")
                    + " tl " + postgres.timeline() + " wal " + postgres.length() + " "
                    + state.flatMap(LoopState::snapshot)
                            .map(look -> look.server().operation() + " "
                                    + look.server().finished())
                            .orElse("");
        }

        private final class SimulatedNetwork implements FakeDcs.Network {
            @Override
            public FakeDcs.Fate call(Deadline deadline) {
                return callEtcd(deadline);
            }

            @Override
            public Duration lag() {
                return chance(0.2) ? between(Duration.ZERO, MOST_LAG) : Duration.ZERO;
            }
        }

        private final class SimulatedPeers implements Peers {
            @Override
            public Map<String, PeerReply> ask(Collection<Member> members, Deadline deadline) {
                Map<String, PeerReply> replies = new HashMap<>();
                boolean waits = false;
                for (Member member : members) {
                    boolean answers = reachable(name, member.name()) && nodes.get(member.name()).agentAlive;
                    waits = waits || !answers;
                    SimulatedPostgres server = nodes.get(member.name()).postgres;
                    boolean told = answers && server.observe(deadline).reading().isPresent();
                    replies.put(
                            member.name(),
                            told
                                    ? new PeerReply(
                                            member.name(),
                                            true,
                                            server.acceptsWrites(),
                                            server.position(),
                                            OptionalInt.of(server.timeline()),
                                            Tags.NONE,
                                            false)
                                    : PeerReply.unreachable(member.name()));
                }
                if (waits) {
                    busy += deadline.remaining().toNanos();
                }
                return replies;
            }
        }
    }
}
