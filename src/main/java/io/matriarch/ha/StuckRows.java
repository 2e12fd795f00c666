package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.ha.Memory.Divergence.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rejoin planner's rows for a standby that runs, or starts, and doesn't come on: the WAL that it waits for doesn't come. Beyond Patroni, whose standby stays in
 * {@code starting} for ever.
 */
final class StuckRows {
    private static final Duration SOON = Duration.ofSeconds(1);
    /** In loop_waits. The archive may have the WAL a little later. */
    private static final int PATIENCE = 6;

    private static final int MOST_DOUBLINGS = 5;

    private StuckRows() {}

    /** After the rows of {@link Divergences} for the same situations. */
    static List<Row> rows(String prefix, Predicate<Situation> suspicious) {
        Predicate<Situation> applies = suspicious.and(s -> s.leaderUpstream().isPresent());
        return List.of(
                row(
                        prefix + "-rejoin-resting",
                        "a step of the way back failed a moment ago",
                        "wait",
                        applies.and(s -> Divergences.diverged(s) && s.resting()),
                        s -> s.idle(
                                "waiting to try again, diverged from leader " + s.leaderName() + " ("
                                        + Divergences.why(s) + "): " + EmptyDataRows.lastFailure(s),
                                SOON)),
                row(
                        prefix + "-wal-missing",
                        "waits for WAL that the leader no longer has and no archive brings; the leader's copy is as far",
                        "clone again",
                        applies.and(s -> Divergences.is(s, State.WAL_MISSING)
                                && s.waitsForWalSince(PATIENCE)
                                && s.leaderIsSettled()
                                && Divergences.leaderIsAsFar(s)
                                && !s.resting()),
                        s -> s.begin(
                                new Operation.Reinitialize(Divergences.leaderOf(s), true, false, missing(s)),
                                "reinitializing, because " + missing(s))),
                row(
                        prefix + "-stuck-restart",
                        "waits for WAL that the leader has, for long",
                        "restart it, the next time after twice as long",
                        applies.and(s -> Divergences.is(s, State.IN_HISTORY)
                                && s.waitsForWalSince(PATIENCE << restarts(s))
                                && !s.resting()),
                        s -> s.begin(
                                new Operation.Restart(Optional.empty()),
                                "restarting a standby that doesn't come on: " + whatItSays(s))),
                row(
                        prefix + "-rejoin-failed",
                        "doesn't stream, and the leader could not be asked about it a moment ago",
                        "say why",
                        applies.and(s -> s.resting() && checkFailed(s)),
                        s -> s.idle("waiting to try again: " + EmptyDataRows.lastFailure(s), SOON)),
                row(
                        prefix + "-stuck",
                        "waits for WAL",
                        "say so, and what PostgreSQL says",
                        applies.and(s -> s.waitsForWalSince(Divergences.CHECK_AGAIN)),
                        s -> s.idle("standby doesn't come on: " + whatItSays(s), SOON)));
    }

    private static boolean checkFailed(Situation s) {
        return s.ended(Operation.CheckDivergence.class, OperationResult.Failed.class);
    }

    private static int restarts(Situation s) {
        return Math.min(s.memory().rejoin().restarts(), MOST_DOUBLINGS);
    }

    private static String missing(Situation s) {
        return "the WAL that it needs is missing on leader " + s.leaderName() + ": " + Divergences.why(s);
    }

    static String whatItSays(Situation s) {
        String reason = Divergences.is(s, State.WAL_MISSING)
                ? "leader " + s.leaderName() + " says " + Divergences.why(s)
                : s.server().rejoin().lastWords();
        return Stream.of(s.server().rejoin().activity(), reason)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
    }
}
