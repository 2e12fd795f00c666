package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.ha.Action.RenewLeaderLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A postmaster runs but doesn't answer: it starts, or it hangs (reference 5.6). */
final class StartingRows {
    private static final Duration SOON = Duration.ofSeconds(1);

    private StartingRows() {}

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
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
                "starting", "anything else", "wait", _ -> true, s -> s.idle("PostgreSQL is still starting up", SOON)));
        return rows;
    }

    /** A starting standby of another leader that waits for WAL, or of which it is known already that it has diverged. */
    private static boolean stuck(Situation s) {
        return s.anotherLeads()
                && !s.paused()
                && (s.waitsForWalSince(Divergences.CHECK_AGAIN) || Divergences.diverged(s));
    }
}
