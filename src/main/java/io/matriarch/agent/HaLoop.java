package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.config.Configuration;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.ha.Action;
import io.matriarch.ha.Beginnings;
import io.matriarch.ha.Decider;
import io.matriarch.ha.Decision;
import io.matriarch.ha.Memory;
import io.matriarch.ha.Observation;
import io.matriarch.ha.Outcome;
import io.matriarch.ha.PeerReply;
import io.matriarch.ha.Pledge;
import io.matriarch.ha.RejoinPlanner;
import io.matriarch.postgres.Postgres;
import io.matriarch.postgres.ReplicaMethod;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Observe, decide, carry out, one action a step. Holds no thread: the daemon calls {@link #step} in a loop, the simulator in virtual time. Not safe for several
 * threads.
 */
public final class HaLoop {
    private static final Logger LOG = Logger.getLogger(HaLoop.class);
    private static final Duration SERVER_PATIENCE = Duration.ofSeconds(3);
    private static final Duration SHORTEST_SLEEP = Duration.ofMillis(1);

    private final Ticker ticker;
    private final InstantSource wallClock;
    private final Dcs dcs;
    private final Postgres postgres;
    private final LoopState state;
    private final ActionRunner runner;
    private final Decider decider;
    private final DynamicChanges dynamicChanges = new DynamicChanges();

    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<String, PeerReply> peers = new HashMap<>();
    private final Map<String, Pledge> pledges = new HashMap<>();
    private Memory memory = Memory.INITIAL;
    private boolean dcsFailedInThisCycle;
    private boolean cycleBegins = true;
    private long cycleBegan;
    private String lastLine = "";
    private String lastRow = "";

    public HaLoop(
            Ticker ticker,
            InstantSource wallClock,
            Decider decider,
            Dcs dcs,
            Postgres postgres,
            Peers peerPort,
            LoopState state) {
        this.decider = decider;
        this.ticker = ticker;
        this.wallClock = wallClock;
        this.dcs = dcs;
        this.postgres = postgres;
        this.state = state;
        this.runner = new ActionRunner(ticker, dcs, postgres, peerPort, state, peers, pledges);
    }

    /** What the caller does after a step. */
    public sealed interface Next {
        /** The cycle goes on. */
        record Again() implements Next {}

        /** The cycle is over; the next one is due after {@code atMost}, or when something changes. */
        record Sleep(Duration atMost) implements Next {}

        /** The agent ends. */
        record End(int code) implements Next {}
    }

    /** One look, one decision, one action. */
    public Next step() {
        if (cycleBegins) {
            cycleBegins = false;
            cycleBegan = ticker.nanos();
        }
        Observation observation = observe();
        Decision decision = decider.decide(observation, memory);
        memory = decision.memory();
        lastRow = decision.row();
        state.rejoins(RejoinPlanner.report(observation.trusting(), decision), ticker.nanos());
        decision.line().ifPresent(line -> lastLine = line);
        LOG.debugf("row %s: %s", decision.row(), decision.action());
        return switch (decision.action()) {
            case Action.Idle idle -> finishCycle(observation, idle);
            case Action.Exit(int code) -> end(observation, code);
            case Action.Begin begin -> {
                logLine(observation);
                carryOut(begin, observation);
                yield new Next.Again();
            }
            case Action.AcquireLeaderLock _,
                    Action.RenewLeaderLock _,
                    Action.TakeLeaderLock _,
                    Action.ReleaseLeaderLock _,
                    Action.CreateInitialize _,
                    Action.RegisterBootstrap _,
                    Action.PutInitialize _,
                    Action.DeleteInitialize _,
                    Action.PutConfig _,
                    Action.ClearFailoverRequest _,
                    Action.AskPeers _,
                    Action.AskFailsafe _,
                    Action.AskPledges _,
                    Action.PutFailsafe _,
                    Action.PutHistory _,
                    Action.SyncSlots _,
                    Action.PutSync _,
                    Action.DeleteSync _,
                    Action.SetStandbyNames _,
                    Action.SetSlotParameters _,
                    Action.ActivateWatchdog _,
                    Action.DisarmWatchdog _,
                    Action.CancelOperation _,
                    Action.StopAtOnce _ -> {
                carryOut(decision.action(), observation);
                yield new Next.Again();
            }
        };
    }

    private void carryOut(Action action, Observation observation) {
        outcomes.add(new Outcome(action, runner.carryOut(action, observation)));
    }

    /** An error ends without a trace in the DCS: the cluster there may be another one. */
    private Next end(Observation observation, int code) {
        if (code != 0) {
            state.lines().fatal(lastLine);
            return new Next.End(code);
        }
        logLine(observation);
        if (observation.cluster().isPresent()) {
            touchMember(observation);
        }
        return new Next.End(code);
    }

    private Next finishCycle(Observation observation, Action.Idle idle) {
        logLine(observation);
        if (observation.cluster().isPresent()) {
            touchMember(observation);
        }
        outcomes.clear();
        peers.clear();
        pledges.clear();
        state.cycleEnded();
        dcsFailedInThisCycle = false;
        return new Next.Sleep(untilNextCycle(idle, observation));
    }

    /** loop_wait counts from the beginning of the cycle, so that slow calls don't add up; and half of the lease is left when a leader wakes. */
    private Duration untilNextCycle(Action.Idle idle, Observation observation) {
        Duration spent = Duration.ofNanos(ticker.nanos() - cycleBegan);
        Duration rest = observation.config().loopWait().minus(spent);
        Duration wanted = idle.atMost().filter(soon -> soon.compareTo(rest) < 0).orElse(rest);
        Duration lease = state.lease().until().stream()
                .mapToObj(until -> Duration.ofNanos(until - ticker.nanos()).dividedBy(2))
                .findFirst()
                .orElse(wanted);
        Duration sleep = wanted.compareTo(lease) < 0 ? wanted : lease;
        cycleBegins = true;
        return sleep.compareTo(SHORTEST_SLEEP) < 0 ? SHORTEST_SLEEP : sleep;
    }

    private void logLine(Observation observation) {
        if (!lastLine.isEmpty()) {
            boolean trouble = observation.server().dataDirectory() instanceof DataDirectory.Unreadable;
            state.lines().log((observation.config().paused() ? "PAUSE: " : "") + lastLine, trouble);
            lastLine = "";
        }
    }

    /** The row of the transition table that the last step followed; for traces. */
    public String lastRow() {
        return lastRow;
    }

    /** Looks at PostgreSQL only, for REST. */
    public void refresh() {
        state.serverSeen(postgres.observe(Deadline.after(ticker, SERVER_PATIENCE)), ticker.nanos());
    }

    private Observation observe() {
        Optional<ClusterView> cluster = readCluster();
        cluster.ifPresent(this::takeOver);
        ServerStatus server = postgres.observe(Deadline.after(ticker, SERVER_PATIENCE));
        state.serverSeen(server, ticker.nanos());
        server.finished().ifPresent(state.lines()::finished);
        Configuration configuration = state.configuration();
        return new Observation(
                configuration.name(),
                configuration.tags(),
                beginnings(configuration),
                ticker.nanos(),
                wallClock.instant(),
                cluster,
                state.dynamic(),
                state.lease().until(),
                server,
                peers,
                outcomes,
                state.watchdog().state(),
                state.request(),
                state.failsafeLook(pledges),
                state.ability());
    }

    private Beginnings beginnings(Configuration configuration) {
        boolean restores =
                ReplicaMethod.inEffect(
                                configuration.postgresql(),
                                state.dynamic(),
                                state.dynamic().standbyCluster())
                        .stream()
                        .anyMatch(ReplicaMethod::needsNoLeader);
        return new Beginnings(configuration.bootstrap().present(), restores);
    }

    private Optional<ClusterView> readCluster() {
        if (dcsFailedInThisCycle) {
            return Optional.empty();
        }
        return switch (dcs.read(Deadline.after(ticker, state.dcsPatience()))) {
            case Reading.Known(ClusterView view) -> {
                state.clusterSeen(view, ticker.nanos(), wallClock.instant());
                yield Optional.of(view);
            }
            case Reading.Unavailable(String why) -> {
                dcsFailedInThisCycle = true;
                state.lines().dcsUnavailable(why);
                yield Optional.empty();
            }
        };
    }

    private void takeOver(ClusterView view) {
        state.lines().dcsAvailable();
        // while nobody leads, a primary that the others let go on may take the lock again
        boolean goesOn = view.leader().isEmpty() && state.failsafe().isGranted();
        if (!view.leads(state.configuration().name()) && !goesOn) {
            state.lockLost();
        }
        state.lines().brokenKeys(view.brokenKeys());
        Optional<DynamicConfiguration> changed =
                view.config().flatMap(config -> dynamicChanges.news(config, state.dynamic()));
        if (changed.isPresent()) {
            state.takeOver(changed.get());
            runner.reload();
        }
        state.failsafe().seen(view, state.dynamic());
    }

    /** The own member key, at the end of each cycle in which the DCS answered. */
    private void touchMember(Observation observation) {
        Mapping document = MemberDocument.of(
                state.configuration(),
                observation.server(),
                observation.config().paused(),
                state.scheduledRestart(),
                memory.sync().leavingSince().isPresent(),
                observation.config().failsafeQuorum());
        Writing answer = dcs.write(new DcsCommand.TouchMember(document), Deadline.after(ticker, state.dcsPatience()));
        if (answer instanceof Writing.Unavailable(String why)) {
            LOG.debugf("the member key could not be written: %s", why);
        }
    }
}
