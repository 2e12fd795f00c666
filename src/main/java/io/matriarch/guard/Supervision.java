package io.matriarch.guard;

import io.matriarch.guard.GuardAction.AnswerAgent;
import io.matriarch.guard.GuardAction.Exit;
import io.matriarch.guard.GuardAction.KillAgent;
import io.matriarch.guard.GuardAction.Say;
import io.matriarch.guard.GuardAction.SendSignal;
import io.matriarch.guard.GuardAction.Severity;
import io.matriarch.guard.GuardAction.StartAgent;
import io.matriarch.guard.GuardAction.SystemdState;
import io.matriarch.guard.GuardAction.TellStatus;
import io.matriarch.guard.GuardAction.TellSystemd;
import io.matriarch.guard.GuardEvent.AgentAlive;
import io.matriarch.guard.GuardEvent.AgentEnded;
import io.matriarch.guard.GuardEvent.AgentExiting;
import io.matriarch.guard.GuardEvent.AgentReady;
import io.matriarch.guard.GuardEvent.AgentStarted;
import io.matriarch.guard.GuardEvent.AgentStatus;
import io.matriarch.guard.GuardEvent.AgentStoppable;
import io.matriarch.guard.GuardEvent.DeadlineReached;
import io.matriarch.guard.GuardEvent.Fenced;
import io.matriarch.guard.GuardEvent.HeartbeatDue;
import io.matriarch.guard.GuardEvent.LeaderKeyReleased;
import io.matriarch.guard.GuardEvent.PostgresStopped;
import io.matriarch.guard.GuardEvent.SignalArrived;
import io.matriarch.guard.GuardEvent.Unfenced;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * All that the guard decides: restart or not, when, and with which code to end; and, in {@link Fencing}, when to stop PostgreSQL. No I/O, no clock; times are nanoseconds
 * of the machine's clock.
 *
 * @param phase of the agent's process
 * @param everReady whether any agent of this guard's life got ready
 * @param stopRequested the signal by which the guard was asked to end
 * @param announced the exit code with which the running agent says it ends
 * @param fastDeaths how many agents in a row died within {@link #FAST} of their start
 * @param startedAt when the newest agent was started
 * @param held signals that came before the agent could handle them
 * @param silence how many heartbeats in a row the agent has missed; absent while it has never sent one
 * @param fencing PostgreSQL's right to accept writes
 */
public record Supervision(
        Phase phase,
        boolean everReady,
        Optional<ForwardedSignal> stopRequested,
        OptionalInt announced,
        int fastDeaths,
        long startedAt,
        List<ForwardedSignal> held,
        OptionalInt silence,
        Fencing fencing) {

    /** An agent that dies sooner than this is likely to die again. */
    static final Duration FAST = Duration.ofSeconds(1);

    /** So many fast deaths in a row are followed by a restart at once. */
    static final int FREE_RESTARTS = 2;

    /** After so many fast deaths in a row, if none ever got ready, the cause lies in the configuration or the machine. */
    static final int HOPELESS = 5;

    /** The agent says that it's alive twice as often. */
    static final Duration HEARTBEAT = Duration.ofSeconds(2);

    /** An agent that missed so many heartbeats is frozen: the lease is still valid when its successor renews it. */
    static final int FROZEN = 4;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** What the process of the agent does. */
    public enum Phase {
        /** There is none. */
        ABSENT,
        /** It runs and hasn't said that it's ready: a signal other than a request to stop would end it. */
        STARTING,
        READY
    }

    /** What follows from an event. */
    public record Step(Supervision next, List<GuardAction> actions) {
        public Step {
            actions = List.copyOf(actions);
        }
    }

    public Supervision {
        held = List.copyOf(held);
    }

    /** The guard has just started. */
    public static Supervision begin() {
        return new Supervision(
                Phase.ABSENT,
                false,
                Optional.empty(),
                OptionalInt.empty(),
                0,
                0,
                List.of(),
                OptionalInt.empty(),
                Fencing.begin());
    }

    /** What to do about {@code event}, which happens at {@code now}. */
    public Step on(GuardEvent event, long now) {
        return switch (event) {
            case AgentStarted() -> then(started(now));
            case AgentStoppable() ->
                stopRequested.isPresent() ? then(this, new SendSignal(ForwardedSignal.TERM)) : then(this);
            case AgentReady() -> ready();
            case AgentStatus(String text) -> then(this, new TellStatus(text));
            case AgentAlive() -> then(with(OptionalInt.of(0)), new AnswerAgent());
            case Fenced(ProcessId postmaster, long until) -> then(with(fencing.fenced(postmaster, until)));
            case Unfenced() -> then(with(fencing.unfenced()));
            case AgentExiting(int code) -> then(withAnnounced(code));
            case AgentEnded(ExitStatus status) -> ended(status, Duration.ofNanos(now - startedAt));
            case SignalArrived(ForwardedSignal signal) -> signalled(signal);
            case HeartbeatDue() -> heartbeatDue();
            case DeadlineReached(boolean alive) -> fencing(fencing.deadlineReached(alive, now));
            case PostgresStopped(boolean proven) -> fencing(fencing.postgresStopped(proven, now));
            case LeaderKeyReleased(boolean released) -> fencing(fencing.leaderKeyReleased(released, now));
        };
    }

    /** Whether an agent that ends says nothing about PostgreSQL, which the guard itself is stopping. */
    private Step fencing(Fencing.Step step) {
        Supervision next = with(step.next());
        boolean over = fencing.inProgress() && !step.next().inProgress();
        if (over && phase == Phase.ABSENT && stopRequested.isPresent()) {
            return then(next, new Exit(new ExitStatus(true, stopRequested.get().number()).code()));
        }
        boolean restart = phase == Phase.ABSENT;
        return new Step(
                next,
                step.actions().stream()
                        .filter(action -> restart || !(action instanceof StartAgent))
                        .toList());
    }

    private Step ready() {
        List<GuardAction> actions = new ArrayList<>();
        held.forEach(signal -> actions.add(new SendSignal(signal)));
        actions.add(new TellSystemd(SystemdState.READY));
        Supervision next = new Supervision(
                Phase.READY, true, stopRequested, announced, fastDeaths, startedAt, List.of(), silence, fencing);
        return new Step(next, actions);
    }

    private Step ended(ExitStatus status, Duration ranFor) {
        if (announced.isPresent()) {
            return then(absent(0), new Exit(announced.getAsInt()));
        }
        if (fencing.inProgress()) {
            return then(absent(0));
        }
        if (stopRequested.isPresent()) {
            return then(absent(0), new Exit(status.code()));
        }
        int deaths = ranFor.compareTo(FAST) < 0 ? fastDeaths + 1 : 0;
        if (!everReady && deaths >= HOPELESS) {
            String text = "Agent " + status + " for the " + deaths + "th time in a row before it got ready, giving up";
            return then(absent(deaths), new Say(Severity.ERROR, text), new Exit(Math.max(1, status.code())));
        }
        Duration pause = pauseAfter(deaths);
        String when = pause.isZero() ? "at once" : "in " + pause.toMillis() + " ms";
        return then(
                absent(deaths),
                new Say(Severity.WARNING, "Agent " + status + " unexpectedly, restarting it " + when),
                new TellStatus("the agent " + status + ", another one starts"),
                new StartAgent(pause));
    }

    private Step signalled(ForwardedSignal signal) {
        if (signal.asksToStop()) {
            return stopping(signal);
        }
        return switch (phase) {
            // a new agent reads its configuration anyway
            case ABSENT -> then(this);
            case STARTING -> then(holding(signal));
            case READY ->
                signal == ForwardedSignal.HUP
                        ? then(this, new TellSystemd(SystemdState.RELOADING), new SendSignal(signal))
                        : then(this, new SendSignal(signal));
        };
    }

    private Step stopping(ForwardedSignal signal) {
        Supervision next = new Supervision(
                phase, everReady, Optional.of(signal), announced, fastDeaths, startedAt, held, silence, fencing);
        TellSystemd stopping = new TellSystemd(SystemdState.STOPPING);
        if (phase != Phase.ABSENT) {
            return then(next, stopping, new SendSignal(signal));
        }
        return fencing.inProgress()
                ? then(next, stopping)
                : then(next, stopping, new Exit(new ExitStatus(true, signal.number()).code()));
    }

    private Step heartbeatDue() {
        TellSystemd alive = new TellSystemd(SystemdState.ALIVE);
        if (phase != Phase.READY || silence.isEmpty()) {
            return then(this, alive);
        }
        int missed = silence.getAsInt() + 1;
        if (missed < FROZEN) {
            return then(with(OptionalInt.of(missed)), alive);
        }
        String text = "Agent is frozen, it has not been heard of for "
                + HEARTBEAT.multipliedBy(FROZEN).toSeconds() + " s: killing it";
        return then(with(OptionalInt.of(0)), alive, new Say(Severity.WARNING, text), new KillAgent());
    }

    static Duration pauseAfter(int deaths) {
        if (deaths <= FREE_RESTARTS) {
            return Duration.ZERO;
        }
        int doublings = Math.min(deaths - FREE_RESTARTS - 1, 10);
        Duration pause = FIRST_PAUSE.multipliedBy(1L << doublings);
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    private static Step then(Supervision next, GuardAction... actions) {
        return new Step(next, List.of(actions));
    }

    private Supervision started(long now) {
        return new Supervision(
                Phase.STARTING,
                everReady,
                stopRequested,
                OptionalInt.empty(),
                fastDeaths,
                now,
                List.of(),
                OptionalInt.empty(),
                fencing);
    }

    private Supervision absent(int deaths) {
        return new Supervision(
                Phase.ABSENT,
                everReady,
                stopRequested,
                announced,
                deaths,
                startedAt,
                List.of(),
                OptionalInt.empty(),
                fencing);
    }

    private Supervision holding(ForwardedSignal signal) {
        if (held.contains(signal)) {
            return this;
        }
        List<ForwardedSignal> more = new ArrayList<>(held);
        more.add(signal);
        return new Supervision(
                phase, everReady, stopRequested, announced, fastDeaths, startedAt, more, silence, fencing);
    }

    private Supervision with(OptionalInt missed) {
        return new Supervision(
                phase, everReady, stopRequested, announced, fastDeaths, startedAt, held, missed, fencing);
    }

    private Supervision with(Fencing changed) {
        return new Supervision(
                phase, everReady, stopRequested, announced, fastDeaths, startedAt, held, silence, changed);
    }

    private Supervision withAnnounced(int code) {
        return new Supervision(
                phase, everReady, stopRequested, OptionalInt.of(code), fastDeaths, startedAt, held, silence, fencing);
    }
}
