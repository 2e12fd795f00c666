package io.matriarch.ha;

import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerReading.WalSender;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.SynchronousStandbyNames;
import io.matriarch.ha.SyncFacts.SyncCandidate;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a situation means for synchronous replication (reference 5.19). */
final class SyncSituation {
    private static final List<String> STATES = List.of("async", "potential", "quorum", "sync");

    private SyncSituation() {}

    /** A synchronous mode is configured, and the sync key says who is in it. */
    static boolean active(Situation s) {
        return s.config().synchronous() && !s.view().sync().isEmpty();
    }

    /** Active, and who wants to lead needs votes: by the mode, or by a key from before a change of the mode. */
    static boolean votes(Situation s) {
        return active(s) && (s.config().quorumCommit() || s.view().sync().quorum() > 0);
    }

    /** In the key, as a standby or as the leader. */
    static boolean includes(SyncState key, String member) {
        return key.names(member) || key.ledBy(member);
    }

    static Set<String> members(SyncState key) {
        Set<String> members = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        members.addAll(key.standbys());
        key.leader().ifPresent(members::add);
        return members;
    }

    /** A manual failover, not a switchover: the person accepts what it loses. */
    static boolean isFailoverTo(Situation s, String member) {
        return s.failoverRequest()
                .filter(request -> request.leader().isEmpty())
                .flatMap(FailoverRequest::candidate)
                .filter(member::equals)
                .isPresent();
    }

    static SynchronousStandbyNames namesInEffect(Situation s) {
        return SynchronousStandbyNames.parse(s.server()
                .reading()
                .map(reading -> reading.commits().standbyNames())
                .orElse(""));
    }

    static SyncFacts facts(Situation s) {
        return new SyncFacts(
                s.self(),
                s.view().sync(),
                namesInEffect(s),
                candidates(s),
                (int) s.view().members().stream()
                        .filter(member -> mayBeSynchronous(s, member))
                        .count(),
                s.config().synchronousNodeCount(),
                s.config().synchronousModeStrict(),
                s.memory().sync().point().map(SyncMemory.Point::position).orElse(Lsn.ZERO));
    }

    private static boolean mayBeSynchronous(Situation s, Member member) {
        return member.isRunning()
                && !member.tags().nosync()
                && !member.tags().nostream()
                && !member.name().equalsIgnoreCase(s.self())
                && member.tags()
                        .replicatefrom()
                        .filter(from -> !from.equals(s.self()) && streams(s, from))
                        .isEmpty();
    }

    private static boolean streams(Situation s, String name) {
        return senders(s).stream().anyMatch(sender -> isStreaming(sender, name));
    }

    private static boolean isStreaming(WalSender sender, String name) {
        return sender.state().equals("streaming") && sender.applicationName().equalsIgnoreCase(name);
    }

    private static List<WalSender> senders(Situation s) {
        return s.server().reading().map(ServerReading::walSenders).orElse(List.of());
    }

    private record Ranked(SyncCandidate candidate, int priority) {}

    /** Best first; who lags too much is left out. */
    private static List<SyncCandidate> candidates(Situation s) {
        List<SyncCandidate> candidates = s.view().members().stream()
                .filter(member -> mayBeSynchronous(s, member))
                .flatMap(member ->
                        candidate(s, member)
                                .map(candidate ->
                                        new Ranked(candidate, member.tags().syncPriority()))
                                .stream())
                .sorted(Comparator.comparingInt(Ranked::priority)
                        .thenComparingInt(
                                ranked -> STATES.indexOf(ranked.candidate().syncState()))
                        .thenComparing(ranked -> ranked.candidate().position())
                        .reversed())
                .map(Ranked::candidate)
                .sorted(Comparator.comparing(SyncCandidate::nofailover))
                .toList();
        Lsn furthest = candidates.size() == 1
                ? s.server().reading().map(ServerReading::position).orElse(Lsn.ZERO)
                : candidates.stream().map(SyncCandidate::position).reduce(Lsn.ZERO, Lsn::max);
        long most = s.config().maximumLagOnSyncnode().orElse(Long.MAX_VALUE);
        return candidates.stream()
                .filter(candidate -> furthest.bytesAheadOf(candidate.position()) <= most)
                .toList();
    }

    /** A position may be null though the standby streams (reference section 9, case 48); a stale connection may stand beside the newest one. */
    private static Optional<SyncCandidate> candidate(Situation s, Member member) {
        return senders(s).stream()
                .filter(sender -> isStreaming(sender, member.name()))
                .flatMap(sender -> position(s, sender)
                        .map(at -> new SyncCandidate(
                                member.name(),
                                sender.syncState(),
                                at,
                                member.tags().nofailover()))
                        .stream())
                .max(Comparator.<SyncCandidate>comparingInt(candidate -> STATES.indexOf(candidate.syncState()))
                        .thenComparing(SyncCandidate::position));
    }

    private static Optional<Lsn> position(Situation s, WalSender sender) {
        String commit = s.server()
                .reading()
                .map(reading -> reading.commits().synchronousCommit())
                .orElse("on");
        return switch (commit) {
            case "remote_apply" -> sender.replayed();
            case "remote_write" -> sender.written();
            default -> sender.flushed();
        };
    }
}
