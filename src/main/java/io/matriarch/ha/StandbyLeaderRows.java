package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Operation.Start;
import io.matriarch.ha.Action.AcquireLeaderLock;
import io.matriarch.ha.Action.DeleteSync;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import io.matriarch.ha.Action.RenewLeaderLock;
import io.matriarch.ha.Memory.Demotion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** This node holds the lock of a standby cluster: it replays the remote primary's WAL, and the others stream from it (reference 5.22). */
final class StandbyLeaderRows {
    private static final Duration SOON = Duration.ofSeconds(1);

    private StandbyLeaderRows() {}

    /** PostgreSQL answers. */
    static boolean leads(Situation s) {
        return s.standbyCluster() && s.holdsLock();
    }

    /** PostgreSQL is stopped, and neither to hand over nor by hand in maintenance mode. */
    static boolean isStopped(Situation s) {
        return leads(s)
                && !s.running()
                && !StoppedRows.handsOver(s)
                && !(s.paused() && s.memory().demotion().isEmpty());
    }

    static List<Row> running() {
        List<Row> rows = new ArrayList<>();
        rows.addAll(lock());
        rows.add(row(
                "standby-leader-primary-paused",
                "a primary runs here, maintenance mode",
                "leave it",
                s -> s.primary() && s.paused(),
                s -> s.idle("continue to run as primary without lock")));
        rows.add(row(
                "standby-leader-demote-cluster",
                "a primary runs here: the cluster has become a standby cluster",
                "stop it cleanly, keep the lock",
                Situation::primary,
                s -> s.demote(
                        Demotion.Kind.CLUSTER,
                        Optional.empty(),
                        new Operation.Stop(Operation.Stop.Mode.FAST, false, "demote-cluster"),
                        "cannot be a real primary in a standby cluster")));
        rows.addAll(LeaderRows.requests("standby-leader", Situation::standby));
        rows.add(row(
                "standby-leader-no-sync",
                "there is a sync key, but a standby cluster has no commits",
                "delete it: who is in it may not be who has the most WAL later",
                s -> !s.view().sync().isEmpty() && !s.tried(DeleteSync.class),
                s -> s.act(new DeleteSync(s.view().sync().revision()))));
        rows.add(row(
                "standby-leader-follow",
                "it follows somebody else",
                "point it to the remote primary",
                s -> !s.resting() && !s.server().following().equals(s.remote()),
                s -> s.begin(new Operation.Follow(s.remote()), line(s))));
        rows.addAll(SlotRows.upkeep("standby-leader"));
        rows.addAll(Divergences.fromRemote("standby-leader", s -> !s.paused() && !FollowerRows.streamsInTime(s)));
        rows.addAll(Divergences.fromArchive("standby-leader"));
        rows.addAll(StuckRows.rows("standby-leader", s -> !s.paused() && !FollowerRows.streamsInTime(s)));
        rows.add(row(
                "standby-leader",
                "all is well, as far as can be seen",
                "nothing",
                _ -> true,
                s -> s.memory().notStreamingSince().isPresent() ? s.idle(line(s), SOON) : s.idle(line(s))));
        return rows;
    }

    private static List<Row> lock() {
        return List.of(
                row(
                        "standby-leader-renew",
                        "the lock is due",
                        "renew it",
                        Situation::renewalDue,
                        s -> s.act(new RenewLeaderLock())),
                row(
                        "standby-leader-lost",
                        "the lock isn't surely ours",
                        "wait; a primary that still runs here is stopped",
                        s -> !s.lockConfirmed() && !s.primary(),
                        s -> s.idle("failed to update leader lock in DCS", SOON)),
                row(
                        "standby-leader-lost-primary",
                        "the same, and a primary still runs here",
                        "stop it at once",
                        s -> !s.lockConfirmed() && s.primary() && !s.paused(),
                        s -> s.demoteAtOnce("demoted self because failed to update leader lock in DCS")));
    }

    /** A stopped one is started as what it has become, never as the primary that it may have been. */
    static List<Row> stopped() {
        List<Row> rows = new ArrayList<>();
        rows.add(row(
                "standby-leader-start-failed",
                "the start failed",
                "release the lock, so that somebody else takes over",
                s -> s.memory().startFailed() && !s.tried(ReleaseLeaderLock.class),
                s -> s.act(
                        new ReleaseLeaderLock(Optional.empty()),
                        "removed leader key after trying and failing to start postgres")));
        rows.add(row(
                "standby-leader-stopped-resting",
                "something failed a moment ago",
                "wait",
                Situation::resting,
                s -> s.idle("failed to start postgres: " + EmptyDataRows.lastFailure(s), SOON)));
        rows.add(row(
                "standby-leader-stopped-renew",
                "the lock is due",
                "renew it",
                Situation::renewalDue,
                s -> s.act(new RenewLeaderLock())));
        rows.add(row(
                "standby-leader-crash-recovery",
                "a primary's data after a crash",
                "recover them in single-user mode, so that their end is known",
                s -> s.control().filter(ControlData::needsCrashRecovery).isPresent()
                        && s.data().filter(present -> !present.recoverySignal()).isPresent()
                        && !s.memory().crashRecoveryTried()
                        && !Divergences.diverged(s),
                s -> s.begin(new Operation.CrashRecovery(), "doing crash recovery in a single user mode")));
        // a standby's data are started though the remote primary may be down: others read here, or stream from here
        rows.addAll(
                Divergences.fromRemote("standby-leader-stopped", s -> s.holdsPrimaryData() || Divergences.diverged(s)));
        rows.add(row(
                "standby-leader-start",
                "nothing speaks against it",
                "start it as a standby of the remote primary",
                _ -> true,
                s -> s.begin(
                        new Start(
                                Start.As.REPLICA,
                                s.remote(),
                                "starting as a standby leader because i had the session lock",
                                Optional.empty()),
                        "starting as a standby leader because i had the session lock")));
        return rows;
    }

    private static String line(Situation s) {
        return s.tried(AcquireLeaderLock.class)
                ? "promoted self to a standby leader by acquiring session lock"
                : "no action. I am (" + s.self() + "), the standby leader with the lock";
    }
}
