package io.matriarch.ha;

import io.matriarch.ha.Action.AskPeers;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether a primary may still go on in failsafe mode without the DCS, so that nobody may race (docs/failsafe.md). What this node itself accepted is not asked here: who
 * was accepted leads, as far as this node sees.
 */
final class FailsafeGate {
    private FailsafeGate() {}

    static boolean applies(Situation s) {
        return !s.view().failsafe().isEmpty() && (s.config().failsafeMode() || s.needsPledges());
    }

    /** The verdict on a node that is fit otherwise. */
    static LeaderRace.Verdict pass(Situation s) {
        Map<String, String> others = new TreeMap<>(s.view().failsafe());
        if (others.remove(s.self()) == null) {
            return new LeaderRace.Unfit("i am not in the failsafe key");
        }
        if (!s.tried(AskPeers.class) && !others.isEmpty()) {
            return new LeaderRace.Ask(others.keySet());
        }
        if (others.keySet().stream().allMatch(name -> isSurelyNoPrimary(s, name))) {
            return new LeaderRace.Fit();
        }
        if (s.seen().failsafe().young()) {
            return new LeaderRace.Unfit(
                    "this agent has just started, and another one may have let a primary go on without the DCS");
        }
        return s.needsPledges() ? majority(s, others) : new LeaderRace.Fit();
    }

    private static boolean isSurelyNoPrimary(Situation s, String name) {
        PeerReply reply = s.seen().peers().getOrDefault(name, PeerReply.unreachable(name));
        return reply.reachable() && !reply.primary();
    }

    private static LeaderRace.Verdict majority(Situation s, Map<String, String> others) {
        if (!s.tried(Action.AskPledges.class)) {
            return new LeaderRace.AskPledges(others);
        }
        long pledged = others.keySet().stream()
                .filter(s.seen().failsafe().pledged()::contains)
                .count();
        return 2 * (pledged + 1) > others.size() + 1
                ? new LeaderRace.Fit()
                : new LeaderRace.Unfit("a majority may let another primary go on without the DCS, " + pledged + " of "
                        + others.size() + " others pledged that they don't");
    }
}
