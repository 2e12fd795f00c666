package io.matriarch.guard;

import io.matriarch.guard.GuardAction.KillAgent;
import io.matriarch.guard.GuardAction.ReleaseLeaderKey;
import io.matriarch.guard.GuardAction.Say;
import io.matriarch.guard.GuardAction.Severity;
import io.matriarch.guard.GuardAction.StartAgent;
import io.matriarch.guard.GuardAction.StopPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides when PostgreSQL must be stopped because nobody renewed its lease. Pure, as {@link Supervision}, whose part it is.
 *
 * <p>The agent is killed first: PostgreSQL's end is its job, and it failed in it. No other is started before the leader key is given back or has surely run out, since
 * giving it back must never hit a lease that a new agent has renewed.
 *
 * @param fenced what the agent said last: outlives the agent, and is absent for a standby and in maintenance mode
 */
record Fencing(Stage stage, Optional<Fence> fenced) {
    /** A primary whose agent lives stops 2 s before its lease ends; half a second later it's the guard's turn, half a second after that the keeper's. */
    static final Duration MARGIN = Duration.ofMillis(1500);

    /** How long giving back the key may take. */
    static final Duration RELEASE = Duration.ofSeconds(2);

    /** The lease is counted from before it was renewed and a second short: so long after its end the key is gone. */
    static final Duration SURELY_OVER = Duration.ofSeconds(2);

    /** What is going on. */
    enum Stage {
        WATCHING,
        STOPPING,
        RELEASING
    }

    /** A postmaster that may accept writes until that moment. */
    record Fence(ProcessId postmaster, long until) {}

    /** What follows. */
    record Step(Fencing next, List<GuardAction> actions) {
        Step {
            actions = List.copyOf(actions);
        }
    }

    static Fencing begin() {
        return new Fencing(Stage.WATCHING, Optional.empty());
    }

    /** When {@link GuardEvent.DeadlineReached} is due, if ever. */
    OptionalLong dueAt() {
        return stage == Stage.WATCHING && fenced.isPresent()
                ? OptionalLong.of(fenced.get().until() - MARGIN.toNanos())
                : OptionalLong.empty();
    }

    /** Whether an agent must wait until PostgreSQL's end is settled. */
    boolean inProgress() {
        return stage != Stage.WATCHING;
    }

    /** Words of an agent that is being killed count no more. */
    Fencing fenced(ProcessId postmaster, long until) {
        return inProgress() ? this : new Fencing(stage, Optional.of(new Fence(postmaster, until)));
    }

    Fencing unfenced() {
        return inProgress() ? this : begin();
    }

    Step deadlineReached(boolean postmasterAlive, long now) {
        OptionalLong due = dueAt();
        if (due.isEmpty() || now - due.getAsLong() < 0) {
            return new Step(this, List.of());
        }
        if (!postmasterAlive) {
            return new Step(begin(), List.of());
        }
        ProcessId postmaster = fenced.orElseThrow().postmaster();
        return new Step(
                new Fencing(Stage.STOPPING, fenced),
                List.of(
                        new Say(
                                Severity.WARNING,
                                "The agent has not renewed the leader lock, which runs out in "
                                        + Math.max(
                                                0,
                                                (fenced.get().until() - now)
                                                        / Duration.ofMillis(1).toNanos())
                                        + " ms: stopping PostgreSQL at once (postmaster " + postmaster.pid() + ")"),
                        new KillAgent(),
                        new StopPostgres(postmaster)));
    }

    Step postgresStopped(boolean proven, long now) {
        if (stage != Stage.STOPPING) {
            return new Step(this, List.of());
        }
        long pid = fenced.orElseThrow().postmaster().pid();
        if (proven) {
            return new Step(
                    new Fencing(Stage.RELEASING, fenced),
                    List.of(
                            new Say(
                                    Severity.WARNING,
                                    "PostgreSQL is stopped (postmaster " + pid
                                            + " and all its processes are gone), giving the leader lock back"),
                            new ReleaseLeaderKey(RELEASE)));
        }
        List<GuardAction> actions = new ArrayList<>();
        actions.add(new Say(
                Severity.ERROR,
                "Processes of postmaster " + pid
                        + " are killed, but hang in the kernel; the leader lock is left to run out. Does a"
                        + " disk hang?"));
        actions.addAll(settled(now, false));
        return new Step(begin(), actions);
    }

    Step leaderKeyReleased(boolean released, long now) {
        return stage == Stage.RELEASING ? new Step(begin(), settled(now, released)) : new Step(this, List.of());
    }

    private List<GuardAction> settled(long now, boolean released) {
        long wait = fenced.orElseThrow().until() + SURELY_OVER.toNanos() - now;
        return List.of(
                new Say(
                        released ? Severity.INFO : Severity.WARNING,
                        released
                                ? "Gave the leader lock back"
                                : "The leader lock could not be given back, it runs out by itself"),
                new StartAgent(released ? Duration.ZERO : Duration.ofNanos(Math.max(0, wait))));
    }
}
