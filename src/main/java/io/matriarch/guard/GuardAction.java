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

    /** Ends the guard. */
    record Exit(int code) implements GuardAction {}

    /** Logs a change of state. */
    record Say(Severity severity, String text) implements GuardAction {}

    /** Python's names, as Patroni logs them. */
    enum Severity {
        INFO,
        WARNING,
        ERROR
    }
}
