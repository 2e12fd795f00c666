package io.matriarch.sim;

import io.matriarch.agent.Disks;
import io.matriarch.agent.HaLoop;
import io.matriarch.agent.LoopState;
import io.matriarch.agent.Peers;
import io.matriarch.agent.Watchdog;
import io.matriarch.agent.WatchdogDevice;
import io.matriarch.cluster.ArchiveFailure;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotChange;
import io.matriarch.config.WatchdogSettings;
import io.matriarch.dcs.FakeDcs;
import io.matriarch.dcs.FakeEtcd;
import io.matriarch.ha.Decider;
import io.matriarch.ha.Observation.Request;
import io.matriarch.ha.PeerReply;
import io.matriarch.ha.Pledge;
import io.matriarch.postgres.Postgres;
import io.matriarch.postgres.PostgresConfiguration;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A machine with an agent and a server. The agent is the real loop and the real decision. */
final class SimulatedNode {
    static final Duration TTL = Duration.ofSeconds(30);
    private static final int MARGIN = 5;
    private static final Duration AFTER_RESET = Duration.ofSeconds(20);
    private static final Duration GUARDS_MARGIN = Duration.ofMillis(1500);
    private static final Duration STEP = Duration.ofMillis(2);
    private static final Duration MOST_LAG = Duration.ofMillis(700);

    private static final Mapping FIRST = Mapping.empty()
            .with("ttl", TTL.toSeconds())
            .with(
                    "slots",
                    Mapping.empty()
                            .with(
                                    SlotInvariants.CONSUMED,
                                    Mapping.empty()
                                            .with("type", "logical")
                                            .with("database", "postgres")
                                            .with("plugin", "test_decoding")))
            .with("ignore_slots", new Value.Sequence(List.of(Mapping.empty().with("plugin", "foreign"))));

    private final Simulation simulation;
    private final FakeEtcd etcd;
    private final Decider decider;
    private final String name;
    private final SimulatedPostgres postgres;
    private boolean powered;
    private boolean agentAlive;
    private long life;
    private long turn;
    private final SimulatedWatchdog watchdog = new SimulatedWatchdog();
    private boolean watched;
    private long busy;
    private long frozenUntil;
    private long leaseUntil = Long.MIN_VALUE / 2;
    private boolean justResumed;

    /** When whom let this node go on without the DCS. */
    private final Map<String, Long> acceptedBy = new HashMap<>();

    private boolean diskFull;
    private Optional<HaLoop> loop = Optional.empty();
    private Optional<LoopState> state = Optional.empty();

    SimulatedNode(Simulation simulation, FakeEtcd etcd, Decider decider, String name) {
        this.simulation = simulation;
        this.etcd = etcd;
        this.decider = decider;
        this.name = name;
        this.postgres = new SimulatedPostgres(simulation, name);
    }

    String name() {
        return name;
    }

    SimulatedPostgres postgres() {
        return postgres;
    }

    boolean powered() {
        return powered;
    }

    boolean agentAlive() {
        return agentAlive;
    }

    /** Changes when the agent dies: what it had in hand is over then. */
    long life() {
        return life;
    }

    /** Nanoseconds, negative when it is over. */
    long leaseLeft() {
        return leaseUntil - simulation.now();
    }

    /** As far as this node knows. */
    boolean paused() {
        return state.filter(known -> known.dynamic().paused()).isPresent();
    }

    /** As far as this node knows. */
    boolean inStandbyCluster() {
        return state.filter(known -> known.dynamic().standbyCluster()).isPresent();
    }

    /** It has just seen the end of maintenance mode: it asks once for the lock, or stops. */
    boolean justResumed() {
        return justResumed;
    }

    /** A person has stopped the agent, and PostgreSQL with it, which takes its time. */
    boolean isShuttingDown() {
        return !agentAlive
                || state.flatMap(LoopState::request)
                        .filter(Request.Shutdown.class::isInstance)
                        .isPresent();
    }

    void ask(Request request) {
        state.filter(_ -> agentAlive).ifPresent(running -> {
            var _ = running.ask(request);
            wakeSoon();
        });
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
                state.map(LoopState::dynamic).orElseGet(this::first), // as patroni.dynamic.json keeps it
                until -> leaseUntil = until);
        fresh.use(new Watchdog(
                new WatchdogSettings(
                        watched ? WatchdogSettings.Mode.REQUIRED : WatchdogSettings.Mode.OFF,
                        "simulated",
                        false,
                        MARGIN),
                watchdog));
        fresh.use(this::space);
        FakeDcs dcs = new FakeDcs(etcd, name, TTL, new ToEtcd());
        postgres.onChange(this::wakeSoon);
        loop = Optional.of(new HaLoop(
                this::time,
                () -> Instant.EPOCH.plusNanos(time()),
                decider,
                simulation.plant().dcs(dcs),
                simulation.plant().postgres(new PatientPostgres()),
                simulation.plant().peers(new ToPeers()),
                fresh));
        state = Optional.of(fresh);
        schedule(simulation.between(Duration.ZERO, Duration.ofMillis(100)));
    }

    private DynamicConfiguration first() {
        Simulation.FailsafeMode mode = simulation.failsafe();
        Mapping config = simulation
                .synchronousMode()
                .in(FIRST)
                .with("failsafe_mode", mode != Simulation.FailsafeMode.OFF)
                .with("failsafe_quorum", mode == Simulation.FailsafeMode.MAJORITY)
                .patchedWith(simulation.settings());
        return new DynamicConfiguration(config, 0);
    }

    /** From its next start on it has a kernel watchdog, and leads with it only. */
    void watch() {
        watched = true;
    }

    /** The kernel's own, it outlives the agent. */
    private final class SimulatedWatchdog implements WatchdogDevice {
        private Duration timeout = Duration.ZERO;
        private long sign;
        private boolean armed;

        @Override
        public boolean usable() {
            return true;
        }

        @Override
        public Optional<String> arm(Duration wanted) {
            timeout = wanted;
            armed = true;
            return Optional.empty();
        }

        @Override
        public Duration timeout() {
            return timeout;
        }

        @Override
        public boolean keepAlive() {
            sign++;
            long mine = sign;
            simulation.at(timeout.plusNanos(busy), () -> {
                if (armed && mine == sign) {
                    simulation.count(Happening.WATCHDOG_RESET);
                    die();
                    simulation.at(AFTER_RESET, SimulatedNode.this::boot);
                }
            });
            return true;
        }

        @Override
        public void disarm() {
            armed = false;
        }
    }

    /** The members whose consent to go on without the DCS is younger than ttl, as the simulator saw it. */
    Set<String> consenting() {
        return acceptedBy.entrySet().stream()
                .filter(accepted -> simulation.now() - accepted.getValue() < TTL.toNanos())
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** SIGSTOP, and SIGCONT after {@code pause}. */
    void freeze(Duration pause) {
        frozenUntil = simulation.now() + pause.toNanos();
        guardWatches();
    }

    private void guardWatches() {
        long left = leaseLeft() - GUARDS_MARGIN.toNanos();
        simulation.at(Duration.ofNanos(Math.max(0, left)), this::guardLooks);
    }

    /** The guard waits for no agent, frozen or just started, when the lease runs out (docs/guard.md). */
    private void guardLooks() {
        boolean over = leaseLeft() <= GUARDS_MARGIN.toNanos();
        if (!over || !powered || !postgres.acceptsWrites() || paused()) {
            return;
        }
        postgres.crash();
        if (agentAlive) {
            agentDies();
            frozenUntil = simulation.now();
            simulation.at(simulation.between(Duration.ofMillis(20), Duration.ofSeconds(1)), this::boot);
        }
    }

    void agentDies() {
        agentAlive = false;
        life++;
        busy = 0;
        postgres.agentGone();
        guardWatches();
    }

    void die() {
        watchdog.disarm();
        agentDies();
        powered = false;
        postgres.loseMachine();
    }

    void wakeSoon() {
        if (agentAlive && busy == 0) {
            schedule(simulation.between(Duration.ofMillis(1), Duration.ofMillis(50)));
        }
    }

    /** The agent's clock runs on while it waits inside a step. */
    private long time() {
        return simulation.now() + busy;
    }

    private void schedule(Duration delay) {
        turn++;
        long mine = turn;
        simulation.after(name, delay, () -> {
            if (mine != turn) {
                return;
            }
            if (frozenUntil > simulation.now()) {
                schedule(Duration.ofNanos(frozenUntil - simulation.now()));
            } else {
                step();
            }
        });
    }

    private void step() {
        busy = 0;
        boolean wasPaused = paused();
        HaLoop.Next next = loop.orElseThrow().step();
        justResumed = !paused() && (wasPaused || (justResumed && postgres.isStopping()));
        Duration spent = Duration.ofNanos(busy).plus(STEP);
        String row = loop.get().lastRow();
        simulation.note("  " + name + " " + row + (busy > 0 ? " after " + spent : ""));
        simulation.decided(row, paused());
        boolean waited = busy > 0;
        switch (next) {
            case HaLoop.Next.Again _ -> schedule(spent);
            case HaLoop.Next.Sleep(Duration atMost) -> schedule(spent.plus(atMost));
            case HaLoop.Next.End _ -> {
                agentDies();
                simulation.at(simulation.between(Duration.ofSeconds(1), Duration.ofSeconds(30)), this::boot);
            }
        }
        if (!waited) {
            busy = 0;
        } else {
            simulation.after(name, spent.minus(STEP), () -> busy = 0);
        }
    }

    String describe() {
        return (powered ? "" : "off ") + (agentAlive ? "" : "no agent ")
                + (postgres.acceptsWrites() ? "primary" : postgres.isStreamingStandby() ? "streams" : "idle")
                + " tl " + postgres.timeline() + " wal " + postgres.length() + " "
                + state.flatMap(LoopState::snapshot)
                        .map(look ->
                                look.server().operation() + " " + look.server().finished())
                        .orElse("");
    }

    /** What the agent does after it waited for something, it does that much later. */
    private void later(Runnable action) {
        if (busy == 0) {
            action.run();
        } else {
            simulation.after(name, Duration.ofNanos(busy), action);
        }
    }

    private final class PatientPostgres implements Postgres {
        @Override
        public ServerStatus observe(Deadline deadline) {
            return postgres.observe(deadline);
        }

        @Override
        public CompletableFuture<Optional<ServerReading>> readNow() {
            return postgres.readNow();
        }

        @Override
        public CompletableFuture<Optional<ArchiveFailure>> archiveFailure() {
            return postgres.archiveFailure();
        }

        @Override
        public void begin(Operation operation) {
            simulation.invariants().begins(SimulatedNode.this, operation);
            if (operation instanceof Operation.Clone
                    || operation instanceof Operation.Rewind
                    || operation instanceof Operation.Reinitialize) {
                simulation.disturbances().copyBegins(SimulatedNode.this);
            }
            if (operation instanceof Operation.CheckpointAfterPromotion) {
                simulation.disturbances().checkpointBegins(SimulatedNode.this);
            }
            later(() -> postgres.begin(operation));
        }

        @Override
        public void cancelOperation() {
            later(postgres::cancelOperation);
        }

        @Override
        public void stopAtOnce() {
            simulation.count(Happening.STOPPED_AT_ONCE);
            later(postgres::stopAtOnce);
        }

        @Override
        public Optional<String> reload(PostgresConfiguration configuration, Deadline deadline) {
            return postgres.reload(configuration, deadline);
        }

        @Override
        public Optional<String> changeSlots(List<SlotChange> changes, Deadline deadline) {
            return postgres.changeSlots(changes, deadline);
        }

        @Override
        public Optional<String> setSlotParameters(Map<String, String> parameters, Deadline deadline) {
            return postgres.setSlotParameters(parameters, deadline);
        }

        @Override
        public Optional<String> setSynchronousStandbyNames(Optional<String> names, Deadline deadline) {
            return postgres.setSynchronousStandbyNames(names, deadline);
        }

        @Override
        public void onChange(Runnable listener) {
            postgres.onChange(listener);
        }
    }

    private final class ToEtcd implements FakeDcs.Network {
        @Override
        public FakeDcs.Fate call(Deadline deadline) {
            SimulatedNetwork network = simulation.network();
            boolean silent = network.etcdSilentFor(name);
            if (!silent && !simulation.chance(network.lostCalls())) {
                return FakeDcs.Fate.ANSWERED;
            }
            busy += deadline.remaining().toNanos();
            boolean arrives = !silent && simulation.chance(0.5);
            simulation.count(arrives ? Happening.ANSWER_LOST : Happening.REQUEST_LOST);
            return arrives ? FakeDcs.Fate.ANSWER_LOST : FakeDcs.Fate.LOST_BEFORE;
        }

        @Override
        public Duration lag() {
            return simulation.chance(0.2) ? simulation.between(Duration.ZERO, MOST_LAG) : Duration.ZERO;
        }
    }

    private final class ToPeers implements Peers {
        @Override
        public Map<String, PeerReply> ask(Collection<Member> members, Deadline deadline) {
            Map<String, PeerReply> replies = new HashMap<>();
            boolean waits = false;
            for (Member member : members) {
                Optional<PeerReply> reply = simulation.answerOf(name, member.name(), deadline);
                waits = waits || reply.isEmpty();
                replies.put(member.name(), reply.orElseGet(() -> PeerReply.unreachable(member.name())));
            }
            if (waits) {
                busy += deadline.remaining().toNanos();
            }
            return replies;
        }

        @Override
        public Set<String> accepting(Map<String, String> apiUrls, Mapping body, Deadline deadline) {
            long asked = simulation.now() + busy;
            Set<String> accepting = new TreeSet<>();
            tell(apiUrls, deadline, node -> node.accepts(body)).forEach((member, accepts) -> {
                if (accepts) {
                    accepting.add(member);
                    acceptedBy.put(member, asked);
                }
            });
            return accepting;
        }

        @Override
        public Map<String, Pledge> pledging(Map<String, String> apiUrls, Mapping body, Deadline deadline) {
            return tell(apiUrls, deadline, SimulatedNode::pledges);
        }

        /** The answers of those who can be reached. */
        private <T> Map<String, T> tell(
                Map<String, String> apiUrls, Deadline deadline, Function<SimulatedNode, T> call) {
            Map<String, T> answers = new TreeMap<>();
            boolean waits = false;
            for (String member : new TreeSet<>(apiUrls.keySet())) {
                Optional<SimulatedNode> asked = simulation.reachableNode(name, member);
                waits = waits || asked.isEmpty();
                asked.ifPresent(node -> answers.put(member, simulation.later(busy, () -> call.apply(node))));
            }
            if (waits) {
                busy += deadline.remaining().toNanos();
            }
            return answers;
        }
    }

    void fillDisk(boolean full) {
        diskFull = full;
    }

    private Disks.Space space() {
        OptionalLong free = OptionalLong.of(diskFull ? 0 : 1L << 40);
        return new Disks.Space(free, free);
    }

    boolean answers() {
        return agentAlive && frozenUntil <= simulation.now();
    }

    private boolean accepts(Mapping call) {
        return simulation.plant() == Plant.FORGETFUL
                ? !postgres.acceptsWrites()
                : state.orElseThrow().acceptFailsafe(call);
    }

    private Pledge pledges() {
        return simulation.plant() == Plant.PERJURED
                ? Pledge.GIVEN
                : state.orElseThrow().pledge();
    }

    /** What this node's REST interface says; absent when nobody answers there. */
    Optional<PeerReply> answer(Deadline deadline) {
        if (!answers()) {
            return Optional.empty();
        }
        Optional<ServerReading> reading = postgres.observe(deadline).reading();
        return Optional.of(reading.map(told -> new PeerReply(
                        name,
                        true,
                        !told.inRecovery(),
                        told.walPosition(),
                        told.endKnown(),
                        told.timeline(),
                        io.matriarch.cluster.Tags.NONE,
                        false,
                        diskFull))
                .orElseGet(() -> PeerReply.unreachable(name)));
    }
}
