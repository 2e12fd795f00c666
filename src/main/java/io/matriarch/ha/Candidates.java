package io.matriarch.ha;

import io.matriarch.cluster.Member;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Who could take over from this node, asked before it steps down (reference 5.15, "failover possible"). */
final class Candidates {
    private Candidates() {}

    /** The members worth asking; only {@code named} if somebody was named. */
    static Set<String> of(Situation s, Optional<String> named) {
        return s.view().members().stream()
                .filter(member -> !member.name().equals(s.self())
                        && member.apiUrl().isPresent()
                        && !member.tags().nofailover()
                        && named.map(member.name()::equals).orElse(true))
                .map(Member::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Somebody who was asked can take over: reachable, allowed, a standby, and not too far behind. */
    static boolean anyReady(Situation s) {
        return s.seen().peers().values().stream().anyMatch(reply -> isReady(s, reply));
    }

    private static boolean isReady(Situation s, PeerReply reply) {
        long lag = s.view().status().optime().bytesAheadOf(reply.position());
        int clusterTimeline = s.view().history().latestTimeline();
        boolean behindInTime = s.config().checkTimeline()
                && !s.standbyCluster()
                && reply.timeline().isPresent()
                && reply.timeline().getAsInt() < clusterTimeline;
        return reply.mayPromote() && !reply.primary() && lag <= s.config().maximumLagOnFailover() && !behindInTime;
    }
}
