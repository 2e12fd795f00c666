package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Role;
import io.matriarch.ha.Action.AcquireLeaderLock;
import io.matriarch.ha.Action.AskPeers;
import io.matriarch.ha.Action.ClearFailoverRequest;
import io.matriarch.ha.Action.PutHistory;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import io.matriarch.ha.Action.RenewLeaderLock;
import io.matriarch.ha.Memory.Demotion;
import io.matriarch.ha.Observation.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** This node holds the lock and PostgreSQL answers (reference 5.11, 5.12, 5.15). */
final class LeaderRows {
    private static final Duration SOON = Duration.ofMillis(500);

    private LeaderRows() {}

    static List<Row> rows(SyncRows synchronous) {
        List<Row> rows = new ArrayList<>();
        rows.addAll(inMaintenanceMode());
        rows.addAll(FailsafeRows.unproven());
        rows.addAll(keeping());
        rows.add(FailsafeRows.publish("leader", _ -> true));
        rows.addAll(AbilityRows.leading());
        rows.addAll(SyncRows.beforePromotion());
        rows.add(requestDone());
        rows.addAll(requests("leader", Situation::primary));
        rows.addAll(WatchdogRows.leading());
        rows.addAll(promoting());
        rows.addAll(synchronous.maintaining("leader", FailsafeRows::namesAll));
        rows.addAll(SlotRows.upkeep("leader"));
        rows.addAll(chores());
        rows.add(synchronous.waiting("leader", _ -> true));
        rows.add(row("leader", "all is well", "nothing", _ -> true, s -> s.idle(noAction(s))));
        return rows;
    }

    private static List<Row> inMaintenanceMode() {
        return List.of(
                row(
                        "leader-paused-standby",
                        "maintenance mode, and no primary runs here",
                        "release the lock",
                        s -> s.paused()
                                && s.standby()
                                && !wasAskedToLead(s)
                                && s.server().role() != Role.PROMOTED
                                && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(
                                new ReleaseLeaderLock(Optional.empty()),
                                "removed leader lock because postgres is not running as primary")),
                row(
                        "leader-paused-standby-waits",
                        "the same, and the lock could not be released",
                        "wait",
                        s -> s.paused()
                                && s.standby()
                                && !wasAskedToLead(s)
                                && s.server().role() != Role.PROMOTED,
                        s -> s.idle(noAction(s))));
    }

    private static List<Row> keeping() {
        return List.of(
                row(
                        "leader-renew",
                        "the lock is due",
                        "renew it",
                        Situation::renewalDue,
                        s -> s.act(new RenewLeaderLock())),
                row(
                        "leader-lost-paused",
                        "it can't be renewed, maintenance mode",
                        "go on",
                        s -> s.paused() && (!s.lockConfirmed() || s.unanswered(RenewLeaderLock.class)),
                        s -> s.idle("continue to run as primary after failing to update leader lock in DCS")),
                row(
                        "leader-lost",
                        "the DCS says that the lock isn't ours any more",
                        "stop the primary at once",
                        s -> s.refused(RenewLeaderLock.class) && s.primary(),
                        s -> s.demoteAtOnce("demoted self because failed to update leader lock in DCS")),
                row(
                        "leader-hold",
                        "the DCS didn't answer, and the lock is ours for a while yet",
                        "go on, and ask again",
                        s -> s.unanswered(RenewLeaderLock.class) && s.primary() && s.lockLasts(),
                        UnreachableDcsRows::hold),
                row(
                        "leader-unanswered",
                        "the DCS didn't answer, and the lease nears its end or is over",
                        "stop the primary before the lease ends",
                        s -> s.unanswered(RenewLeaderLock.class) && s.primary(),
                        UnreachableDcsRows::demote),
                row(
                        "leader-lock-unanswered",
                        "a primary without a lease, as after maintenance mode, asked for the lock, and the DCS didn't answer",
                        "stop it: the key may say so, but nothing says for how long",
                        s -> s.primary() && !s.paused() && !s.lockConfirmed() && s.unanswered(AcquireLeaderLock.class),
                        s -> s.demoteAtOnce("demoted self after trying and failing to obtain lock")),
                row(
                        "leader-unconfirmed",
                        "the lock isn't surely ours",
                        "promote nothing",
                        s -> !s.lockConfirmed(),
                        s -> s.idle("not promoting because failed to update leader lock in DCS", SOON)));
    }

    private static Row requestDone() {
        return row(
                "leader-request-done",
                "a standby took the lock because somebody asked for a failover",
                "clear the request",
                s -> s.standby()
                        && !s.paused() // there it says who was asked to lead, until it does
                        && s.failoverRequest()
                                .filter(request -> !names(request.leader(), s))
                                .isPresent()
                        && !s.tried(ClearFailoverRequest.class),
                LeaderRows::clear);
    }

    /** Of a primary, or of a standby cluster's leader; {@code leads}: it does what a leader does. */
    static List<Row> requests(String prefix, Predicate<Situation> leads) {
        return List.of(
                row(
                        prefix + "-request-void",
                        "the request is stale, names another leader, this node, or, in maintenance mode, nobody",
                        "clear it",
                        s -> leads.test(s) && isVoid(s) && !s.tried(ClearFailoverRequest.class),
                        LeaderRows::clear),
                row(
                        prefix + "-request-ask",
                        "somebody asks for another leader",
                        "ask the candidates",
                        s -> leads.test(s) && mayHandOver(s) && !candidates(s).isEmpty() && !s.tried(AskPeers.class),
                        s -> s.act(s.askPeers(candidates(s)))),
                row(
                        prefix + "-hand-over",
                        "a candidate is ready",
                        "stop cleanly, then release the lock",
                        s -> leads.test(s)
                                && mayHandOver(s)
                                && Candidates.anyReady(s, s.failoverRequest().flatMap(FailoverRequest::candidate)),
                        LeaderRows::handOver),
                row(
                        prefix + "-nobody-ready",
                        "no candidate is",
                        "clear the request, and say why each isn't",
                        s -> leads.test(s) && mayHandOver(s) && !s.tried(ClearFailoverRequest.class),
                        LeaderRows::refuse),
                row(
                        prefix + "-restart",
                        "a person wants a restart",
                        "restart",
                        s -> leads.test(s)
                                && s.seen().request().orElse(new Request.Shutdown()) instanceof Request.Restart,
                        FollowerRows::restart));
    }

    private static List<Row> promoting() {
        return List.of(
                row(
                        "leader-promotion-failed",
                        "the promotion failed",
                        "release the lock",
                        s -> s.standby()
                                && s.memory().promotionFailed()
                                && s.resting()
                                && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(
                                new ReleaseLeaderLock(Optional.empty()),
                                "Promotion cancelled because " + EmptyDataRows.lastFailure(s))),
                row(
                        "leader-promoting",
                        "promoted, but still in recovery",
                        "wait",
                        s -> s.standby() && s.server().role() == Role.PROMOTED,
                        s -> s.idle(noAction(s), SOON)),
                SlotRows.beforePromotion(),
                row(
                        "leader-promote",
                        "a standby holds the lock",
                        "promote it",
                        Situation::standby,
                        s -> s.begin(new Operation.Promote(), "promoted self to leader by acquiring session lock")));
    }

    private static List<Row> chores() {
        return List.of(
                row(
                        "leader-history",
                        "the history key lacks the end of the last timeline",
                        "write it",
                        s -> !s.tried(PutHistory.class) && Histories.next(s).isPresent(),
                        s -> s.act(new PutHistory(Histories.next(s).orElseThrow()))),
                row(
                        "leader-checkpoint",
                        "promoted, and not checkpointed since",
                        "checkpoint, the others' pg_rewind waits for it",
                        s -> s.accepting() && s.server().checkpointPending() && !s.resting(),
                        s -> s.begin(new Operation.CheckpointAfterPromotion(), noAction(s))));
    }

    static String noAction(Situation s) {
        return "no action. I am (" + s.self() + "), the leader with the lock" + AbilityRows.worry(s);
    }

    private static boolean names(Optional<String> name, Situation s) {
        return name.filter(s.self()::equals).isPresent();
    }

    private static boolean wasAskedToLead(Situation s) {
        return s.failoverRequest()
                .filter(request -> names(request.candidate(), s))
                .isPresent();
    }

    private static Decision clear(Situation s) {
        FailoverRequest request = s.failoverRequest().orElseThrow();
        return s.act(new ClearFailoverRequest(request.revision()));
    }

    private static Decision refuse(Situation s) {
        FailoverRequest request = s.failoverRequest().orElseThrow();
        return s.act(new ClearFailoverRequest(
                request.revision(), Optional.of(Candidates.noneReady(s, request.candidate()))));
    }

    private static boolean isVoid(Situation s) {
        return switch (FailoverSchedule.of(s)) {
            case FailoverSchedule.Nothing _, FailoverSchedule.Later _ -> false;
            case FailoverSchedule.Stale _ -> true;
            case FailoverSchedule.Now(FailoverRequest request) ->
                (request.leader().isPresent() && !names(request.leader(), s))
                        || names(request.candidate(), s)
                        || (s.paused() && request.candidate().isEmpty());
        };
    }

    private static boolean mayHandOver(Situation s) {
        return FailoverSchedule.of(s) instanceof FailoverSchedule.Now && !isVoid(s);
    }

    private static Set<String> candidates(Situation s) {
        return Candidates.of(s, s.failoverRequest().flatMap(FailoverRequest::candidate));
    }

    private static Decision handOver(Situation s) {
        FailoverRequest request = s.failoverRequest().orElseThrow();
        String kind = request.isSwitchover() ? "switchover" : "manual failover";
        return s.demote(
                Demotion.Kind.GRACEFUL,
                request.candidate(),
                new Operation.Stop(Operation.Stop.Mode.FAST, true, kind + ": demote"),
                kind + ": demoting myself");
    }
}
