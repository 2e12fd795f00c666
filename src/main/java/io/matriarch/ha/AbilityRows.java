package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Operation.Stop;
import io.matriarch.ha.Action.AskPeers;
import io.matriarch.ha.Memory.Demotion;
import java.util.List;
import java.util.Optional;

/**
 * A primary that can't write, or doesn't answer, hands over to a standby that can, instead of trying for ever; without such a standby it keeps the lock and goes on
 * trying. Beyond Patroni.
 */
final class AbilityRows {
    /** So many starts as the primary within {@link Ability#CRASH_WINDOW}, and another crash. */
    private static final int MANY = 3;

    private AbilityRows() {}

    /** For the leader, whose server runs. */
    static List<Row> leading() {
        return List.of(
                row(
                        "leader-unable-ask",
                        "the primary's disk is full, or for ttl it hasn't answered or its disk has taken no WAL",
                        "ask whether somebody can take over",
                        s -> isUnable(s)
                                && !s.tried(AskPeers.class)
                                && !Candidates.of(s, Optional.empty()).isEmpty(),
                        s -> s.act(s.askPeers(Candidates.of(s, Optional.empty())))),
                row(
                        "leader-unable",
                        "and somebody can",
                        "stop it, then release the lock",
                        s -> isUnable(s) && Candidates.anyReady(s, Optional.empty()),
                        AbilityRows::handOver));
    }

    private static boolean isUnable(Situation s) {
        return s.primary() && !s.paused() && !s.operating() && (ability(s).diskFull() || isStuck(s));
    }

    private static boolean isStuck(Situation s) {
        return ability(s).idleness().compareTo(s.config().ttl()) > 0;
    }

    private static String whyStuck(Situation s) {
        return ability(s).silence().compareTo(s.config().ttl()) > 0 ? "doesn't answer" : "can't flush its WAL";
    }

    private static Ability ability(Situation s) {
        return s.seen().ability();
    }

    /** Who doesn't answer wouldn't stop by itself either, nor who tried in vain. */
    private static Decision handOver(Situation s) {
        boolean hopeless = isStuck(s) || s.demoting(Demotion.Kind.GRACEFUL);
        String why = isStuck(s) ? "PostgreSQL " + whyStuck(s) : "the disk is full";
        return s.demote(
                Demotion.Kind.GRACEFUL,
                Optional.empty(),
                new Operation.Stop(
                        hopeless ? Stop.Mode.IMMEDIATE : Stop.Mode.FAST, false, "handing over because " + why),
                "handing over to a standby that can write, because " + why);
    }

    /** It crashed again, after it had crashed and was started several times within a few minutes. */
    static boolean crashLoops(Situation s) {
        return ability(s).primaryStarts() >= MANY
                && s.control().filter(ControlData::needsCrashRecovery).isPresent();
    }

    /** For the leader's line. */
    static String worry(Situation s) {
        if (ability(s).diskFull()) {
            return ", whose disk is full, and nobody can take over";
        }
        if (isStuck(s)) {
            return ", whose PostgreSQL " + whyStuck(s) + ", and nobody can take over";
        }
        return ability(s).diskAlmostFull() ? ", whose disk is almost full" : "";
    }
}
