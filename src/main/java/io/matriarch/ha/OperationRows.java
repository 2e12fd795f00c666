package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Operation.Start;
import io.matriarch.ha.Action.CancelOperation;
import io.matriarch.ha.Action.CreateInitialize;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import io.matriarch.ha.Action.RenewLeaderLock;
import io.matriarch.ha.Action.StopAtOnce;
import io.matriarch.ha.Memory.Demotion;
import io.matriarch.ha.Observation.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A long action is in progress: keep the lock, and see that nothing opens for writes without it (reference 5.5). */
final class OperationRows {
    static final Duration POLL = Duration.ofMillis(250);
    private static final Duration PATIENT_POLL = Duration.ofSeconds(1);

    private OperationRows() {}

    static List<Row> rows(SyncRows synchronous) {
        List<Row> rows = new ArrayList<>(guarding());
        Predicate<Situation> leads =
                s -> s.operating(Operation.CheckpointAfterPromotion.class) && s.holdsLock() && s.lockConfirmed();
        rows.add(FailsafeRows.publish("operating", leads));
        rows.addAll(synchronous.maintaining("operating", leads.and(FailsafeRows::namesAll)));
        rows.add(row(
                "operating",
                "anything else",
                "wait",
                _ -> true,
                s -> s.idle(inProgress(s), s.holdsLock() ? POLL : PATIENT_POLL)));
        return rows;
    }

    private static List<Row> guarding() {
        return List.of(
                row(
                        "operating-renew",
                        "the lock is ours and due, and PostgreSQL isn't killed in vain",
                        "renew it",
                        s -> s.holdsLock() && s.renewalDue() && !HandOver.isKilledInVain(s),
                        s -> s.act(new RenewLeaderLock())),
                row(
                        "operating-keep-initialize",
                        "a new cluster is made, and the initialize key is gone with a lease that ran out",
                        "create it again, so that nobody else begins",
                        s -> s.memory().bootstrap() != Memory.Bootstrap.NONE
                                && !BootstrapRows.failed(s)
                                && s.leaderless()
                                && s.view().initialize().isEmpty()
                                && !s.tried(CreateInitialize.class),
                        s -> s.act(new CreateInitialize())),
                row(
                        "operating-lost-lock",
                        "the lock is lost, and PostgreSQL accepts writes, or will when this ends",
                        "cancel it, and stop PostgreSQL at once",
                        OperationRows::mustStopAtOnce,
                        s -> s.stopAtOnce(
                                s.operating(Operation.Promote.class)
                                        ? "lost leader before promote"
                                        : "lost leader lock during " + title(s))),
                row(
                        "operating-release-early",
                        "a hand-over has written its shutdown checkpoint and the candidate has it",
                        "release the lock, archiving may take its time",
                        s -> s.demoting(Demotion.Kind.GRACEFUL) && HandOver.mayReleaseEarly(s),
                        s -> s.act(new ReleaseLeaderLock(s.control().map(ControlData::checkpoint)))),
                row(
                        "operating-release-replaced",
                        "the cluster is no standby cluster any more, the data of who led it are being replaced, and another member runs",
                        "release the lock: who has data is to be promoted, the copy in the making may come to nothing",
                        s -> replacesData(s) && anotherRuns(s) && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(
                                new ReleaseLeaderLock(Optional.empty()),
                                "released the leader lock, because the data here are being replaced while the cluster"
                                        + " is promoted")),
                row(
                        "operating-reinitialize-forced",
                        "a person wants this node cloned again, by force",
                        "cancel what runs",
                        s -> forcedReinitialize(s)
                                && !s.holdsLock()
                                && s.leaderUpstream().isPresent()
                                && !s.tried(CancelOperation.class),
                        s -> s.act(new CancelOperation())));
    }

    /** Something long is in progress that must not go on: PostgreSQL accepts writes, or will, and the lock isn't surely ours. */
    static boolean mustStopAtOnce(Situation s) {
        boolean lost = s.dcsAnswers() && (!s.holdsLock() || s.refused(RenewLeaderLock.class));
        return s.operating()
                && !s.paused()
                && s.memory().bootstrap() == Memory.Bootstrap.NONE
                && (opensForWrites(s) || s.primary())
                && (lost || !s.lockConfirmed())
                && !s.tried(StopAtOnce.class);
    }

    /** The action in progress may end with a server that accepts writes. */
    static boolean opensForWrites(Situation s) {
        return s.server()
                .operation()
                .filter(running -> switch (running.operation()) {
                    case Operation.Promote _ -> true;
                    case Start start -> start.as() == Start.As.PRIMARY;
                    case Operation.Restart _ -> s.server().role().leads();
                    case Operation.Bootstrap _,
                            Operation.DiscardFailedBootstrap _,
                            Operation.Clone _,
                            Operation.Reinitialize _,
                            Operation.Stop _,
                            Operation.Follow _,
                            Operation.CrashRecovery _,
                            Operation.CheckDivergence _,
                            Operation.Rewind _,
                            Operation.CopyLogicalSlots _,
                            Operation.CheckpointAfterPromotion _ -> false;
                })
                .isPresent();
    }

    static String inProgress(Situation s) {
        return title(s) + " in progress";
    }

    private static String title(Situation s) {
        return s.server()
                .operation()
                .map(running -> running.operation().title())
                .orElse("");
    }

    private static boolean replacesData(Situation s) {
        return s.holdsLock()
                && !s.standbyCluster()
                && !s.paused()
                && s.memory().bootstrap() == Memory.Bootstrap.NONE
                && (s.operating(Operation.Reinitialize.class) || s.operating(Operation.Clone.class));
    }

    /** One that may be promoted; it takes part in the race with what it has. */
    private static boolean anotherRuns(Situation s) {
        return s.view().members().stream()
                .anyMatch(member -> !member.name().equals(s.self())
                        && member.isRunning()
                        && !member.tags().nofailover());
    }

    private static boolean forcedReinitialize(Situation s) {
        return s.anotherLeads()
                && !s.operating(Operation.Reinitialize.class)
                && !s.operating(Operation.Clone.class)
                && s.seen().request().orElse(new Request.Shutdown()) instanceof Request.Reinitialize asked
                && asked.force();
    }
}
