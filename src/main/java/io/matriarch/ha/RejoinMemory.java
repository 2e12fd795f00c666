package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the rejoin planner remembers of a node that has to come back, until it streams or leads.
 *
 * @param failures operations that failed since then
 * @param rewinds of these, those of pg_rewind
 * @param restarts restarts since then
 * @param progress how far the server has come, as far as can be seen; a text that changes while it comes on
 * @param since monotonic moment of the last change of {@code progress}; absent when no server is on its way
 * @param checkedAt monotonic moment of the leader's last answer
 */
public record RejoinMemory(
        int failures, int rewinds, int restarts, String progress, OptionalLong since, OptionalLong checkedAt) {
    static final RejoinMemory NONE = new RejoinMemory(0, 0, 0, "", OptionalLong.empty(), OptionalLong.empty());

    private static final int MOST_DOUBLINGS = 3;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Takes a look at the server. */
    RejoinMemory seeing(ServerStatus server, long now) {
        boolean streams = server.reading()
                .filter(reading -> !reading.inRecovery()
                        || reading.replicationState()
                                .filter("streaming"::equals)
                                .isPresent())
                .isPresent();
        if (streams) {
            return NONE;
        }
        if (!server.postmasterAlive() || server.isPrimary()) {
            return new RejoinMemory(failures, rewinds, restarts, "", OptionalLong.empty(), checkedAt);
        }
        String seen = progressOf(server);
        return since.isPresent() && seen.equals(progress)
                ? this
                : new RejoinMemory(failures, rewinds, restarts, seen, OptionalLong.of(now), checkedAt);
    }

    /**
     * A server that answers has come as far as it has replayed, whatever it received. Of one that starts, the latest segment is seen: which file it looks for may
     * change to and fro without any progress.
     */
    private String progressOf(ServerStatus server) {
        Optional<Lsn> replayed = server.reading().map(ServerReading::replayed);
        if (replayed.isPresent()) {
            return " replayed " + replayed.get();
        }
        String before = progress.substring(0, Math.max(0, progress.indexOf(' ')));
        String segment = server.rejoin().segment();
        return (segment.compareTo(before) > 0 ? segment : before) + " "
                + server.rejoin().minimumEnd();
    }

    RejoinMemory failed(boolean rewind) {
        return new RejoinMemory(failures + 1, rewinds + (rewind ? 1 : 0), restarts, progress, since, checkedAt);
    }

    RejoinMemory restarted() {
        return new RejoinMemory(failures, rewinds, restarts + 1, progress, since, checkedAt);
    }

    RejoinMemory checked(long now) {
        return new RejoinMemory(failures, rewinds, restarts, progress, since, OptionalLong.of(now));
    }

    /** The server has got nowhere for so many loop_waits at least. */
    boolean hasStayed(int loops, Observation observation) {
        long patience = observation.config().loopWait().multipliedBy(loops).toNanos();
        return since.isPresent() && observation.now() - since.getAsLong() >= patience;
    }

    /** How long to wait after the last failure: one loop_wait, then twice as long each time, up to a limit. */
    Duration pause(Duration loopWait) {
        int doublings = Math.clamp(failures - 1L, 0, MOST_DOUBLINGS);
        Duration pause = loopWait.multipliedBy(1L << doublings);
        return pause.compareTo(LONGEST_PAUSE) < 0 || pause.compareTo(loopWait) <= 0 ? pause : LONGEST_PAUSE;
    }
}
