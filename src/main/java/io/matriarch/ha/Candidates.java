package io.matriarch.ha;

import io.matriarch.cluster.Member;
import java.util.Comparator;
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
                .filter(reply -> unreadiness(s, reply).isEmpty())
                .count();
        return ready > votesOfOthers(s, named);
    }

    private static int votesOfOthers(Situation s, Optional<String> named) {
        return SyncSituation.votes(s) && named.isEmpty() ? s.view().sync().quorum() : 0;
    }

    /** Why there is nobody, as Patroni says it (reference 5.15), with what keeps each of those who were asked. */
    static String noneReady(Situation s, Optional<String> named) {
        String reasons = s.seen().peers().values().stream()
                .sorted(Comparator.comparing(PeerReply::member))
                .map(reply -> reply.member() + " " + unreadiness(s, reply).orElse("is ready"))
                .collect(Collectors.joining(", "));
        int votes = votesOfOthers(s, named);
        return "no healthy members found"
                + (reasons.isEmpty() ? "" : ": " + reasons)
                + (votes > 0 ? ", and " + (votes + 1) + " must be" : "");
    }

    /** What keeps this one from taking over. */
    private static Optional<String> unreadiness(Situation s, PeerReply reply) {
        long lag = s.view().status().optime().bytesAheadOf(reply.position());
        int clusterTimeline = s.view().history().latestTimeline();
        Optional<String> hindrance = reply.hindrance();
        if (hindrance.isPresent()) {
            return hindrance;
        } else if (reply.primary()) {
            return Optional.of("isn't a standby");
        } else if (lag > s.config().maximumLagOnFailover()) {
            return Optional.of("is " + lag + " bytes behind");
        } else if (s.config().checkTimeline()
                && !s.standbyCluster()
                && reply.timeline().isPresent()
                && reply.timeline().getAsInt() < clusterTimeline) {
            return Optional.of("is on timeline " + reply.timeline().getAsInt() + " before " + clusterTimeline);
        }
        return Optional.empty();
    }
}
