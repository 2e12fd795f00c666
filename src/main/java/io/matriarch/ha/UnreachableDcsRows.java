package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Operation.Start;
import io.matriarch.cluster.Operation.Stop;
import io.matriarch.ha.Action.SyncSlots;
import io.matriarch.ha.Memory.Demotion;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The DCS doesn't answer: whoever accepts writes must stop before its lease ends (reference 5.13). Unlike Patroni, which gives up after
 * retry_timeout, a primary goes on for as long as nobody else can hold the lock: a DCS that is restarted costs no write.
 */
final class UnreachableDcsRows {
    private static final Duration PATIENT_POLL = Duration.ofSeconds(1);

    private UnreachableDcsRows() {}

    static List<Row> rows() {
        return List.of(
                row(
                        "dcs-stop-at-once",
                        "something long is in progress, PostgreSQL accepts writes or will, and the lease is over",
                        "cancel it, and stop PostgreSQL at once",
                        OperationRows::mustStopAtOnce,
                        s -> s.stopAtOnce("demoting self because DCS is not accessible and I was a leader")),
                row(
                        "dcs-operating",
                        "a long action is in progress",
                        "wait",
                        Situation::operating,
                        s -> s.idle(OperationRows.inProgress(s), s.primary() ? OperationRows.POLL : PATIENT_POLL)),
                row("dcs-paused", "maintenance mode", "wait", Situation::paused, s -> s.idle("DCS is not accessible")),
                row(
                        "dcs-hold",
                        "PostgreSQL accepts writes, and the lock is ours for a while yet",
                        "go on, and ask again",
                        s -> s.primary() && s.lockLasts(),
                        UnreachableDcsRows::hold),
                row(
                        "dcs-demote",
                        "PostgreSQL accepts writes, and the lease nears its end or is over",
                        "stop it; at once when the lease is over",
                        Situation::primary,
                        UnreachableDcsRows::demote),
                row(
                        "dcs-demoted",
                        "stopped in order to step down, by the row above or before the DCS fell silent",
                        "start as a standby that follows nobody",
                        s -> !s.running() && stepsDown(s) && s.data().isPresent() && !s.resting(),
                        s -> s.begin(
                                new Start(
                                        Start.As.REPLICA,
                                        Optional.empty(),
                                        "restarting after failure",
                                        Optional.empty()),
                                "demoted self because DCS is not accessible and I was a leader")),
                row(
                        "dcs-slots",
                        "a standby's slots are behind those of the primary that goes on in failsafe mode, as it says",
                        "advance them, so that they don't hold WAL back for as long as the DCS is away",
                        s -> s.standby()
                                && s.accepting()
                                && !s.tried(SyncSlots.class)
                                && !SlotPlan.advancesWithoutDcs(s).isEmpty(),
                        s -> s.act(new SyncSlots(SlotPlan.advancesWithoutDcs(s), List.of()))),
                row("dcs-wait", "anything else", "wait", _ -> true, s -> s.idle("DCS is not accessible")));
    }

    /** Of a cluster that becomes a standby cluster the leader has to follow the remote primary, which is done when the DCS is back. */
    private static boolean stepsDown(Situation s) {
        return s.memory().demotion().isPresent() && !s.demoting(Demotion.Kind.CLUSTER);
    }

    static Decision hold(Situation s) {
        return s.idle("DCS is not accessible, I am the leader until my lease ends", PATIENT_POLL);
    }

    static Decision demote(Situation s) {
        Stop.Mode mode = s.lockConfirmed() ? Stop.Mode.FAST : Stop.Mode.IMMEDIATE;
        return s.demote(
                Demotion.Kind.OFFLINE,
                Optional.empty(),
                new Operation.Stop(mode, false, "offline demote"),
                "demoting self because DCS is not accessible and I was a leader");
    }
}
