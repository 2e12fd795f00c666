package io.matriarch.guard;

/** What can happen to the guard. */
public sealed interface GuardEvent {

    /** The agent's process runs. */
    record AgentStarted() implements GuardEvent {}

    /** The agent says that it heeds a request to stop from now on. */
    record AgentStoppable() implements GuardEvent {}

    /** The agent says that its loop runs, or that it has read its configuration again. */
    record AgentReady() implements GuardEvent {}

    /** The agent says in a line for people what it does. */
    record AgentStatus(String text) implements GuardEvent {}

    /** The agent says that it's alive. */
    record AgentAlive() implements GuardEvent {}

    /**
     * The agent says that PostgreSQL accepts writes, or soon will, and until when it may.
     *
     * @param until in nanoseconds of {@link io.matriarch.time.Ticker#system}
     */
    record Fenced(ProcessId postmaster, long until) implements GuardEvent {}

    /** The agent says that there is nothing to stop: a standby, or maintenance mode. */
    record Unfenced() implements GuardEvent {}

    /** The agent says that it ends on purpose, with this exit code (0 to 255). */
    record AgentExiting(int code) implements GuardEvent {}

    /** The agent's process is gone. */
    record AgentEnded(ExitStatus status) implements GuardEvent {}

    /** Somebody sent the guard a signal. */
    record SignalArrived(ForwardedSignal signal) implements GuardEvent {}

    /** {@link Supervision#HEARTBEAT} has passed in which the guard was awake, machine and all. */
    record HeartbeatDue() implements GuardEvent {}

    /**
     * The moment that {@link Fencing#dueAt} gave has come.
     *
     * @param postmasterAlive whether there is anything to stop
     */
    record DeadlineReached(boolean postmasterAlive) implements GuardEvent {}

    /** PostgreSQL was told to end, and killed. */
    record PostgresStopped(boolean proven) implements GuardEvent {}

    /** An attempt to give the leader key back is over. */
    record LeaderKeyReleased(boolean released) implements GuardEvent {}
}
