package io.matriarch.ha;

import static io.matriarch.ha.SyncFacts.fold;

import io.matriarch.cluster.SynchronousStandbyNames;
import io.matriarch.cluster.SynchronousStandbyNames.Method;
import io.matriarch.ha.SyncFacts.SyncCandidate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * synchronous_mode quorum (reference 5.19): a commit waits for some of the standbys, and who takes over needs the votes of so many that one of them has it. The goal
 * is reached by steps each of which leaves the rule of {@link SyncSafety} intact: the parameter first where that is safe, else the key first, with a quorum as high
 * as it has to be.
 */
final class QuorumPlanner implements SyncPlan.Planner {
    @Override
    public SyncPlan next(SyncFacts facts) {
        if (facts.key().isEmpty()) {
            return SyncPlan.write(facts, List.of(), 0);
        }
        Set<String> electorate = facts.electorate();
        int quorum = facts.key().quorum();
        boolean safe = SyncSafety.holds(
                electorate, quorum, acknowledging(facts), facts.names().guarantee());
        if (!facts.key().ledBy(facts.self())) {
            return safe ? SyncPlan.write(facts, electorate, quorum) : SyncPlan.set(inherited(electorate, quorum));
        }
        return new Course(facts, electorate, quorum, safe).next();
    }

    /** What a new primary's commits have to wait for, as long as the key is its predecessor's. */
    static SynchronousStandbyNames inherited(Set<String> electorate, int quorum) {
        return SynchronousStandbyNames.any(Math.max(0, electorate.size() - quorum), electorate);
    }

    private static Set<String> acknowledging(SyncFacts facts) {
        return fold(facts.names().members());
    }

    /** The way from the key and names that are to those that are wanted. */
    private record Course(SyncFacts facts, Set<String> voters, int quorum, boolean safe) {
        SyncPlan next() {
            List<SyncCandidate> active = active();
            if (active.isEmpty() && facts.strict() && safe) {
                return keepWaiting();
            }
            Set<String> names = SyncFacts.namesOf(active);
            int number = Math.min(facts.wanted(), names.size());
            if (number == 0) {
                names = Set.of();
            }
            SynchronousStandbyNames goal =
                    number == 0 && facts.strict() ? nobodyYet() : SynchronousStandbyNames.any(number, names);
            int least = Math.max(names.size() - number, leastQuorum(fold(names), active));
            if (!safe) {
                return write(names, least);
            }
            if (!facts.names().sameAs(goal)) {
                boolean namesFirst = SyncSafety.holds(voters, quorum, fold(names), number);
                return namesFirst ? SyncPlan.set(goal) : write(names, least);
            }
            return finish(names, least, number);
        }

        private SyncPlan finish(Set<String> names, int least, int number) {
            boolean same = voters.equals(fold(names));
            boolean better = (!same || least < quorum) && (least < names.size() || names.isEmpty());
            if (better) {
                return write(names, least);
            }
            int possible = Math.min(facts.wanted(), facts.expected());
            return SyncPlan.nothing(same && quorum == names.size() - number && number >= possible);
        }

        /** With a quorum that nobody can reach, nobody needs to be named. */
        private SyncPlan write(Set<String> names, int least) {
            return least >= names.size() ? SyncPlan.write(facts, List.of(), 0) : SyncPlan.write(facts, names, least);
        }

        /** All candidates; who may not fail over only while the others are too few. */
        private List<SyncCandidate> active() {
            long others = facts.candidates().stream()
                    .filter(candidate -> !candidate.nofailover())
                    .count();
            long room = Math.max(0, facts.wanted() - others);
            List<SyncCandidate> helpers = facts.candidates().stream()
                    .filter(SyncCandidate::nofailover)
                    .limit(room)
                    .toList();
            return facts.candidates().stream()
                    .filter(candidate -> !candidate.nofailover() || helpers.contains(candidate))
                    .toList();
        }

        /** Nobody streams: no commit is acknowledged until somebody of the electorate does again. */
        private SyncPlan keepWaiting() {
            SynchronousStandbyNames wanted = voters.isEmpty() || voters.size() <= quorum
                    ? nobodyYet()
                    : SynchronousStandbyNames.any(voters.size() - quorum, voters);
            return facts.names().sameAs(wanted) ? SyncPlan.nothing(false) : SyncPlan.set(wanted);
        }

        private static SynchronousStandbyNames nobodyYet() {
            return new SynchronousStandbyNames(Method.ANY, 1, List.of());
        }

        /** New commits wait for the names in effect; older ones are where this says, or where the key as it is says. */
        private int leastQuorum(Set<String> names, List<SyncCandidate> active) {
            int forNewCommits = SyncSafety.leastQuorum(
                    names, acknowledging(facts), facts.names().guarantee());
            Set<String> behind = new HashSet<>(names);
            active.stream()
                    .filter(facts::caughtUp)
                    .map(candidate -> fold(candidate.name()))
                    .forEach(behind::remove);
            Set<String> newcomers = new HashSet<>(names);
            newcomers.removeAll(voters);
            int asBefore = safe ? quorum + newcomers.size() : Integer.MAX_VALUE;
            return Math.max(forNewCommits, Math.min(behind.size(), asBefore));
        }
    }
}
