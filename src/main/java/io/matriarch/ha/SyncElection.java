package io.matriarch.ha;

import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.SyncState;
import java.util.OptionalInt;
import java.util.Set;

/** Who may take over while replication is synchronous, so that no acknowledged commit is lost (reference 5.10 and 5.19). */
final class SyncElection {
    private SyncElection() {}

    /** Commits didn't wait for this node: it may lack some. */
    static boolean isOutsider(Situation s) {
        return SyncSituation.active(s)
                && !SyncSituation.votes(s)
                && !SyncSituation.includes(s.view().sync(), s.self());
    }

    /**
     * With the replies of this cycle, enough voters have no more than this node. Whoever leads in the key needs none: it wrote itself there before its first commit,
     * and nobody has led since.
     */
    static boolean isElected(Situation s) {
        SyncState key = s.view().sync();
        return key.ledBy(s.self()) || votesFor(s) >= key.quorum();
    }

    static long votesFor(Situation s) {
        SyncState key = s.view().sync();
        long votes = s.seen().peers().values().stream()
                .filter(_ -> areVotesUnder(s, key))
                .filter(reply -> key.names(reply.member()) && votes(s, reply))
                .count();
        return SyncSituation.includes(key, s.self()) ? votes : votes - 1;
    }

    /** Whoever led since they were asked has changed the key, and may have acknowledged more. */
    private static boolean areVotesUnder(Situation s, SyncState key) {
        return s.seen().outcomes().stream()
                .map(Outcome::action)
                .anyMatch(action ->
                        action instanceof Action.AskPeers(Set<String> _, long revision) && revision == key.revision());
    }

    /** Has no more than this node, for certain. */
    private static boolean votes(Situation s, PeerReply reply) {
        return reply.reachable() && reply.endKnown() && !isAhead(s, reply);
    }

    /** On a later timeline, or further on the same: a longer WAL of an older timeline holds nothing that was acknowledged since. */
    static boolean isAhead(Situation s, PeerReply reply) {
        OptionalInt mine = s.server().reading().map(ServerReading::timeline).orElse(OptionalInt.empty());
        if (mine.isPresent()
                && reply.timeline().isPresent()
                && mine.getAsInt() != reply.timeline().getAsInt()) {
            return reply.timeline().getAsInt() > mine.getAsInt();
        }
        return reply.position().isAfter(s.walPosition());
    }

    /** The lock is held already, and the key is still that of another leader. */
    static boolean forbidsPromotion(Situation s) {
        SyncState key = s.view().sync();
        if (!SyncSituation.active(s) || key.ledBy(s.self()) || SyncSituation.isFailoverTo(s, s.self())) {
            return false;
        }
        return SyncSituation.votes(s) ? !isElected(s) : isOutsider(s);
    }
}
