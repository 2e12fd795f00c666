package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.SynchronousStandbyNames;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the next step of synchronous replication depends on.
 *
 * @param self the primary
 * @param key the sync key
 * @param names synchronous_standby_names as PostgreSQL has it in effect
 * @param candidates the streaming standbys that may be synchronous, best first
 * @param expected how many could be, if all that run were streaming
 * @param wanted how many a commit is to wait for, if there are as many
 * @param strict no commit without any
 * @param point flush position of the primary when the names in effect were first seen: older commits didn't wait for them
 */
record SyncFacts(
        String self,
        SyncState key,
        SynchronousStandbyNames names,
        List<SyncCandidate> candidates,
        int expected,
        int wanted,
        boolean strict,
        Lsn point) {

    SyncFacts {
        candidates = List.copyOf(candidates);
    }

    /**
     * A standby.
     *
     * @param position how far it confirmed, in the sense of synchronous_commit
     */
    record SyncCandidate(String name, String syncState, Lsn position, boolean nofailover) {}

    /** Has everything that was acknowledged before the names in effect were. */
    boolean caughtUp(SyncCandidate candidate) {
        return !point.isAfter(candidate.position());
    }

    /** Whoever may be elected besides this primary, by the key as it is. */
    Set<String> electorate() {
        Set<String> electorate = fold(key.standbys());
        key.leader().map(SyncFacts::fold).ifPresent(electorate::add);
        electorate.remove(fold(self));
        return electorate;
    }

    /** The names as the members write them, for the key and the parameter. */
    static Set<String> namesOf(List<SyncCandidate> candidates) {
        return candidates.stream().map(SyncCandidate::name).collect(Collectors.toCollection(TreeSet::new));
    }

    /** PostgreSQL compares names without regard to case. */
    static String fold(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    static Set<String> fold(java.util.Collection<String> names) {
        return names.stream().map(SyncFacts::fold).collect(Collectors.toCollection(TreeSet::new));
    }
}
