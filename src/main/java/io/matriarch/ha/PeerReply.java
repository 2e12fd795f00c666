package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Tags;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a member's REST interface said of itself during the race.
 *
 * @param reachable it answered, and with a WAL position
 * @param primary it is not in recovery
 * @param position max of received and replayed, or the primary's location
 * @param endKnown false of a standby that still replays WAL of its own: it may have more than it says
 */
public record PeerReply(
        String member,
        boolean reachable,
        boolean primary,
        Lsn position,
        boolean endKnown,
        OptionalInt timeline,
        Tags tags,
        boolean watchdogFailed,
        boolean diskFull) {

    /** Of a member that can write. */
    public PeerReply(
            String member,
            boolean reachable,
            boolean primary,
            Lsn position,
            boolean endKnown,
            OptionalInt timeline,
            Tags tags,
            boolean watchdogFailed) {
        this(member, reachable, primary, position, endKnown, timeline, tags, watchdogFailed, false);
    }

    public static PeerReply unreachable(String member) {
        return new PeerReply(member, false, false, Lsn.ZERO, false, OptionalInt.empty(), Tags.NONE, false);
    }

    /** May become the primary as far as it says. */
    public boolean mayPromote() {
        return hindrance().isEmpty();
    }

    /** What keeps it from becoming the primary as far as it says, with its name before it a sentence. */
    Optional<String> hindrance() {
        if (!reachable) {
            return Optional.of("doesn't answer");
        } else if (tags.nofailover()) {
            return Optional.of("has the tag nofailover");
        } else if (watchdogFailed) {
            return Optional.of("has no watchdog");
        } else if (diskFull) {
            return Optional.of("can't write to its disk");
        }
        return Optional.empty();
    }
}
