package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the decision remembers of things that last.
 *
 * @param startingSince monotonic moment since which a postmaster runs here without answering
 * @param leaderless since when nobody leads, and whether WAL still comes
 * @param paused the last observation was of maintenance mode
 */
public record WaitMemory(OptionalLong startingSince, Optional<Leaderless> leaderless, boolean paused) {
    static final WaitMemory NONE = new WaitMemory(OptionalLong.empty(), Optional.empty(), false);

    /**
     * A time without a leader.
     *
     * @param since monotonic
     * @param sampledAt monotonic; a sample is taken about once a loop_wait
     * @param position this standby's then
     * @param moved it had moved since the sample before
     */
    public record Leaderless(long since, long sampledAt, Lsn position, boolean moved) {}
}
