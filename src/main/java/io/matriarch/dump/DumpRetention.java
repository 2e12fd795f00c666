package io.matriarch.dump;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How long dumps are kept. One that any rule keeps is kept; without any rule all are.
 *
 * @param count so many of the newest complete ones
 * @param age those that ended so long ago at most
 */
record DumpRetention(Optional<Integer> count, Optional<Duration> age) {
    /**
     * The labels of those that are kept.
     *
     * @param dumps of one cluster, sorted by the time when they ended
     * @param complete labels of those of which nothing is missing
     */
    Set<String> kept(List<DumpDescription> dumps, Set<String> complete, Instant now) {
        Set<String> kept = new HashSet<>();
        boolean all = count.isEmpty() && age.isEmpty();
        int counted = 0;
        boolean newest = true;
        boolean newestComplete = true;
        for (DumpDescription dump : dumps.reversed()) {
            boolean isComplete = complete.contains(dump.label());
            // others among the counted ones are kept for a person to look at
            boolean isCounted = counted < count.orElse(0);
            boolean isYoung = age.isPresent() && !dump.stopped().isBefore(now.minus(age.get()));
            // the newest of all as well: that it isn't complete may be a passing problem of the repository
            if (all || isCounted || isYoung || newest || (isComplete && newestComplete)) {
                kept.add(dump.label());
            }
            counted += isComplete ? 1 : 0;
            newest = false;
            newestComplete &= !isComplete;
        }
        return kept;
    }
}
