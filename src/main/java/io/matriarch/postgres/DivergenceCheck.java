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

    /**
     * What a leader that is a standby itself means, at {@code position} of {@code timeline}: before the fork it has only to go on in order to get to where the local
     * WAL ends. Absent where this doesn't say enough.
     */
    static Optional<OperationResult> behind(
            int timeline, Lsn position, History leaderHistory, LocalEnd local, History localHistory) {
        Optional<Lsn> fork = local.timeline() > timeline
                ? TimelineHistory.endOf(timeline, localHistory).filter(end -> !position.isAfter(end))
                : Optional.empty();
        if (fork.isEmpty() || !TimelineHistory.sameBefore(timeline, localHistory, leaderHistory)) {
            return Optional.empty();
        }
        return Optional.of(
                fork.get().isAfter(position)
                        ? new OperationResult.InHistory()
                        : new OperationResult.AtFork(
                                "its timeline %d left timeline %d at %s, where the leader has stayed"
                                        .formatted(local.timeline(), timeline, fork.get())));
    }

    /** A timeline's number proves nothing: two servers that were promoted apart give theirs the same. An empty {@code localHistory} isn't known. */
    static OperationResult compare(LocalEnd local, History localHistory, int leaderTimeline, History leaderHistory) {
        if (local.timeline() > leaderTimeline) {
            return new OperationResult.Diverged(
                    "its timeline %d is beyond the leader's %d".formatted(local.timeline(), leaderTimeline));
        }
        boolean known = !localHistory.entries().isEmpty() || local.timeline() == 1;
        if (known && !TimelineHistory.sameBefore(local.timeline(), localHistory, leaderHistory)) {
            return new OperationResult.Diverged(
                    "its timeline %d is another one than the leader's: they began at different places"
                            .formatted(local.timeline()));
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
