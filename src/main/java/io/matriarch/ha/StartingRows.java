package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.ha.Action.AskPeers;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import io.matriarch.ha.Action.RenewLeaderLock;
import io.matriarch.ha.Memory.Demotion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A postmaster runs but doesn't answer: it starts, or it hangs (reference 5.6). */
final class StartingRows {
    private static final Duration SOON = Duration.ofSeconds(1);

    private StartingRows() {}

    /** It is this node that leads, and its start takes longer than primary_start_timeout. */
    static List<Row> tooLong() {
        return List.of(
                row(
                        "starting-too-long-renew",
                        "the lock is due",
                        "renew it",
                        Situation::renewalDue,
                        s -> s.act(new RenewLeaderLock())),
                row(
                        "starting-too-long-ask",
                        "the lock is ours, and primary_start_timeout is over",
                        "ask whether somebody can take over",
                        s -> !s.tried(AskPeers.class)
                                && !Candidates.of(s, Optional.empty()).isEmpty(),
                        s -> s.act(s.askPeers(Candidates.of(s, Optional.empty())))),
                row(
                        "starting-too-long",
                        "and somebody can",
                        "stop at once, then release the lock",
                        s -> Candidates.anyReady(s, Optional.empty()),
                        s -> s.demote(
                                Demotion.Kind.IMMEDIATE,
                                Optional.empty(),
                                new Operation.Stop(Operation.Stop.Mode.IMMEDIATE, false, "demote"),
                                "stopped PostgreSQL because of startup timeout")),
                row(
                        "starting-too-long-alone",
                        "and nobody can",
                        "wait",
                        _ -> true,
                        s -> s.idle(
                                "primary start has timed out, but continuing to wait because failover is not possible",
                                SOON)));
    }

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.add(row(
                "starting-release",
                "the lock is ours, and PostgreSQL is killed, but hangs in the kernel",
                "release the lock: none of its processes will ever run again",
                s -> s.holdsLock() && hangs(s) && !s.tried(ReleaseLeaderLock.class),
                s -> s.act(
                        new ReleaseLeaderLock(Optional.empty()),
                        "released the leader lock, because PostgreSQL is killed and can't end while its disk hangs")));
        rows.add(row(
                "starting-renew",
                "the lock is ours and due",
                "renew it",
                s -> s.holdsLock() && s.renewalDue(),
                s -> s.act(new RenewLeaderLock())));
        rows.add(FollowerRows.reinitialize("starting"));
        rows.addAll(Divergences.rows("starting", StartingRows::stuck));
        rows.addAll(StuckRows.rows("starting", StartingRows::stuck));
        rows.add(row(
                "starting",
                "anything else",
                "wait",
                _ -> true,
                s -> s.idle(
                        hangs(s)
                                ? "PostgreSQL is killed, and can't end while its disk hangs"
                                : "PostgreSQL is still starting up" + Waits.untilStartTimeout(s),
                        SOON)));
        return rows;
    }

    private static boolean hangs(Situation s) {
        return s.ended(Operation.Stop.class, OperationResult.Hanging.class);
    }

    /** A starting standby of another leader that waits for WAL, or of which it is known already that it has diverged. */
    private static boolean stuck(Situation s) {
        return s.anotherLeads()
                && !s.paused()
                && !hangs(s)
                && (s.waitsForWalSince(Divergences.CHECK_AGAIN) || Divergences.diverged(s));
    }
}
