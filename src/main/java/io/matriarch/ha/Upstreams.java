package io.matriarch.ha;

import io.matriarch.cluster.Member;
import io.matriarch.cluster.Tags;
import io.matriarch.cluster.Upstream;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Who streams from whom (reference 5.9): {@code replicatefrom}, the leader, and for who leads a standby cluster the remote primary. */
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

    /** The members that stream from this node, so that it has to keep slots for them. */
    static Set<String> streamingFromHere(Situation s) {
        return s.view().members().stream()
                .filter(member ->
                        !member.name().equals(s.self()) && !member.tags().nostream())
                .filter(member -> source(s, member.name(), member.tags())
                        .or(() -> s.view().leader().map(leader -> leader.name()))
                        .filter(s.self()::equals)
                        .isPresent())
                .map(Member::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The {@code replicatefrom} member, unless it is unknown, or streams from the asking one, over others perhaps: then nobody would get anything. */
    private static Optional<String> source(Situation s, String name, Tags tags) {
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
            if (s.view().leads(current)) {
                return false;
            }
            Optional<String> next =
                    s.view().member(current).flatMap(member -> member.tags().replicatefrom());
            if (next.filter(name -> s.view().member(name).isPresent()).isEmpty()) {
                return false;
            }
            current = next.get();
        }
        return false; // a circle of others
    }
}
