package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Operation.Start;
import io.matriarch.ha.Action.AcquireLeaderLock;
import io.matriarch.ha.Action.AskPeers;
import io.matriarch.ha.Action.ClearFailoverRequest;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import io.matriarch.ha.Action.RenewLeaderLock;
import io.matriarch.ha.Memory.Demotion;
import io.matriarch.ha.Observation.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A data directory without a postmaster (reference 5.8). */
final class StoppedRows {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration HEIR_PATIENCE = Duration.ofSeconds(5);
    private static final Duration HEIR_POLL = Duration.ofMillis(250);

    private StoppedRows() {}

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.addAll(steppingDown());
        rows.addAll(inMaintenanceMode());
        rows.addAll(holdingTheLock());
        rows.addAll(rejoining());
        return rows;
    }

    private static List<Row> steppingDown() {
        return List.of(
                row(
                        "stopped-hand-over-ask",
                        "stopped for a switchover",
                        "ask the candidates whether they have all of it",
                        s -> HandOver.isPlanned(s)
                                && !s.tried(AskPeers.class)
                                && !HandOver.candidates(s).isEmpty(),
                        s -> s.act(s.askPeers(HandOver.candidates(s)))),
                row(
                        "stopped-hand-over-wait",
                        "no candidate has said so yet",
                        "wait a moment",
                        s -> HandOver.isPlanned(s) && !HandOver.heirHasAll(s) && youngerThan(s, HEIR_PATIENCE),
                        s -> s.idle("waiting for a candidate to have all WAL", HEIR_POLL)),
                row(
                        "stopped-hand-over-back",
                        "none has",
                        "clear the request and go on as the primary: a switchover loses nothing",
                        s -> HandOver.isPlanned(s) && !HandOver.heirHasAll(s),
                        s -> s.remembering(s.memory().withDemotion(Optional.empty()))
                                .act(
                                        new ClearFailoverRequest(s.failoverRequest()
                                                .orElseThrow()
                                                .revision()),
                                        "switchover given up, no candidate has received all WAL")),
                row(
                        "stopped-hand-over",
                        "stopped in order to hand over",
                        "release the lock with the last position",
                        s -> handsOver(s) && s.holdsLock() && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(new ReleaseLeaderLock(
                                s.control().filter(ControlData::shutDownCleanly).map(ControlData::checkpoint)))),
                row(
                        "stopped-await-heir",
                        "handed over a moment ago, nobody has taken the lock",
                        "wait, so that the candidate is first",
                        s -> handsOver(s) && s.leaderless() && youngDemotion(s),
                        s -> s.idle("waiting for a new leader after handing over", SOON)));
    }

    /** PostgreSQL is a person's to start; through {@code patronictl restart}, too, with the lock first if it was the primary. */
    private static List<Row> inMaintenanceMode() {
        return List.of(
                FollowerRows.reinitialize("stopped"),
                row(
                        "stopped-restart-lock",
                        "maintenance mode, a person wants a restart of what was the primary, and nobody else leads",
                        "take the lock first",
                        s -> restartAsked(s)
                                && s.holdsPrimaryData()
                                && !s.standbyCluster()
                                && ((s.leaderless() && !s.tried(AcquireLeaderLock.class))
                                        || (s.holdsLock() && !s.lockConfirmed() && !s.tried(RenewLeaderLock.class))),
                        s -> s.act(s.leaderless() ? new AcquireLeaderLock() : new RenewLeaderLock())),
                row(
                        "stopped-restart-primary",
                        "and the lock is ours",
                        "start it",
                        s -> restartAsked(s)
                                && s.holdsPrimaryData()
                                && !s.standbyCluster()
                                && s.holdsLock()
                                && s.lockConfirmed(),
                        s -> s.begin(
                                new Start(
                                        Start.As.PRIMARY,
                                        Optional.empty(),
                                        "starting because a person asked",
                                        Optional.empty()),
                                "starting because a person asked")),
                row(
                        "stopped-restart-standby",
                        "maintenance mode, and a person wants a restart of a standby",
                        "start it",
                        s -> restartAsked(s) && !s.holdsPrimaryData() && !s.holdsLock(),
                        s -> s.begin(
                                start(Upstreams.wanted(s), "starting because a person asked"),
                                "starting because a person asked")),
                row(
                        "stopped-paused",
                        "maintenance mode, and nobody asked for a hand-over",
                        "release the lock, start nothing",
                        s -> s.paused()
                                && s.memory().demotion().isEmpty()
                                && s.holdsLock()
                                && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(
                                new ReleaseLeaderLock(Optional.empty()),
                                "removed leader lock because postgres is not running")),
                row(
                        "stopped-paused-wait",
                        "maintenance mode, and it was not just stopped in order to follow, or it has diverged",
                        "start nothing",
                        s -> s.paused() && (s.memory().demotion().isEmpty() || Divergences.diverged(s)),
                        s -> s.idle("postgres is not running")));
    }

    private static List<Row> holdingTheLock() {
        return List.of(
                row(
                        "stopped-promotion-failed",
                        "PostgreSQL didn't survive its promotion, and the lock is ours",
                        "release it, so that somebody else takes over",
                        s -> s.memory().promotionFailed()
                                && s.resting()
                                && s.holdsLock()
                                && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(
                                new ReleaseLeaderLock(Optional.empty()),
                                "Promotion cancelled because " + EmptyDataRows.lastFailure(s))),
                row(
                        "stopped-start-failed-ask",
                        "the start failed, and the lock is ours",
                        "ask whether somebody can take over",
                        s -> s.memory().startFailed()
                                && s.holdsLock()
                                && !s.tried(AskPeers.class)
                                && !Candidates.of(s, Optional.empty()).isEmpty(),
                        s -> s.act(s.askPeers(Candidates.of(s, Optional.empty())))),
                row(
                        "stopped-start-failed-lock",
                        "and somebody can",
                        "release it",
                        s -> s.memory().startFailed()
                                && s.holdsLock()
                                && Candidates.anyReady(s, Optional.empty())
                                && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(
                                new ReleaseLeaderLock(Optional.empty()),
                                "removed leader key after trying and failing to start postgres")),
                row(
                        "stopped-resting",
                        "something failed a moment ago",
                        "wait",
                        Situation::resting,
                        s -> s.idle("failed to start postgres: " + EmptyDataRows.lastFailure(s), SOON)),
                row(
                        "stopped-renew",
                        "the lock is ours, perhaps from before a restart of this agent",
                        "renew it",
                        s -> s.holdsLock() && (s.renewalDue() || !s.lockConfirmed()) && !s.tried(RenewLeaderLock.class),
                        s -> s.act(new RenewLeaderLock())),
                row(
                        "stopped-unconfirmed",
                        "the lock can't be renewed",
                        "wait",
                        s -> s.holdsLock() && !s.lockConfirmed(),
                        s -> s.idle("not starting because failed to update leader lock in DCS", SOON)),
                row(
                        "stopped-fail-over-ask",
                        "the primary crashed, and primary_start_timeout is 0 or it crashes again and again",
                        "ask whether somebody can take over",
                        s -> failsOverAtOnce(s)
                                && !s.tried(AskPeers.class)
                                && !Candidates.of(s, Optional.empty()).isEmpty(),
                        s -> s.act(s.askPeers(Candidates.of(s, Optional.empty())))),
                row(
                        "stopped-fail-over",
                        "and somebody can",
                        "release the lock",
                        s -> failsOverAtOnce(s)
                                && Candidates.anyReady(s, Optional.empty())
                                && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(
                                new ReleaseLeaderLock(Optional.empty()),
                                "stopped PostgreSQL to fail over after a crash")),
                row(
                        "stopped-start-primary",
                        "the lock is ours, and the data are a primary's",
                        "start it as the primary that it was, on the same timeline",
                        s -> s.holdsLock() && s.holdsPrimaryData() && !s.standbyCluster(),
                        s -> s.begin(
                                new Start(
                                        Start.As.PRIMARY,
                                        Optional.empty(),
                                        "starting primary after failure",
                                        Optional.of(s.config().primaryStartTimeout())
                                                .filter(Duration::isPositive)),
                                "starting primary after failure")),
                row(
                        "stopped-start-readonly",
                        "the lock is ours, and the data are a standby's",
                        "start it as a standby; it will be promoted",
                        s -> s.holdsLock() && !s.standbyCluster(),
                        s -> s.begin(
                                start(Optional.empty(), "starting as readonly because i had the session lock"),
                                "starting as readonly because i had the session lock")));
    }

    private static List<Row> rejoining() {
        List<Row> rows = new ArrayList<>();
        rows.add(row(
                "stopped-crash-recovery",
                "a primary's data after a crash",
                "recover them in single-user mode, so that their end is known",
                s -> s.control().filter(ControlData::needsCrashRecovery).isPresent()
                        && s.data().filter(present -> !present.recoverySignal()).isPresent()
                        && !s.memory().crashRecoveryTried()
                        && (s.leaderless() || s.server().mayRewind())
                        && !Divergences.diverged(s),
                s -> s.begin(new Operation.CrashRecovery(), "doing crash recovery in a single user mode")));
        rows.addAll(Divergences.rows("stopped", _ -> true));
        rows.add(row(
                "stopped-await-leader",
                "a former primary's data, and the leader is being promoted",
                "wait until it can be asked whether they diverged",
                s -> s.holdsPrimaryData()
                        && s.anotherLeads()
                        && !s.leaderIsSettled()
                        && s.leaderUpstream().isPresent(),
                s -> s.idle("waiting for leader " + s.leaderName() + " to be promoted before rejoining", SOON)));
        rows.add(row(
                "stopped-start",
                "nothing speaks against it",
                "start as a standby of the leader, or of nobody",
                _ -> true,
                s -> s.begin(start(Upstreams.wanted(s), "starting as a secondary"), "starting as a secondary")));
        return rows;
    }

    private static Start start(Optional<io.matriarch.cluster.Upstream> upstream, String title) {
        return new Start(Start.As.REPLICA, upstream, title, Optional.empty());
    }

    static boolean handsOver(Situation s) {
        return s.demoting(Demotion.Kind.GRACEFUL) || s.demoting(Demotion.Kind.IMMEDIATE);
    }

    private static boolean restartAsked(Situation s) {
        return s.paused()
                && !Divergences.diverged(s)
                && s.seen().request().filter(Request.Restart.class::isInstance).isPresent();
    }

    private static boolean failsOverAtOnce(Situation s) {
        return s.holdsLock()
                && (s.config().primaryStartTimeout().isZero() || AbilityRows.crashLoops(s))
                && s.control().filter(ControlData::needsCrashRecovery).isPresent();
    }

    private static boolean youngDemotion(Situation s) {
        return youngerThan(s, s.config().loopWait().plus(s.config().retryTimeout()));
    }

    private static boolean youngerThan(Situation s, Duration age) {
        return s.memory()
                .demotion()
                .filter(demotion -> s.seen().now() - demotion.since() < age.toNanos())
                .isPresent();
    }
}
