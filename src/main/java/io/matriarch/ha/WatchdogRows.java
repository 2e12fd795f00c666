package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Role;
import io.matriarch.ha.Action.ActivateWatchdog;
import io.matriarch.ha.Action.DisarmWatchdog;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import io.matriarch.ha.Memory.Demotion;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The kernel watchdog: armed before PostgreSQL accepts writes, disarmed when it surely doesn't any more (reference 5.12 and 5.23). */
final class WatchdogRows {
    private static final Duration SOON = Duration.ofSeconds(1);

    private WatchdogRows() {}

    static boolean mustDisarm(Situation s) {
        return s.seen().watchdog().active() && !s.tried(DisarmWatchdog.class) && mayDisarm(s);
    }

    static List<Row> disarming() {
        return List.of(row(
                "watchdog-disarm",
                "it is armed, and nothing accepts writes here, or maintenance mode",
                "disarm it",
                WatchdogRows::mustDisarm,
                s -> s.act(new DisarmWatchdog())));
    }

    /** Not before the last backend is gone, however long a stop takes (reference section 9, case 22): the shutdown checkpoint comes after them. */
    private static boolean mayDisarm(Situation s) {
        boolean checkpointed = s.operating(Operation.Stop.class)
                && s.control().filter(ControlData::shutDownCleanly).isPresent();
        boolean follows = s.standby() && !s.operating() && (!s.holdsLock() || s.standbyCluster());
        return s.paused() || (!s.running() && !s.operating()) || checkpointed || follows;
    }

    /** This node holds the lock. */
    static List<Row> leading() {
        return List.of(
                row(
                        "watchdog-refused-primary",
                        "the watchdog is required and can't be activated",
                        "stop the primary at once, then release the lock",
                        s -> s.primary() && s.refused(ActivateWatchdog.class),
                        s -> s.demote(
                                Demotion.Kind.GRACEFUL,
                                Optional.empty(),
                                new Operation.Stop(Operation.Stop.Mode.IMMEDIATE, false, "demote"),
                                "demoting self because watchdog could not be activated")),
                row(
                        "watchdog-refused",
                        "the same on a standby",
                        "release the lock, and don't race for a while",
                        s -> s.standby() && s.refused(ActivateWatchdog.class) && !s.tried(ReleaseLeaderLock.class),
                        s -> resting(s)
                                .act(
                                        new ReleaseLeaderLock(Optional.empty()),
                                        "Not promoting self because watchdog could not be activated")),
                row(
                        "watchdog-refused-waits",
                        "the same, and the lock could not be released",
                        "wait",
                        s -> s.standby() && s.refused(ActivateWatchdog.class),
                        s -> s.idle("Not promoting self because watchdog could not be activated", SOON)),
                row(
                        "watchdog-activate",
                        "PostgreSQL accepts writes, or will",
                        "activate the watchdog",
                        s -> !s.paused()
                                && (s.primary() || s.standby())
                                && s.server().role() != Role.PROMOTED
                                && s.seen().watchdog().wanted()
                                && !s.seen().watchdog().active()
                                && !s.tried(ActivateWatchdog.class),
                        s -> s.act(new ActivateWatchdog())));
    }

    /** Whoever can't be promoted leaves the lock to others for a TTL (reference 5.12). */
    static Row backingOff() {
        return row(
                "race-promotion-failed",
                "this standby could not be promoted a short time ago",
                "leave the lock to others",
                s -> s.standby() && s.memory().promotionFailed() && s.resting(),
                s -> s.idle("not racing for the leader lock because a promotion failed a short time ago", SOON));
    }

    private static Situation resting(Situation s) {
        return s.remembering(s.memory()
                .withPromotionFailed(true)
                .withRetryAt(OptionalLong.of(s.seen().now() + s.config().ttl().toNanos())));
    }
}
