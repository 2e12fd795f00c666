package io.matriarch.ha;

import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Tags;
import io.matriarch.cluster.Upstream;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Who streams from whom (reference 5.9): from {@code replicatefrom}, else the leader; who leads a standby cluster from the remote primary. */
final class Upstreams {
    private Upstreams() {}

    /** Whom a standby on this node has to stream from; nobody with nostream. */
    static Optional<Upstream> wanted(Situation s) {
        Tags tags = s.seen().tags();
        if (tags.nostream()) {
            return Optional.empty();
        }
        if (s.holdsLock()) {
            return s.remote();
        }
        return source(s, s.self(), tags)
                .flatMap(name -> s.view().member(name))
                .flatMap(Situation::upstream)
                .or(s::leaderUpstream);
    }

    /** The name of the member that the member {@code name} streams from; absent for the leader, and without one. */
    static Optional<String> source(Situation s, String name, Tags tags) {
        return s.view().leads(name)
                ? Optional.empty()
                : named(s, name, tags).or(() -> s.view().leader().map(Leader::name));
    }

    /** The {@code replicatefrom} member, unless it is unknown, or streams from the asking one, over others perhaps: then nobody would get anything. */
    private static Optional<String> named(Situation s, String name, Tags tags) {
        return tags.replicatefrom()
                .filter(from -> s.view().member(from).isPresent())
                .filter(from -> !leadsBack(s, from, name));
    }

    private static boolean leadsBack(Situation s, String from, String to) {
        Set<String> passed = new HashSet<>();
        String current = from;
        while (passed.add(current)) {
            if (current.equals(to)) {
                return true;
            }
            Optional<String> next = s.view().leads(current)
                    ? Optional.empty()
                    : s.view().member(current).flatMap(member -> member.tags().replicatefrom());
            if (next.filter(name -> s.view().member(name).isPresent()).isEmpty()) {
                return false;
            }
            current = next.get();
        }
        return false; // a circle of others
    }
}
