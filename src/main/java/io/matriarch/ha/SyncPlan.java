package io.matriarch.ha;

import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.SynchronousStandbyNames;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The next step of synchronous replication.
 *
 * @param step absent when nothing can be done now
 * @param settled nothing is left to be done, as long as nothing changes
 */
record SyncPlan(Optional<Step> step, boolean settled) {

    /** What to change. */
    sealed interface Step {}

    /** Write the sync key, if it is as it was seen. */
    record WriteKey(SyncState key) implements Step {}

    /** Set synchronous_standby_names. */
    record SetNames(SynchronousStandbyNames names) implements Step {}

    /** Whoever plans; without memory, so that any step may fail or be repeated. */
    interface Planner {
        SyncPlan next(SyncFacts facts);
    }

    static SyncPlan write(SyncFacts facts, Collection<String> standbys, int quorum) {
        SyncState key = facts.key();
        return new SyncPlan(
                Optional.of(new WriteKey(new SyncState(
                        Optional.of(facts.self()), quorum, List.copyOf(new TreeSet<>(standbys)), key.revision()))),
                false);
    }

    static SyncPlan set(SynchronousStandbyNames names) {
        return new SyncPlan(Optional.of(new SetNames(names)), false);
    }

    static SyncPlan nothing(boolean settled) {
        return new SyncPlan(Optional.empty(), settled);
    }
}
