package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerReading;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Whether a standby is fit to lead a cluster without a leader (reference 5.10 and 5.15). */
final class LeaderRace {
    private LeaderRace() {}

    /** What comes of it. */
    sealed interface Verdict {}

    /** It may try to take the lock. */
    record Fit() implements Verdict {}

    /** It may never lead as things are. */
    record Forbidden() implements Verdict {}

    /** These have to be asked first. */
    record Ask(Set<String> members) implements Verdict {}

    /** These have to be asked first to pledge that they let no primary go on without the DCS; name to api_url. */
    record AskPledges(Map<String, String> members) implements Verdict {}

    /** Another one should. */
    record Unfit(String why) implements Verdict {}

    static Verdict verdict(Situation s) {
        Verdict verdict = fitness(s);
        return verdict instanceof Fit && FailsafeGate.applies(s) ? FailsafeGate.pass(s) : verdict;
    }

    private static Verdict fitness(Situation s) {
        Optional<FailoverRequest> request = FailoverSchedule.of(s) instanceof FailoverSchedule.Now(FailoverRequest now)
                ? Optional.of(now)
                : Optional.empty();
        boolean named = request.flatMap(FailoverRequest::candidate)
                .filter(s.self()::equals)
                .isPresent();
        if (s.seen().tags().nofailover() || (s.paused() && !named)) {
            return new Forbidden();
        }
        if (named) {
            return new Fit();
        }
        return request.map(asked -> requested(s, asked)).orElseGet(() -> healthiest(s, "", true));
    }

    /** A primary that slept through a promotion must not come back (reference section 9, case 9). */
    static boolean ownTimelineIsPast(Situation s) {
        OptionalInt own = s.server().reading().map(ServerReading::timeline).orElse(OptionalInt.empty());
        return own.isPresent() && own.getAsInt() < s.view().history().latestTimeline();
    }

    /** Somebody asked for a failover or switchover, and named another node or none. */
    private static Verdict requested(Situation s, FailoverRequest request) {
        Map<String, Member> others = others(s);
        Optional<Member> candidate = request.candidate().flatMap(name -> Optional.ofNullable(others.get(name)));
        if (candidate.filter(member -> member.apiUrl().isPresent()).isPresent()) {
            if (!s.tried(Action.AskPeers.class)) {
                return new Ask(askable(s, others));
            }
            PeerReply reply = reply(s, candidate.get().name());
            if (reply.mayPromote()) {
                return new Unfit("waiting for " + reply.member() + ", the candidate of the request");
            }
        }
        String formerLeader = request.leader().orElse("");
        if (formerLeader.equals(s.self())) {
            return lastResort(s, others);
        }
        return healthiest(s, formerLeader, false);
    }

    /** The old leader takes the lock back only if nobody else can. */
    private static Verdict lastResort(Situation s, Map<String, Member> others) {
        if (!s.tried(Action.AskPeers.class) && !askable(s, others).isEmpty()) {
            return new Ask(askable(s, others));
        }
        return s.seen().peers().values().stream().anyMatch(PeerReply::mayPromote)
                ? new Unfit("handing over, and others can lead")
                : new Fit();
    }

    private static Verdict healthiest(Situation s, String withoutMember, boolean checkLag) {
        Map<String, Member> others = others(s);
        others.remove(withoutMember);
        Lsn mine = s.walPosition();
        if (checkLag
                && s.view().status().optime().bytesAheadOf(mine) > s.config().maximumLagOnFailover()) {
            return new Unfit("my wal position exceeds maximum replication lag");
        }
        if (s.config().checkTimeline() && behindInTime(s)) {
            return new Unfit("my timeline is behind the cluster's");
        }
        Set<String> asked = askable(s, others);
        if (!asked.isEmpty() && !s.tried(Action.AskPeers.class)) {
            return new Ask(asked);
        }
        return asked.stream()
                .map(name -> reply(s, name))
                .map(reply -> objection(s, reply, mine))
                .flatMap(Optional::stream)
                .findFirst()
                .<Verdict>map(Unfit::new)
                .orElseGet(Fit::new);
    }

    private static Optional<String> objection(Situation s, PeerReply reply, Lsn mine) {
        if (!reply.reachable()) {
            return Optional.empty();
        }
        if (reply.primary()) {
            return Optional.of("primary " + reply.member() + " is still alive");
        }
        if (!reply.mayPromote()) {
            return Optional.empty();
        }
        if (reply.position().isAfter(mine)) {
            return Optional.of(reply.member() + " is ahead");
        }
        boolean formerLeader = s.memory()
                .lastLedView()
                .flatMap(ClusterView::leader)
                .filter(leader -> leader.name().equals(reply.member()))
                .isPresent();
        boolean equal = reply.position().equals(mine) && !mine.equals(Lsn.ZERO);
        return equal
                        && !formerLeader
                        && reply.tags().failoverPriority() > s.seen().tags().failoverPriority()
                ? Optional.of(reply.member() + " has a higher failover priority")
                : Optional.empty();
    }

    private static boolean behindInTime(Situation s) {
        OptionalInt own = s.server().reading().map(ServerReading::timeline).orElse(OptionalInt.empty());
        return own.isEmpty() || own.getAsInt() < s.view().history().latestTimeline();
    }

    private static PeerReply reply(Situation s, String member) {
        return s.seen().peers().getOrDefault(member, PeerReply.unreachable(member));
    }

    /** Members of the last good view too: the old leader's key may be gone though it lives. */
    private static Map<String, Member> others(Situation s) {
        Map<String, Member> others = new LinkedHashMap<>();
        s.memory().lastLedView().ifPresent(view -> view.members().forEach(member -> others.put(member.name(), member)));
        s.view().members().forEach(member -> others.put(member.name(), member));
        others.remove(s.self());
        return others;
    }

    /** In failsafe mode also those who are only known from the failsafe key: a primary may go on there. */
    private static Set<String> askable(Situation s, Map<String, Member> members) {
        Set<String> names = new TreeSet<>();
        members.values().stream()
                .filter(member -> member.apiUrl().isPresent() && !member.tags().nofailover())
                .forEach(member -> names.add(member.name()));
        if (FailsafeGate.applies(s)) {
            names.addAll(s.view().failsafe().keySet());
            names.remove(s.self());
        }
        return names;
    }
}
