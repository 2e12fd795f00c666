package io.matriarch.ha;

import java.util.HashSet;
import java.util.Set;

/**
 * The rule that no acknowledged commit is lost (reference 5.19). A commit is acknowledged when the primary and {@code number} of {@code acknowledging} have it. Who
 * wants to lead needs {@code quorum} votes besides its own, out of {@code electorate}, each of a node that has no more than the candidate. It has every commit, if
 * any such group shares a node with any group that can acknowledge.
 */
final class SyncSafety {
    private SyncSafety() {}

    static boolean holds(Set<String> electorate, int quorum, Set<String> acknowledging, int number) {
        return electorate.size() <= quorum || union(electorate, acknowledging).size() <= quorum + number;
    }

    /** The least quorum with which it holds. */
    static int leastQuorum(Set<String> electorate, Set<String> acknowledging, int number) {
        return Math.min(
                electorate.size(), Math.max(0, union(electorate, acknowledging).size() - number));
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> union = new HashSet<>(one);
        union.addAll(other);
        return union;
    }
}
