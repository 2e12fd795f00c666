package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** When a stopping primary may give the lock back although its postmaster still archives (reference 5.18; section 9, cases 7 and 8). */
final class HandOver {
    /** An immediate stop that takes longer has sent SIGKILL by then. */
    private static final Duration KILLED_AFTER = Duration.ofSeconds(15);

    private HandOver() {}

    /**
     * PostgreSQL was killed and is there still: its processes wait in the kernel for a disk that hangs, and will never run again. Nothing proves them gone, so the lock isn't
     * given back; it isn't renewed either, and whoever can write has it when it runs out.
     */
    static boolean isKilledInVain(Situation s) {
        if (!s.demoting(Memory.Demotion.Kind.GRACEFUL) || !s.running()) {
            return false;
        }
        boolean late = s.memory()
                .demotion()
                .filter(demotion -> s.seen().now() - demotion.since() > KILLED_AFTER.toNanos())
                .isPresent();
        boolean killing = s.server()
                .operation()
                .filter(running -> isImmediateStop(running.operation()))
                .isPresent();
        boolean failed = s.server()
                .finished()
                .filter(ended -> isImmediateStop(ended.operation()) && ended.result() instanceof OperationResult.Failed)
                .isPresent();
        return killing ? late : failed && !s.operating();
    }

    private static boolean isImmediateStop(Operation operation) {
        return operation instanceof Operation.Stop stop && stop.mode() == Operation.Stop.Mode.IMMEDIATE;
    }

    static boolean mayReleaseEarly(Situation s) {
        Optional<Lsn> shutdownCheckpoint =
                s.control().filter(control -> control.shutDownCleanly()).map(control -> control.checkpoint());
        return s.holdsLock()
                && !s.tried(Action.ReleaseLeaderLock.class)
                && shutdownCheckpoint.isPresent()
                && s.view().members().stream().anyMatch(member -> has(s, member, shutdownCheckpoint.get()));
    }

    /** Stopped cleanly for a switchover, which is planned and must not cost a row; who asks for a failover takes what there is. */
    static boolean isPlanned(Situation s) {
        return s.demoting(Memory.Demotion.Kind.GRACEFUL)
                && s.holdsLock()
                && !s.paused()
                && !s.tried(Action.ReleaseLeaderLock.class)
                && s.control().filter(control -> control.shutDownCleanly()).isPresent()
                && s.failoverRequest().filter(request -> request.isSwitchover()).isPresent();
    }

    static Set<String> candidates(Situation s) {
        return Candidates.of(s, s.memory().demotion().flatMap(Memory.Demotion::candidate));
    }

    /** Somebody who may take over said that all WAL has arrived there, the shutdown checkpoint included. */
    static boolean heirHasAll(Situation s) {
        Set<String> candidates = candidates(s);
        return s.seen().peers().values().stream()
                .anyMatch(reply -> candidates.contains(reply.member())
                        && reply.mayPromote()
                        && s.control()
                                .filter(control -> reply.position().isAfter(control.checkpoint()))
                                .isPresent());
    }

    private static boolean has(Situation s, Member member, Lsn checkpoint) {
        boolean wanted = s.memory()
                .demotion()
                .flatMap(Memory.Demotion::candidate)
                .map(member.name()::equals)
                .orElse(true);
        boolean inRace = !SyncSituation.active(s)
                || s.view().sync().names(member.name())
                || SyncSituation.isFailoverTo(s, member.name());
        return wanted
                && inRace
                && !member.name().equals(s.self())
                && !member.tags().nofailover()
                && member.xlogLocation()
                        .filter(position -> position.isAfter(checkpoint))
                        .isPresent();
    }
}
