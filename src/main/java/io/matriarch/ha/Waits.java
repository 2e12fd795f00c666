package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.ServerReading;
import io.matriarch.ha.Memory.Divergence;
import io.matriarch.ha.WaitMemory.Leaderless;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** How long something lasts: a start (reference 5.6), a time without a leader (5.10), the maintenance mode (5.25). */
final class Waits {
    private Waits() {}

    static Memory absorb(Memory memory, Observation seen) {
        WaitMemory before = memory.waits();
        boolean answers = seen.server().reading().isPresent();
        Memory absorbed = memory.withStartFailed(memory.startFailed() && !answers)
                .withWaits(new WaitMemory(starting(before, seen), leaderless(before, seen), paused(seen)));
        // whatever a person did in maintenance mode, it is looked at anew
        return before.paused() && !paused(seen) ? absorbed.withDivergence(Divergence.unknown()) : absorbed;
    }

    private static boolean paused(Observation seen) {
        return seen.config().paused();
    }

    private static OptionalLong starting(WaitMemory before, Observation seen) {
        boolean starts = seen.server().postmasterAlive()
                && seen.server().reading().isEmpty()
                && seen.server().state() == PostgresState.STARTING;
        if (!starts) {
            return OptionalLong.empty();
        }
        return before.startingSince().isPresent() ? before.startingSince() : OptionalLong.of(seen.now());
    }

    private static Optional<Leaderless> leaderless(WaitMemory before, Observation seen) {
        Optional<Lsn> position =
                seen.server().reading().filter(ServerReading::inRecovery).map(ServerReading::walPosition);
        boolean led = seen.cluster().flatMap(view -> view.leader()).isPresent();
        if (led || position.isEmpty()) {
            return Optional.empty();
        }
        if (seen.cluster().isEmpty()) {
            return before.leaderless();
        }
        Leaderless known = before.leaderless().orElse(new Leaderless(seen.now(), seen.now(), position.get(), true));
        boolean due = seen.now() - known.sampledAt() >= seen.config().loopWait().toNanos();
        boolean moved = position.get().isAfter(known.position());
        return Optional.of(due ? new Leaderless(known.since(), seen.now(), position.get(), moved) : known);
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
        return s.memory().waits().leaderless().flatMap(wait -> {
            Duration age = Duration.ofNanos(s.seen().now() - wait.since());
            boolean sampledOnce = age.compareTo(s.config().loopWait()) < 0; // a second sample is needed
            boolean mayWait = age.compareTo(backoff) < 0 && (sampledOnce || (streaming && wait.moved()));
            return mayWait ? Optional.of(backoff.minus(age)) : Optional.empty();
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
        OptionalLong since = s.memory().waits().startingSince();
        return s.holdsLock() && s.running() && !s.accepting() && !s.paused() && !s.standbyCluster() && since.isPresent()
                ? Optional.of(
                        s.config().primaryStartTimeout().minusNanos(s.seen().now() - since.getAsLong()))
                : Optional.empty();
    }
}
