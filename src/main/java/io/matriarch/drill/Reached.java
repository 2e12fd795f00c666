package io.matriarch.drill;

import io.matriarch.cluster.Lsn;
import java.time.Instant;
import java.util.Optional;

/**
 * Where recovery ended.
 *
 * @param time when the last transaction ended that was recovered; absent when there was none
 * @param timeline of the last WAL that was recovered, not the one that the scratch server has begun since
 */
record Reached(Lsn lsn, Optional<Instant> time, long timeline) {
    @Override
    public String toString() {
        return lsn + " on timeline " + timeline
                + time.map(moment -> ", last transaction at " + moment).orElse("");
    }
}
