package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.ha.Action.AcquireLeaderLock;
import io.matriarch.ha.Action.AskPeers;
import java.time.Duration;
import java.util.List;

/** Nobody holds the lock: race for it, if this node is fit to lead (reference 5.10). */
final class LeaderlessRows {
    private static final Duration SOON = Duration.ofSeconds(1);

    private LeaderlessRows() {}

    static List<Row> rows() {
        return List.of(
                row(
                        "race-primary-lost",
                        "a primary runs here, and somebody else was first",
                        "stop it at once",
                        s -> s.primary() && !s.paused() && s.refused(AcquireLeaderLock.class),
                        s -> s.demoteAtOnce("demoting self because somebody else took the leader lock")),
                row(
                        "race-primary-unanswered",
                        "a primary runs here, the DCS didn't answer, and the lock isn't surely ours",
                        "stop it",
                        s -> s.primary() && !s.paused() && s.unanswered(AcquireLeaderLock.class) && !s.lockConfirmed(),
                        UnreachableDcsRows::demote),
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
                        "race-primary",
                        "a primary runs here",
                        "take the lock",
                        Situation::primary,
                        s -> s.act(new AcquireLeaderLock())),
                row(
                        "race-not-allowed",
                        "nofailover, or not in maintenance mode's only way to lead",
                        "wait for another leader",
                        s -> LeaderRace.verdict(s) instanceof LeaderRace.Forbidden,
                        LeaderlessRows::forbidden),
                row(
                        "race-ask",
                        "others may be fitter",
                        "ask them",
                        s -> LeaderRace.verdict(s) instanceof LeaderRace.Ask,
                        LeaderlessRows::ask),
                row(
                        "race-pledges",
                        "failsafe_quorum, and a majority might let a primary go on without the DCS",
                        "ask the members in the failsafe key to let nobody",
                        s -> LeaderRace.verdict(s) instanceof LeaderRace.AskPledges,
                        LeaderlessRows::askPledges),
                row(
                        "race-fit",
                        "nobody is fitter",
                        "take the lock",
                        s -> LeaderRace.verdict(s) instanceof LeaderRace.Fit,
                        s -> s.act(new AcquireLeaderLock())),
                row("race-unfit", "somebody is", "wait for another leader", _ -> true, LeaderlessRows::unfit));
    }

    private static Decision ask(Situation s) {
        return LeaderRace.verdict(s) instanceof LeaderRace.Ask(var members) ? s.act(new AskPeers(members)) : unfit(s);
    }

    private static Decision askPledges(Situation s) {
        return LeaderRace.verdict(s) instanceof LeaderRace.AskPledges(var members)
                ? s.act(new Action.AskPledges(members))
                : unfit(s);
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
