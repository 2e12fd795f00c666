package io.matriarch.guard;

/** What can happen to the guard. */
public sealed interface GuardEvent {

    /** The agent's process runs. */
    record AgentStarted() implements GuardEvent {}

    /** The agent says that it heeds a request to stop from now on. */
    record AgentStoppable() implements GuardEvent {}

    /** The agent says that its loop runs. */
    record AgentReady() implements GuardEvent {}

    /**
     * The agent has renewed its lease.
     *
     * @param until when it runs out, in nanoseconds of the machine's monotonic clock
     */
    record LeaseRenewed(long until) implements GuardEvent {}

    /** The agent says that it ends on purpose, with this exit code (0 to 255). */
    record AgentExiting(int code) implements GuardEvent {}

    /** The agent's process is gone. */
    record AgentEnded(ExitStatus status) implements GuardEvent {}

    /** Somebody sent the guard a signal. */
    record SignalArrived(ForwardedSignal signal) implements GuardEvent {}
}
