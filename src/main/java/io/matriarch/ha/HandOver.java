package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import java.util.Optional;

/** When a stopping primary may give the lock back although its postmaster still archives (reference 5.18; section 9, cases 7 and 8). */
final class HandOver {
    private HandOver() {}

    static boolean mayReleaseEarly(Situation s) {
        Optional<Lsn> shutdownCheckpoint =
                s.control().filter(control -> control.shutDownCleanly()).map(control -> control.checkpoint());
        return s.holdsLock()
                && !s.tried(Action.ReleaseLeaderLock.class)
                && shutdownCheckpoint.isPresent()
                && s.view().members().stream().anyMatch(member -> has(s, member, shutdownCheckpoint.get()));
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
