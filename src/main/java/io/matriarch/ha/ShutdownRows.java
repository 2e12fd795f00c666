package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.ha.Action.CancelOperation;
import io.matriarch.ha.Action.DeleteInitialize;
import io.matriarch.ha.Action.Exit;
import io.matriarch.ha.Action.ReleaseLeaderLock;
import io.matriarch.ha.Action.RenewLeaderLock;
import java.time.Duration;
import java.util.List;

/** SIGTERM: hand over and stop (reference 5.24). */
final class ShutdownRows {
    private static final String SHUTDOWN = "shutdown";
    private static final Duration POLL = Duration.ofMillis(250);

    private ShutdownRows() {}

    static boolean applies(Situation s) {
        return s.seen()
                .request()
                .filter(Observation.Request.Shutdown.class::isInstance)
                .isPresent();
    }

    static List<Row> rows() {
        return List.of(
                row(
                        "shutdown-keep-lock",
                        "an action is in progress, and the lock would run out",
                        "renew it",
                        s -> s.operating() && s.holdsLock() && s.renewalDue(),
                        s -> s.act(new RenewLeaderLock())),
                row(
                        "shutdown-lost-lock",
                        "the lock is lost, and PostgreSQL accepts writes, or will when this ends",
                        "cancel it, and stop PostgreSQL at once",
                        OperationRows::mustStopAtOnce,
                        s -> s.stopAtOnce("stopping PostgreSQL at once because the leader lock is lost")),
                row(
                        "shutdown-cancel",
                        "an action other than stopping and cleaning up is in progress",
                        "cancel it",
                        s -> s.operating()
                                && !s.operating(Operation.Stop.class)
                                && !s.operating(Operation.DiscardFailedBootstrap.class)
                                && !s.tried(CancelOperation.class),
                        s -> s.act(new CancelOperation())),
                row(
                        "shutdown-cancelling",
                        "it has not given up yet",
                        "wait",
                        s -> s.operating() && !s.operating(Operation.Stop.class),
                        s -> s.idle("shutting down", POLL)),
                row(
                        "shutdown-bootstrap-undo",
                        "the bootstrap of a new cluster was cancelled",
                        "set the data directory aside",
                        s -> mustUndoBootstrap(s) && !BootstrapRows.discarded(s),
                        s -> s.begin(new Operation.DiscardFailedBootstrap(), "undoing the unfinished bootstrap")),
                row(
                        "shutdown-bootstrap-let-others",
                        "set aside",
                        "delete the initialize key, so that another node, or this one later, can try",
                        s -> mustUndoBootstrap(s) && !BootstrapRows.overtaken(s) && !s.tried(DeleteInitialize.class),
                        s -> s.act(new DeleteInitialize())),
                row(
                        "shutdown-paused",
                        "maintenance mode",
                        "leave PostgreSQL and the lock as they are",
                        Situation::paused,
                        s -> s.act(new Exit(0), "shutting down in maintenance mode, PostgreSQL is left as it is")),
                row(
                        "shutdown-release-early",
                        "the shutdown checkpoint is written and somebody has it",
                        "release the lock, archiving may take its time",
                        s -> s.operating() && HandOver.mayReleaseEarly(s),
                        s -> s.act(new ReleaseLeaderLock(s.control().map(ControlData::checkpoint)))),
                row(
                        "shutdown-stopping",
                        "still stopping",
                        "wait",
                        Situation::operating,
                        s -> s.idle("shutting down", POLL)),
                row(
                        "shutdown-stop-failed",
                        "PostgreSQL could not be stopped",
                        "exit and leave the lock to its lease",
                        s -> s.running() && stopFailed(s),
                        s -> s.act(new Exit(1), "PostgreSQL could not be stopped; the leader key is left to expire")),
                SyncRows.leaving("shutdown", Situation::running),
                row(
                        "shutdown-stop",
                        "PostgreSQL runs",
                        "stop it fast",
                        Situation::running,
                        s -> s.begin(
                                new Operation.Stop(Operation.Stop.Mode.FAST, false, SHUTDOWN), "stopping PostgreSQL")),
                row(
                        "shutdown-release",
                        "stopped, and the lock is ours",
                        "release it with the last position",
                        s -> s.holdsLock() && !s.tried(ReleaseLeaderLock.class),
                        s -> s.act(new ReleaseLeaderLock(
                                s.control().filter(ControlData::shutDownCleanly).map(ControlData::checkpoint)))),
                row("shutdown-exit", "all is done", "exit", _ -> true, s -> s.act(new Exit(0), "stopped")));
    }

    private static boolean mustUndoBootstrap(Situation s) {
        return BootstrapRows.failed(s) && !s.operating() && !s.holdsLock();
    }

    private static boolean stopFailed(Situation s) {
        return s.server()
                .finished()
                .filter(finished -> finished.operation() instanceof Operation.Stop stop
                        && stop.title().equals(SHUTDOWN)
                        && !(finished.result() instanceof OperationResult.Succeeded))
                .isPresent();
    }
}
