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
                        && named.map(member.name()::equals).orElse(true)
                        && (!SyncSituation.active(s)
                                || s.view().sync().names(member.name())
                                || SyncSituation.isFailoverTo(s, member.name())))
                .map(Member::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Somebody who was asked can take over: reachable, allowed, a standby, and not too far behind. Where an election needs votes, as many more are ready, unless
     * somebody was named (reference section 9, cases 3 and 6).
     */
    static boolean anyReady(Situation s, Optional<String> named) {
        long ready = s.seen().peers().values().stream()
                .filter(reply -> isReady(s, reply))
                .count();
        int votes = SyncSituation.votes(s) && named.isEmpty() ? s.view().sync().quorum() : 0;
        return ready > votes;
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
