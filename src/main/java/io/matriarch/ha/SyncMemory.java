package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the decision remembers of synchronous replication.
 *
 * @param point since when the names in effect are
 * @param keyVerified the sync key is surely what was last read: a write that expected it has been accepted since this node leads
 * @param namesManaged synchronous_standby_names may still be the decision's, not the user's
 * @param leavingSince monotonic moment since which this standby asks to be released from synchronous replication
 */
public record SyncMemory(Optional<Point> point, boolean keyVerified, boolean namesManaged, OptionalLong leavingSince) {
    public static final SyncMemory INITIAL = new SyncMemory(Optional.empty(), false, true, OptionalLong.empty());

    /** So long some of PostgreSQL's processes may go by the names before: commits may still not wait, though a query shows the new ones. */
    private static final Duration TO_TAKE_EFFECT = Duration.ofSeconds(1);

    /**
     * synchronous_standby_names, and the primary's flush position when they surely were in effect.
     *
     * @param firstSeen monotonic
     * @param surely they have had the time to take effect; until then the position moves on
     */
    public record Point(String names, Lsn position, long firstSeen, boolean surely) {}

    SyncMemory withPoint(Optional<Point> changed) {
        return new SyncMemory(changed, keyVerified, namesManaged, leavingSince);
    }

    SyncMemory withKeyVerified(boolean changed) {
        return new SyncMemory(point, changed, namesManaged, leavingSince);
    }

    SyncMemory withNamesManaged(boolean changed) {
        return new SyncMemory(point, keyVerified, changed, leavingSince);
    }

    SyncMemory withLeavingSince(OptionalLong changed) {
        return new SyncMemory(point, keyVerified, namesManaged, changed);
    }

    /** Takes in what an observation tells. */
    SyncMemory absorb(Observation seen) {
        boolean leads = seen.cluster().filter(view -> view.leads(seen.self())).isPresent();
        Optional<Outcome.Result> written = seen.outcomeOf(Action.PutSync.class);
        boolean verified =
                leads && written.map(Outcome.Result.Done.class::isInstance).orElse(keyVerified);
        boolean leaving =
                seen.request().isPresent() || seen.server().operation().isPresent();
        return new SyncMemory(pointIn(seen), verified, namesManaged, leaving ? leavingSince : OptionalLong.empty());
    }

    private Optional<Point> pointIn(Observation seen) {
        return seen.server().reading().filter(reading -> !reading.inRecovery()).map(reading -> {
            Optional<Point> known = point.filter(
                    before -> before.names().equals(reading.commits().standbyNames()));
            long since = known.map(Point::firstSeen).orElse(seen.now());
            boolean surely = seen.now() - since >= TO_TAKE_EFFECT.toNanos();
            return known.filter(Point::surely)
                    .orElseGet(() -> new Point(reading.commits().standbyNames(), reading.position(), since, surely));
        });
    }
}
