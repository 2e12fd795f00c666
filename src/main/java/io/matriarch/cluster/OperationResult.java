package io.matriarch.cluster;

/** How an {@link Operation} ended. */
public sealed interface OperationResult {
    /** It did what it says. */
    record Succeeded() implements OperationResult {}

    /** It did not; {@code why} is for a person, without secrets. What it left behind is in the next observation. */
    record Failed(String why) implements OperationResult {}

    /** Somebody asked it to stop before it had an effect. */
    record Cancelled() implements OperationResult {}

    /**
     * Answer of {@link Operation.Stop}: all processes are killed, and wait in the kernel for a disk that hangs. They are there, and none of them will ever run again: nothing
     * more is acknowledged.
     */
    record Hanging(String why) implements OperationResult {}

    /** Answer of {@link Operation.CheckDivergence}: this data directory may follow the leader as it is. */
    record InHistory() implements OperationResult {}

    /** Answer of {@link Operation.CheckDivergence}: it may follow, but the leader no longer has the WAL that comes next; {@code why} is what the leader says. */
    record WalMissing(String why) implements OperationResult {}

    /**
     * Answer of {@link Operation.CheckDivergence}: the leader, a standby itself, is where the timeline that is here left its own. It may have yet to come this way, or
     * its primary goes another one: time tells.
     */
    record AtFork(String why) implements OperationResult {}

    /** Answer of {@link Operation.CheckDivergence}: it has WAL that the leader doesn't have; rewind or clone again. Answer of {@link Operation.Rewind}: pg_rewind can't help. */
    record Diverged(String why) implements OperationResult {}
}
