package io.matriarch.ha;

import static io.matriarch.ha.SyncFacts.fold;

import io.matriarch.cluster.SynchronousStandbyNames;
import io.matriarch.ha.SyncFacts.SyncCandidate;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * synchronous_mode on (reference 5.19): every standby in the key has every acknowledged commit, so that each of them may take over alone. A name is in the key only
 * while it is in synchronous_standby_names: it is taken out of the key first, and into it last.
 */
final class SyncStandbyPlanner implements SyncPlan.Planner {
    @Override
    public SyncPlan next(SyncFacts facts) {
        if (!facts.key().ledBy(facts.self())) {
            return SyncPlan.write(facts, List.of(), 0);
        }
        Set<String> voters = fold(facts.key().standbys());
        boolean surelySynchronous = facts.key().quorum() == 0 && covers(facts.names(), voters);
        if (!voters.isEmpty() && !surelySynchronous) {
            return SyncPlan.write(facts, List.of(), 0);
        }
        List<SyncCandidate> picked =
                facts.candidates().stream().limit(facts.wanted()).toList();
        return picked.isEmpty() && facts.strict() ? keepWaiting(facts, voters) : towards(facts, voters, picked);
    }

    /** Nobody streams: who was synchronous still is, since no commit is acknowledged without. */
    private static SyncPlan keepWaiting(SyncFacts facts, Set<String> voters) {
        SynchronousStandbyNames wanted = SynchronousStandbyNames.first(
                Math.max(1, voters.size()), new TreeSet<>(facts.key().standbys()));
        return facts.names().sameAs(wanted) ? SyncPlan.nothing(false) : SyncPlan.set(wanted);
    }

    private static SyncPlan towards(SyncFacts facts, Set<String> voters, List<SyncCandidate> picked) {
        Set<String> confirmed = SyncFacts.namesOf(picked.stream()
                .filter(candidate -> isConfirmed(facts, candidate))
                .toList());
        Set<String> staying = new TreeSet<>(confirmed);
        staying.removeIf(name -> !voters.contains(fold(name)));
        if (staying.size() < voters.size()) {
            return SyncPlan.write(facts, staying, 0);
        }
        SynchronousStandbyNames wanted = SynchronousStandbyNames.all(SyncFacts.namesOf(picked));
        if (!facts.names().sameAs(wanted)) {
            return SyncPlan.set(wanted);
        }
        if (confirmed.size() > voters.size()) {
            return SyncPlan.write(facts, confirmed, 0);
        }
        int possible = Math.min(facts.wanted(), facts.expected());
        return SyncPlan.nothing(confirmed.size() == picked.size() && picked.size() >= possible);
    }

    private static boolean isConfirmed(SyncFacts facts, SyncCandidate candidate) {
        return facts.names().waitsForAll()
                && facts.names().names(candidate.name())
                && candidate.syncState().equals("sync")
                && (facts.key().names(candidate.name()) || facts.caughtUp(candidate));
    }

    private static boolean covers(SynchronousStandbyNames names, Set<String> voters) {
        return names.waitsForAll() && fold(names.members()).containsAll(voters);
    }
}
