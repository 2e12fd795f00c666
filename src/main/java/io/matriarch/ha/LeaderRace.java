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
import java.util.stream.Stream;

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

    /** A primary may go on without the DCS. */
    record HeldBack(String why) implements Verdict {}

    /** Another one should. */
    record Unfit(String why) implements Verdict {}

    static Verdict verdict(Situation s) {
        Verdict verdict = fitness(s);
        return verdict instanceof Fit && FailsafeGate.applies(s) ? inFailsafeMode(s) : verdict;
    }

    private static Verdict inFailsafeMode(Situation s) {
        return switch (FailsafeGate.passage(s)) {
            case FailsafeGate.AskFirst(var members) -> new AskPledges(members);
            case FailsafeGate.Closed(String why) -> new HeldBack(why);
            case FailsafeGate.Open _ ->
                FailsafeGate.toAskAgain(s).<Verdict>map(Ask::new).orElseGet(Fit::new);
        };
    }

    private static Verdict fitness(Situation s) {
        Optional<FailoverRequest> request = FailoverSchedule.of(s) instanceof FailoverSchedule.Now(FailoverRequest now)
                ? Optional.of(now)
                : Optional.empty();
        boolean named = request.flatMap(FailoverRequest::candidate)
                .filter(s.self()::equals)
                .isPresent();
        boolean unwatched = s.seen().watchdog().failed() && !s.standbyCluster(); // there nothing accepts writes
        if (s.seen().tags().nofailover() || unwatched || (s.paused() && !named)) {
            return new Forbidden();
        }
        if (named) {
            return candidate(s);
        }
        if (SyncElection.isOutsider(s)) {
            return new Unfit("not a synchronous standby");
        }
        return request.map(asked -> requested(s, asked)).orElseGet(() -> healthiest(s, "", true));
    }

    /** A person named this node. */
    private static Verdict candidate(Situation s) {
        if (SyncSituation.isFailoverTo(s, s.self()) || !SyncSituation.active(s)) {
            return new Fit();
        }
        if (!SyncSituation.includes(s.view().sync(), s.self())) {
            return new Unfit("not a synchronous standby");
        }
        if (!SyncSituation.votes(s)) {
            return new Fit();
        }
        Set<String> voters = askable(s, others(s));
        if (!voters.isEmpty() && !s.tried(Action.AskPeers.class)) {
            return new Ask(voters);
        }
        return SyncElection.isElected(s) ? new Fit() : new Unfit(tooFewVotes(s));
    }

    private static String tooFewVotes(Situation s) {
        return "votes: " + SyncElection.votesFor(s) + ", needed: "
                + s.view().sync().quorum();
    }

    /** A primary that slept through a promotion must not come back (reference section 9, case 9). */
    static boolean ownTimelineIsPast(Situation s) {
        OptionalInt own = s.server().reading().map(ServerReading::timeline).orElse(OptionalInt.empty());
        return own.isPresent() && own.getAsInt() < s.view().history().latestTimeline();
    }

    /** Somebody asked for a failover or switchover, and named another node or none. */
    private static Verdict requested(Situation s, FailoverRequest request) {
        Map<String, Member> others = everybodyElse(s);
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
            return lastResort(s, others(s));
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

    /** With a full disk only if nobody without one answers. */
    private static boolean othersCanWrite(Situation s) {
        return s.seen().ability().diskFull()
                && s.seen().peers().values().stream().anyMatch(PeerReply::mayPromote);
    }

    private static Verdict healthiest(Situation s, String withoutMember, boolean checkLag) {
        Map<String, Member> others = others(s);
        others.remove(withoutMember);
        Lsn mine = s.walPosition();
        if (checkLag
                && s.view().status().optime().bytesAheadOf(mine) > s.config().maximumLagOnFailover()) {
            return new Unfit("my wal position exceeds maximum replication lag");
        }
        if (s.config().checkTimeline() && !s.standbyCluster() && behindInTime(s)) {
            return new Unfit("my timeline is behind the cluster's");
        }
        Set<String> rivals = askable(s, others);
        Set<String> bystanders = FailsafeGate.listed(s);
        bystanders.removeAll(rivals);
        Set<String> asked = new TreeSet<>(rivals);
        asked.addAll(bystanders);
        if (!asked.isEmpty() && !s.tried(Action.AskPeers.class)) {
            return new Ask(asked);
        }
        if (othersCanWrite(s)) {
            return new Unfit("my disk is full, and others can lead");
        }
        Stream<Optional<String>> objections = Stream.concat(
                rivals.stream().map(name -> objection(s, reply(s, name), mine)),
                bystanders.stream().map(name -> stillAlive(reply(s, name))));
        return objections
                .flatMap(Optional::stream)
                .findFirst()
                .or(() -> SyncSituation.votes(s) && !SyncElection.isElected(s)
                        ? Optional.of(tooFewVotes(s))
                        : Optional.empty())
                .<Verdict>map(Unfit::new)
                .orElseGet(Fit::new);
    }

    private static Optional<String> objection(Situation s, PeerReply reply, Lsn mine) {
        if (!reply.reachable()) {
            return Optional.empty();
        }
        if (reply.primary()) {
            return stillAlive(reply);
        }
        if (!reply.mayPromote()) {
            return Optional.empty();
        }
        boolean synchronous = SyncSituation.active(s);
        boolean ahead =
                synchronous ? SyncElection.isAhead(s, reply) : reply.position().isAfter(mine);
        boolean ledBefore = synchronous && s.view().sync().ledBy(reply.member());
        if (ahead) { // what a former leader has more was never acknowledged
            return ledBefore ? Optional.empty() : Optional.of(reply.member() + " is ahead");
        }
        boolean counts = !SyncSituation.votes(s) || s.view().sync().names(reply.member());
        boolean formerLeader = s.memory()
                .lastLedView()
                .flatMap(ClusterView::leader)
                .filter(leader -> leader.name().equals(reply.member()))
                .isPresent();
        boolean equal = reply.position().equals(mine) && !mine.equals(Lsn.ZERO);
        return equal
                        && counts
                        && !formerLeader
                        && !ledBefore
                        && reply.tags().failoverPriority() > s.seen().tags().failoverPriority()
                ? Optional.of(reply.member() + " has a higher failover priority")
                : Optional.empty();
    }

    private static Optional<String> stillAlive(PeerReply reply) {
        return reply.reachable() && reply.primary()
                ? Optional.of("primary " + reply.member() + " is still alive")
                : Optional.empty();
    }

    private static boolean behindInTime(Situation s) {
        OptionalInt own = s.server().reading().map(ServerReading::timeline).orElse(OptionalInt.empty());
        return own.isEmpty() || own.getAsInt() < s.view().history().latestTimeline();
    }

    private static PeerReply reply(Situation s, String member) {
        return s.seen().peers().getOrDefault(member, PeerReply.unreachable(member));
    }

    /** Who is in the race: in synchronous mode only who is in the sync key. */
    private static Map<String, Member> others(Situation s) {
        Map<String, Member> others = everybodyElse(s);
        if (SyncSituation.active(s)) {
            others.keySet().removeIf(name -> !SyncSituation.includes(s.view().sync(), name));
        }
        return others;
    }

    /** Members of the last good view too: the old leader's key may be gone though it lives. */
    private static Map<String, Member> everybodyElse(Situation s) {
        Map<String, Member> others = new LinkedHashMap<>();
        s.memory().lastLedView().ifPresent(view -> view.members().forEach(member -> others.put(member.name(), member)));
        s.view().members().forEach(member -> others.put(member.name(), member));
        others.remove(s.self());
        return others;
    }

    /** Who may vote is asked though it may not lead. */
    private static Set<String> askable(Situation s, Map<String, Member> members) {
        Set<String> names = new TreeSet<>();
        members.values().stream()
                .filter(member -> member.apiUrl().isPresent())
                .filter(member -> !member.tags().nofailover()
                        || (SyncSituation.votes(s) && s.view().sync().names(member.name())))
                .forEach(member -> names.add(member.name()));
        return names;
    }
}
