package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.ha.Action.RenewLeaderLock;
import java.time.Duration;
import java.util.List;

/** A postmaster runs but doesn't answer: it starts, or it hangs (reference 5.6). */
final class StartingRows {
    private static final Duration SOON = Duration.ofSeconds(1);

    private StartingRows() {}

    static List<Row> rows() {
        return List.of(
                row(
                        "starting-renew",
                        "the lock is ours and due",
                        "renew it",
                        s -> s.holdsLock() && s.renewalDue(),
                        s -> s.act(new RenewLeaderLock())),
                FollowerRows.reinitialize("starting"),
                row(
                        "starting",
                        "anything else",
                        "wait",
                        _ -> true,
                        s -> s.idle("PostgreSQL is still starting up", SOON)));
    }
}
