package io.matriarch.guard;

import io.matriarch.guard.GuardAction.Exit;
import io.matriarch.guard.GuardAction.Say;
import io.matriarch.guard.GuardAction.SendSignal;
import io.matriarch.guard.GuardAction.Severity;
import io.matriarch.guard.GuardAction.StartAgent;
import io.matriarch.guard.GuardEvent.AgentEnded;
import io.matriarch.guard.GuardEvent.AgentExiting;
import io.matriarch.guard.GuardEvent.AgentReady;
import io.matriarch.guard.GuardEvent.AgentStarted;
import io.matriarch.guard.GuardEvent.AgentStoppable;
import io.matriarch.guard.GuardEvent.LeaseRenewed;
import io.matriarch.guard.GuardEvent.SignalArrived;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * All that the guard decides: restart or not, when, and with which code to end. No I/O, no clock; times are nanoseconds of the monotonic clock.
 *
 * @param phase of the agent's process
 * @param everReady whether any agent of this guard's life got ready
 * @param stopRequested whether the guard was asked to end
 * @param announced the exit code with which the running agent says it ends
 * @param fastDeaths how many agents in a row died within {@link #FAST} of their start
 * @param startedAt when the newest agent was started
 * @param held signals that came before the agent could handle them
 * @param leaseUntil when the lease runs out as far as the guard knows; outlives the agent that said so
 */
public record Supervision(
        Phase phase,
        boolean everReady,
        boolean stopRequested,
        OptionalInt announced,
        int fastDeaths,
        long startedAt,
        List<ForwardedSignal> held,
        OptionalLong leaseUntil) {

    /** An agent that dies sooner than this is likely to die again. */
    static final Duration FAST = Duration.ofSeconds(1);

    /** So many fast deaths in a row are followed by a restart at once. */
    static final int FREE_RESTARTS = 2;

    /** After so many fast deaths in a row, if none ever got ready, the cause lies in the configuration or the machine. */
    static final int HOPELESS = 5;

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
    public record Step(Supervision next, List<GuardAction> actions) {}

    public Supervision {
        held = List.copyOf(held);
    }

    /** The guard has just started. */
    public static Supervision begin() {
        return new Supervision(Phase.ABSENT, false, false, OptionalInt.empty(), 0, 0, List.of(), OptionalLong.empty());
    }

    /** What to do about {@code event}, which happens at {@code now}. */
    public Step on(GuardEvent event, long now) {
        return switch (event) {
            case AgentStarted() -> then(started(now));
            case AgentStoppable() -> stopRequested ? then(this, new SendSignal(ForwardedSignal.TERM)) : then(this);
            case AgentReady() -> ready();
            case LeaseRenewed(long until) -> then(withLease(OptionalLong.of(until)));
            case AgentExiting(int code) -> then(withAnnounced(code));
            case AgentEnded(ExitStatus status) -> ended(status, Duration.ofNanos(now - startedAt));
            case SignalArrived(ForwardedSignal signal) -> signalled(signal);
        };
    }

    private Step ready() {
        List<GuardAction> actions = new ArrayList<>();
        held.forEach(signal -> actions.add(new SendSignal(signal)));
        Supervision next = new Supervision(
                Phase.READY, true, stopRequested, announced, fastDeaths, startedAt, List.of(), leaseUntil);
        return new Step(next, actions);
    }

    private Step ended(ExitStatus status, Duration ranFor) {
        if (announced.isPresent()) {
            return then(absent(0), new Exit(announced.getAsInt()));
        }
        if (stopRequested) {
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
                new StartAgent(pause));
    }

    private Step signalled(ForwardedSignal signal) {
        if (phase == Phase.ABSENT) {
            // a new agent reads its configuration anyway; only a request to stop must not be lost
            return signal.asksToStop()
                    ? then(this, new Exit(new ExitStatus(true, signal.number()).code()))
                    : then(this);
        }
        if (signal.asksToStop()) {
            return then(stopping(), new SendSignal(signal));
        }
        return phase == Phase.READY ? then(this, new SendSignal(signal)) : then(holding(signal));
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
                Phase.STARTING, everReady, stopRequested, OptionalInt.empty(), fastDeaths, now, List.of(), leaseUntil);
    }

    private Supervision absent(int deaths) {
        return new Supervision(
                Phase.ABSENT, everReady, stopRequested, announced, deaths, startedAt, List.of(), leaseUntil);
    }

    private Supervision stopping() {
        return new Supervision(phase, everReady, true, announced, fastDeaths, startedAt, held, leaseUntil);
    }

    private Supervision holding(ForwardedSignal signal) {
        if (held.contains(signal)) {
            return this;
        }
        List<ForwardedSignal> more = new ArrayList<>(held);
        more.add(signal);
        return new Supervision(phase, everReady, stopRequested, announced, fastDeaths, startedAt, more, leaseUntil);
    }

    private Supervision withLease(OptionalLong until) {
        return new Supervision(phase, everReady, stopRequested, announced, fastDeaths, startedAt, held, until);
    }

    private Supervision withAnnounced(int code) {
        return new Supervision(
                phase, everReady, stopRequested, OptionalInt.of(code), fastDeaths, startedAt, held, leaseUntil);
    }
}
