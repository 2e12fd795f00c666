package io.matriarch.ha;

import io.matriarch.cluster.FailoverRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;

/** When a failover request is to be carried out (reference 5.16). */
sealed interface FailoverSchedule {
    /** Nothing is requested, or not while paused. */
    record Nothing() implements FailoverSchedule {}

    /** Not yet. */
    record Later(Duration remaining) implements FailoverSchedule {}

    /** Now. */
    record Now(FailoverRequest request) implements FailoverSchedule {}

    /** Its time has passed, or can't be understood. */
    record Stale(FailoverRequest request) implements FailoverSchedule {}

    static FailoverSchedule of(Situation s) {
        Optional<FailoverRequest> request = s.failoverRequest();
        if (request.isEmpty()) {
            return new Nothing();
        }
        if (!request.get().isScheduled()) {
            return new Now(request.get());
        }
        return s.paused() ? new Nothing() : scheduled(s, request.get());
    }

    private static FailoverSchedule scheduled(Situation s, FailoverRequest request) {
        try {
            OffsetDateTime at = OffsetDateTime.parse(request.scheduledAt().orElseThrow());
            Duration remaining = Duration.between(s.seen().wallClock(), at.toInstant());
            Duration tooLate =
                    s.config().loopWait().multipliedBy(3).dividedBy(2).negated();
            if (remaining.compareTo(tooLate) < 0) {
                return new Stale(request);
            }
            return remaining.isPositive() ? new Later(remaining) : new Now(request);
        } catch (DateTimeException notATimeWithZone) {
            return new Stale(request);
        }
    }
}
