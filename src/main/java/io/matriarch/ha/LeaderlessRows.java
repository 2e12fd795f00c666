package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.FailoverRequest;
import io.matriarch.ha.Action.AcquireLeaderLock;
import io.matriarch.ha.Action.ClearFailoverRequest;
import java.time.Duration;
import java.util.List;

/** Nobody holds the lock: race for it, if this node is fit to lead (reference 5.10). */
final class LeaderlessRows {
    private static final Duration SOON = Duration.ofSeconds(1);

    private LeaderlessRows() {}

    static List<Row> rows() {
        return List.of(
                FailsafeRows.primaryWaits(),
                row(
                        "race-primary-lost",
                        "a primary runs here without a lease, and the lock was not confirmed",
                        "stop it",
                        s -> s.primary() && !s.paused() && s.tried(AcquireLeaderLock.class),
                        s -> s.demoteAtOnce("demoted self after trying and failing to obtain lock")),
                row(
                        "race-lost",
                        "somebody else was first",
                        "follow",
                        s -> s.tried(AcquireLeaderLock.class),
                        s -> s.idle("following new leader after trying and failing to obtain lock", SOON)),
                row(
                        "race-primary-behind",
                        "this primary is on an older timeline than the cluster was",
                        "stop it",
                        s -> s.primary() && !s.paused() && LeaderRace.ownTimelineIsPast(s),
                        s -> s.demoteAtOnce("demoting self because i am not the healthiest node")),
                row(
                        "race-primary-not-synchronous",
                        "a primary runs here, but by the sync key another one led since",
                        "stop it",
                        s -> s.primary()
                                && !s.paused()
                                && SyncSituation.active(s)
                                && !s.view().sync().ledBy(s.self()),
                        s -> s.demoteAtOnce("demoting self because i am not the healthiest node")),
                row(
                        "race-primary",
                        "a primary runs here",
                        "take the lock",
                        Situation::primary,
                        s -> s.act(new AcquireLeaderLock())),
                WatchdogRows.backingOff(),
                row(
                        "race-not-allowed",
                        "nofailover, or not in maintenance mode's only way to lead",
                        "wait for another leader",
                        s -> LeaderRace.verdict(s) instanceof LeaderRace.Forbidden,
                        LeaderlessRows::forbidden),
                row(
                        "race-backoff",
                        "primary_race_backoff, and WAL still comes from somebody",
                        "wait: the primary may only have lost the DCS",
                        s -> Waits.raceBackoff(s).isPresent(),
                        s -> s.idle(
                                "My (%s) wal position moved since last heart beat loop, %d seconds until leader race"
                                        .formatted(
                                                s.self(),
                                                Waits.raceBackoff(s)
                                                        .orElse(Duration.ZERO)
                                                        .toSeconds()),
                                SOON)),
                row(
                        "race-ask",
                        "others may be fitter",
                        "ask them",
                        s -> LeaderRace.verdict(s) instanceof LeaderRace.Ask,
                        LeaderlessRows::ask),
                FailsafeRows.pledges(),
                FailsafeRows.heldBack(),
                row(
                        "race-fit",
                        "nobody is fitter",
                        "take the lock",
                        s -> LeaderRace.verdict(s) instanceof LeaderRace.Fit,
                        s -> s.act(new AcquireLeaderLock())),
                row(
                        "race-candidate-unfit",
                        "a person named this node, but it may lack acknowledged commits",
                        "clear the request, so that whoever is fit takes over",
                        s -> isNamed(s) && !s.tried(ClearFailoverRequest.class),
                        s -> s.act(new ClearFailoverRequest(
                                s.failoverRequest().orElseThrow().revision()))),
                row("race-unfit", "somebody is", "wait for another leader", _ -> true, LeaderlessRows::unfit));
    }

    private static boolean isNamed(Situation s) {
        return FailoverSchedule.of(s) instanceof FailoverSchedule.Now(FailoverRequest request)
                && request.candidate().filter(s.self()::equals).isPresent();
    }

    private static Decision ask(Situation s) {
        return LeaderRace.verdict(s) instanceof LeaderRace.Ask(var members) ? s.act(s.askPeers(members)) : unfit(s);
    }

    private static Decision forbidden(Situation s) {
        return s.paused()
                ? s.idle("no action. I am (" + s.self() + ")")
                : s.idle("following a different leader because I am not allowed to promote", SOON);
    }

    private static Decision unfit(Situation s) {
        String why = LeaderRace.verdict(s) instanceof LeaderRace.Unfit(String reason) ? " (" + reason + ")" : "";
        return s.idle("following a different leader because i am not the healthiest node" + why, SOON);
    }
}
