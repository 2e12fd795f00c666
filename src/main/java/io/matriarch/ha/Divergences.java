package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Upstream;
import io.matriarch.ha.Memory.Divergence.State;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * The rejoin planner: rows for a node whose WAL may have diverged from the leader's (reference 5.21). They stand in two parts of the table, for a stopped server
 * and for a standby that doesn't stream.
 */
final class Divergences {
    private static final Duration SOON = Duration.ofSeconds(1);

    private Divergences() {}

    /** The rows, for situations in which {@code suspicious} holds. */
    static List<Row> rows(String prefix, Predicate<Situation> suspicious) {
        Predicate<Situation> leader = s -> s.leaderUpstream().isPresent();
        Predicate<Situation> applies = suspicious.and(leader);
        return List.of(
                row(
                        prefix + "-rewind",
                        "diverged, and pg_rewind can run",
                        "rewind from the leader",
                        applies.and(s -> is(s, State.DIVERGED) && s.server().mayRewind() && s.leaderIsSettled()),
                        s -> s.begin(
                                new Operation.Rewind(leaderOf(s)),
                                "running pg_rewind from " + s.leaderName() + ", because "
                                        + s.memory().divergence().why())),
                row(
                        prefix + "-wait-for-leader",
                        "diverged, but the leader has not finished its checkpoint after the promotion",
                        "wait",
                        applies.and(s -> diverged(s) && !s.leaderIsSettled()),
                        s -> s.idle(
                                "waiting for leader " + s.leaderName() + " to finish its checkpoint before rejoining",
                                SOON)),
                row(
                        prefix + "-clone",
                        "diverged, pg_rewind can't help, and the leader's copy is as far as this one",
                        "clone again",
                        applies.and(s -> diverged(s) && leaderIsAsFar(s)),
                        s -> s.begin(
                                new Operation.Reinitialize(
                                        leaderOf(s),
                                        true,
                                        false,
                                        s.memory().divergence().why()),
                                "reinitializing due to diverged timelines: "
                                        + s.memory().divergence().why())),
                row(
                        prefix + "-keep",
                        "diverged, and this copy is ahead of the leader's",
                        "leave it for a person",
                        applies.and(Divergences::diverged),
                        s -> s.idle("diverged from leader " + s.leaderName() + " ("
                                + s.memory().divergence().why()
                                + ") and ahead of it; not removing data that exists nowhere else:"
                                + " copy what you need, then run patronictl reinit")),
                row(
                        prefix + "-check",
                        "not known whether the WAL is the leader's",
                        "ask the leader",
                        applies.and(s -> is(s, State.UNKNOWN) && s.leaderIsSettled() && !s.resting()),
                        s -> s.begin(
                                new Operation.CheckDivergence(leaderOf(s)),
                                "checking for divergence from leader " + s.leaderName())));
    }

    static boolean diverged(Situation s) {
        return is(s, State.DIVERGED) || is(s, State.REWIND_FAILED);
    }

    private static boolean is(Situation s, State state) {
        return s.memory().divergence().state() == state;
    }

    private static Upstream leaderOf(Situation s) {
        return s.leaderUpstream().orElseThrow();
    }

    private static boolean leaderIsAsFar(Situation s) {
        if (s.holdsLock()) {
            return true; // the remote primary isn't in the DCS; it is asked before anything is removed
        }
        Lsn leader = s.view()
                .leaderMember()
                .flatMap(Member::xlogLocation)
                .orElse(Lsn.ZERO)
                .max(s.view().status().optime());
        return !s.walPosition().isAfter(leader);
    }
}
