package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Upstream;
import io.matriarch.ha.Memory.Divergence.State;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The rejoin planner's rows for a node whose WAL may have diverged from the leader's (reference 5.21), for a stopped server, a starting one, and a standby that
 * doesn't stream. The order is that of the steps: ask the leader, rewind, clone again where the data exist elsewhere or a person ordered it, leave it to a person.
 */
final class Divergences {
    private static final Duration SOON = Duration.ofSeconds(1);
    /** A standby that waits for WAL is looked at again after so many loop_waits. */
    static final int CHECK_AGAIN = 2;
    /** An archive brings nothing while nobody writes: that it brings nothing is no trouble yet. */
    private static final int ARCHIVE_PATIENCE = 6;

    private Divergences() {}

    /** The rows, for situations in which {@code suspicious} holds. */
    static List<Row> rows(String prefix, Predicate<Situation> suspicious) {
        Predicate<Situation> applies = suspicious.and(s -> s.leaderUpstream().isPresent());
        return List.of(
                rewind(prefix, applies),
                row(
                        prefix + "-wait-for-leader",
                        "diverged, but the leader has not finished its checkpoint after the promotion",
                        "wait",
                        applies.and(s -> diverged(s) && !s.leaderIsSettled()),
                        s -> s.idle(
                                "waiting for leader " + s.leaderName() + " to finish its checkpoint before rejoining",
                                SOON)),
                clone(prefix, applies),
                row(
                        prefix + "-keep",
                        "diverged, and this copy is ahead of the leader's",
                        "leave it for a person",
                        applies.and(s -> diverged(s) && !s.resting()),
                        s -> s.idle("diverged from leader " + s.leaderName() + " (" + why(s)
                                + ") and ahead of it; not removing data that exists nowhere else:"
                                + " copy what you need, then run patronictl reinit")),
                check(prefix, applies));
    }

    /** For who leads a standby cluster: the remote primary has no member key, so it is asked itself how far it is before anything is removed. */
    static List<Row> fromRemote(String prefix, Predicate<Situation> suspicious) {
        Predicate<Situation> applies = suspicious.and(s -> s.leaderUpstream().isPresent());
        return List.of(rewind(prefix, applies), clone(prefix, applies), check(prefix, applies));
    }

    /**
     * For who leads a standby cluster that follows an archive only. There is nobody to rewind or clone from, as with Patroni, which doesn't look; a person is told, and
     * the archive is looked at again, since it is a person who mends it.
     */
    static List<Row> fromArchive(String prefix) {
        Predicate<Situation> applies = s -> !s.paused() && followsArchive(s) && !s.resting();
        return List.of(
                row(
                        prefix + "-archive-check",
                        "follows an archive only, which has brought nothing for long",
                        "look into the archive whether the histories parted",
                        applies.and(s -> s.hasNotComeOnSince(ARCHIVE_PATIENCE) && notCheckedFor(s, ARCHIVE_PATIENCE)),
                        s -> s.act(new Action.Begin(
                                new Operation.CheckDivergence(s.remote().orElseThrow())))),
                row(
                        prefix + "-archive-keep",
                        "the same, and they parted",
                        "leave it to a person",
                        applies.and(s -> diverged(s) && s.hasNotComeOnSince(CHECK_AGAIN)),
                        s -> s.idle("diverged from the archive of standby_cluster.restore_command (" + why(s)
                                + "), no WAL will come: correct restore_command if it is another cluster's archive;"
                                + " else add standby_cluster.host with patronictl edit-config, so that this node can be"
                                + " rewound or cloned")));
    }

    static boolean followsArchive(Situation s) {
        return s.holdsLock()
                && s.remote().filter(remote -> !remote.answersSql()).isPresent();
    }

    private static Row rewind(String prefix, Predicate<Situation> applies) {
        return row(
                prefix + "-rewind",
                "diverged, and pg_rewind can run",
                "rewind from the leader",
                applies.and(
                        s -> is(s, State.DIVERGED) && s.server().mayRewind() && s.leaderIsSettled() && !s.resting()),
                s -> s.begin(
                        new Operation.Rewind(leaderOf(s)),
                        "running pg_rewind from " + s.leaderName() + ", because " + why(s)));
    }

    private static Row clone(String prefix, Predicate<Situation> applies) {
        return row(
                prefix + "-clone",
                "diverged, pg_rewind can't help, and the leader's copy is as far as this one, or a person's setting says to remove it",
                "clone again",
                applies.and(s -> diverged(s) && (leaderIsAsFar(s) || ordered(s)) && !s.resting()),
                s -> s.begin(
                        new Operation.Reinitialize(leaderOf(s), true, ordered(s), why(s)),
                        "reinitializing due to diverged timelines: " + why(s)));
    }

    private static Row check(String prefix, Predicate<Situation> applies) {
        return row(
                prefix + "-check",
                "not known whether the WAL is the leader's",
                "ask the leader",
                applies.and(s -> (is(s, State.UNKNOWN) || checkAgain(s)) && s.leaderIsSettled() && !s.resting()),
                s -> s.begin(
                        new Operation.CheckDivergence(leaderOf(s)),
                        "checking for divergence from leader " + s.leaderName()));
    }

    static boolean diverged(Situation s) {
        return is(s, State.DIVERGED) || is(s, State.REWIND_FAILED);
    }

    static boolean is(Situation s, State state) {
        return s.memory().divergence().state() == state;
    }

    static String why(Situation s) {
        return s.memory().divergence().why();
    }

    static Upstream leaderOf(Situation s) {
        return s.leaderUpstream().orElseThrow();
    }

    /**
     * A person's setting is an order, once it is proven that it is about this: the leader itself said that histories parted, or pg_rewind was tried and failed. Whose
     * clone replaces the data is still asked first, and must be a server of the same cluster.
     */
    private static boolean ordered(Situation s) {
        return (s.server().rejoin().removeDiverged() && !s.standbyCluster())
                || (s.server().rejoin().removeAfterFailedRewind() && is(s, State.REWIND_FAILED));
    }

    /** WAL that was there a while ago may be gone, and what was missing may be in the archive now. */
    private static boolean checkAgain(Situation s) {
        return !diverged(s) && s.waitsForWalSince(CHECK_AGAIN) && notCheckedFor(s, CHECK_AGAIN);
    }

    private static boolean notCheckedFor(Situation s, int loops) {
        OptionalLong checkedAt = s.memory().rejoin().checkedAt();
        long patience = s.config().loopWait().multipliedBy(loops).toNanos();
        return checkedAt.isEmpty() || s.seen().now() - checkedAt.getAsLong() >= patience;
    }

    static boolean leaderIsAsFar(Situation s) {
        if (s.holdsLock()) {
            return true; // the remote primary isn't in the DCS; it is asked itself before anything is removed
        }
        Lsn leader = s.view()
                .leaderMember()
                .flatMap(Member::xlogLocation)
                .orElse(Lsn.ZERO)
                .max(s.view().status().optime());
        return !s.walPosition().isAfter(leader);
    }
}
