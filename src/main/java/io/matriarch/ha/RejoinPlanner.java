package io.matriarch.ha;

import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Operation.Start;
import io.matriarch.cluster.RejoinReport;
import io.matriarch.cluster.RejoinStep;
import io.matriarch.cluster.Role;
import io.matriarch.ha.Memory.Bootstrap;
import io.matriarch.ha.Memory.Divergence.State;
import java.util.Optional;

/**
 * Says of a node that has to come back which step it is at, and why. What the next step is, the rows of {@link Divergences}, {@link StuckRows}, {@link StoppedRows}
 * and {@link EmptyDataRows} decide.
 */
public final class RejoinPlanner {
    private RejoinPlanner() {}

    /** Absent for a node that leads or streams, or that a person keeps from coming back. */
    public static Optional<RejoinReport> report(Observation seen, Decision decision) {
        Situation s = new Situation(seen, decision.memory());
        if (!concerns(s, decision)) {
            return Optional.empty();
        }
        RejoinStep step = begun(s, decision).map(RejoinPlanner::of).orElseGet(() -> waiting(s, decision));
        String line = decision.line()
                .orElseGet(() -> begun(s, decision).map(Operation::title).orElse(""));
        String text = begun(s, decision).isPresent()
                ? with(line, Divergences.why(s))
                : with(with(line, Divergences.why(s)), s.server().rejoin().lastWords());
        return Optional.of(new RejoinReport(step, text, s.memory().rejoin().failures()));
    }

    private static String with(String text, String reason) {
        return reason.isEmpty() || text.contains(reason) ? text : text + " (" + reason + ")";
    }

    private static boolean concerns(Situation s, Decision decision) {
        boolean made = s.memory().bootstrap() != Bootstrap.NONE;
        boolean streams = s.standby() && s.memory().notStreamingSince().isEmpty();
        boolean fromArchive = Divergences.followsArchive(s) && !Divergences.diverged(s);
        boolean chosen = s.standby() && (s.seen().tags().nostream() || fromArchive);
        boolean led = (s.holdsLock() && !s.standbyCluster()) || s.primary();
        boolean comesBack = !streams && !chosen && !(s.paused() && !s.running() && !s.operating());
        return s.dcsAnswers() && !made && !led && (comesBack || replacesData(s, decision));
    }

    private static boolean replacesData(Situation s, Decision decision) {
        return begun(s, decision)
                .filter(operation -> operation instanceof Operation.Rewind
                        || operation instanceof Operation.Reinitialize
                        || operation instanceof Operation.Clone)
                .isPresent();
    }

    private static Optional<Operation> begun(Situation s, Decision decision) {
        return s.server()
                .operation()
                .map(running -> running.operation())
                .or(() -> decision.action() instanceof Action.Begin(Operation operation)
                        ? Optional.of(operation)
                        : Optional.empty());
    }

    private static RejoinStep of(Operation operation) {
        return switch (operation) {
            case Operation.CrashRecovery _ -> RejoinStep.CRASH_RECOVERY;
            case Operation.CheckDivergence _ -> RejoinStep.CHECKING;
            case Operation.Rewind _ -> RejoinStep.REWINDING;
            case Operation.Clone _, Operation.Reinitialize _ -> RejoinStep.CLONING;
            case Start _, Operation.Restart _, Operation.Follow _, Operation.CopyLogicalSlots _ -> RejoinStep.STARTING;
            case Operation.Stop _,
                    Operation.Bootstrap _,
                    Operation.DiscardFailedBootstrap _,
                    Operation.Promote _,
                    Operation.CheckpointAfterPromotion _ -> RejoinStep.WAITING_FOR_LEADER;
        };
    }

    private static RejoinStep waiting(Situation s, Decision decision) {
        if (decision.row().endsWith("-keep") || s.server().dataDirectory() instanceof DataDirectory.Unreadable) {
            return RejoinStep.NEEDS_A_PERSON;
        }
        if (s.resting()) {
            return RejoinStep.WAITING_TO_TRY_AGAIN;
        }
        if (s.running() && s.waitsForWalSince(Divergences.CHECK_AGAIN)) {
            return Divergences.is(s, State.WAL_MISSING) ? RejoinStep.WAL_MISSING : RejoinStep.STUCK;
        }
        if (s.running() && !Divergences.diverged(s)) {
            return s.server().role() == Role.UNINITIALIZED ? RejoinStep.STARTING : RejoinStep.CATCHING_UP;
        }
        return RejoinStep.WAITING_FOR_LEADER;
    }
}
