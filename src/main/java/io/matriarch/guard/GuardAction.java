package io.matriarch.guard;

import java.time.Duration;

/** What the guard does next. */
public sealed interface GuardAction {

    /**
     * Starts the agent.
     *
     * @param after how long to wait first, zero for at once
     */
    record StartAgent(Duration after) implements GuardAction {}

    record SendSignal(ForwardedSignal signal) implements GuardAction {}

    /** Ends the agent, even a frozen one. */
    record KillAgent() implements GuardAction {}

    /** Tells the agent that the guard is alive. */
    record AnswerAgent() implements GuardAction {}

    /** Ends PostgreSQL at once; {@link GuardEvent.PostgresStopped} follows. */
    record StopPostgres(ProcessId postmaster) implements GuardAction {}

    /** Gives the leader key back if it is still this node's; {@link GuardEvent.LeaderKeyReleased} follows within {@code patience}. */
    record ReleaseLeaderKey(Duration patience) implements GuardAction {}

    /** Tells systemd, where there is one. */
    record TellSystemd(SystemdState state) implements GuardAction {}

    /** Tells systemd, for people who ask it, in one line what the agent does. */
    record TellStatus(String text) implements GuardAction {}

    /** Ends the guard. */
    record Exit(int code) implements GuardAction {}

    /** Logs a change of state. */
    record Say(Severity severity, String text) implements GuardAction {}

    /** What systemd can be told (sd_notify). */
    enum SystemdState {
        READY,
        RELOADING,
        STOPPING,
        /** For its watchdog. */
        ALIVE
    }

    /** Python's names, as Patroni logs them. */
    enum Severity {
        INFO,
        WARNING,
        ERROR
    }
}
