package io.matriarch.ha;

import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.ServerReading;
import io.matriarch.ha.Memory.Divergence;
import io.matriarch.ha.Memory.RaceWait;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** How long something lasts: a start (reference 5.6), a time without a leader (5.10), the maintenance mode (5.25). */
final class Waits {
    private Waits() {}

    static Memory absorb(Memory memory, Observation seen) {
        Memory absorbed = remoteMayHaveChanged(starting(memory, seen), seen);
        absorbed = leaderless(absorbed, seen);
        boolean resumed = memory.wasPaused() && !seen.config().paused();
        // whatever a person did meanwhile, it is looked at anew
        absorbed = resumed ? absorbed.withDivergence(Divergence.unknown()) : absorbed;
        return absorbed.withWasPaused(seen.config().paused());
    }

    private static Memory starting(Memory memory, Observation seen) {
        boolean answers = seen.server().reading().isPresent();
        boolean starts =
                seen.server().postmasterAlive() && !answers && seen.server().state() == PostgresState.STARTING;
        if (!starts) {
            return memory.withStartingSince(OptionalLong.empty()).withStartFailed(memory.startFailed() && !answers);
        }
        return memory.startingSince().isPresent() ? memory : memory.withStartingSince(OptionalLong.of(seen.now()));
    }

    /** The remote cluster may fail over at any time: what was known of its WAL is asked again while nothing comes. */
    private static Memory remoteMayHaveChanged(Memory memory, Observation seen) {
        boolean old = memory.notStreamingSince().isPresent()
                && seen.now() - memory.notStreamingSince().getAsLong()
                        > seen.config().loopWait().multipliedBy(2).toNanos();
        boolean inHistory = memory.divergence().state() == Divergence.State.IN_HISTORY;
        return old && inHistory && seen.config().standbyCluster()
                ? memory.withDivergence(Divergence.unknown()).withNotStreamingSince(OptionalLong.of(seen.now()))
                : memory;
    }

    private static Memory leaderless(Memory memory, Observation seen) {
        Optional<ServerReading> standby = seen.server().reading().filter(ServerReading::inRecovery);
        boolean led = seen.cluster().flatMap(view -> view.leader()).isPresent();
        if (led || standby.isEmpty()) {
            return memory.withLeaderless(Optional.empty());
        }
        if (seen.cluster().isEmpty()) {
            return memory;
        }
        RaceWait known = memory.leaderless()
                .orElse(new RaceWait(seen.now(), seen.now(), standby.get().walPosition(), true));
        boolean due = seen.now() - known.sampledAt() >= seen.config().loopWait().toNanos();
        return memory.withLeaderless(Optional.of(
                due
                        ? new RaceWait(
                                known.since(),
                                seen.now(),
                                standby.get().walPosition(),
                                standby.get().walPosition().isAfter(known.position()))
                        : known));
    }

    /** How much longer this standby holds back from the race, if it does. */
    static Optional<Duration> raceBackoff(Situation s) {
        Duration backoff = s.config().primaryRaceBackoff();
        boolean named =
                s.failoverRequest().flatMap(request -> request.candidate()).isPresent();
        if (backoff.isZero() || s.paused() || s.standbyCluster() || named) {
            return Optional.empty();
        }
        boolean streaming = s.server()
                .reading()
                .flatMap(ServerReading::replicationState)
                .filter("streaming"::equals)
                .isPresent();
        return s.memory().leaderless().flatMap(wait -> {
            Duration age = Duration.ofNanos(s.seen().now() - wait.since());
            if (age.compareTo(s.config().loopWait()) < 0) { // a second sample is needed
                return Optional.of(backoff.compareTo(age) > 0 ? backoff.minus(age) : Duration.ZERO);
            }
            return age.compareTo(backoff) < 0 && streaming && wait.moved()
                    ? Optional.of(backoff.minus(age))
                    : Optional.empty();
        });
    }

    /** A primary that has not come up within primary_start_timeout. */
    static boolean startsTooLong(Situation s) {
        return startTimeoutLeft(s).filter(left -> !left.isPositive()).isPresent();
    }

    /** For the line that people read. */
    static String untilStartTimeout(Situation s) {
        return startTimeoutLeft(s)
                .map(left -> ", " + left.toSeconds() + " seconds until timeout")
                .orElse("");
    }

    private static Optional<Duration> startTimeoutLeft(Situation s) {
        OptionalLong since = s.memory().startingSince();
        return s.holdsLock() && s.running() && !s.accepting() && !s.paused() && !s.standbyCluster() && since.isPresent()
                ? Optional.of(
                        s.config().primaryStartTimeout().minusNanos(s.seen().now() - since.getAsLong()))
                : Optional.empty();
    }
}
