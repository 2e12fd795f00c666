package io.matriarch.postgres;

import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.OperationResult;
import java.util.Optional;

/** Whether local WAL is part of the leader's history (reference 5.21). Pure. */
final class DivergenceCheck {
    private DivergenceCheck() {}

    /**
     * Where the local WAL ends.
     *
     * @param position of a standby what it replayed or must replay; of a former primary its last checkpoint record
     * @param endOfCheckpoint of a cleanly stopped former primary: the end of its shutdown checkpoint record
     */
    record LocalEnd(int timeline, Lsn position, boolean standby, Optional<Lsn> endOfCheckpoint) {}

    /** A standby at {@code position} of {@code timeline} has only to go on in order to get to where the local WAL ends. */
    static boolean leadsTo(int timeline, Lsn position, LocalEnd local, History localHistory) {
        return local.timeline() > timeline
                && TimelineHistory.endOf(timeline, localHistory)
                        .filter(end -> !position.isAfter(end))
                        .isPresent();
    }

    static OperationResult compare(LocalEnd local, int leaderTimeline, History leaderHistory) {
        if (local.timeline() > leaderTimeline) {
            return new OperationResult.Diverged(
                    "its timeline %d is beyond the leader's %d".formatted(local.timeline(), leaderTimeline));
        }
        if (local.timeline() == leaderTimeline) {
            return new OperationResult.InHistory();
        }
        Optional<Lsn> switchpoint = TimelineHistory.endOf(local.timeline(), leaderHistory);
        if (switchpoint.isEmpty()) {
            return new OperationResult.Diverged(
                    "its timeline %d is not in the leader's history".formatted(local.timeline()));
        }
        boolean diverged = local.standby()
                ? local.position().isAfter(switchpoint.get())
                : !local.endOfCheckpoint().equals(switchpoint);
        return diverged
                ? new OperationResult.Diverged("its WAL goes on to %s on timeline %d, which ended at %s for the leader"
                        .formatted(
                                local.endOfCheckpoint().orElse(local.position()), local.timeline(), switchpoint.get()))
                : new OperationResult.InHistory();
    }
}
