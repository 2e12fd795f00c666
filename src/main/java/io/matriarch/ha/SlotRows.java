package io.matriarch.ha;

import static io.matriarch.ha.Row.row;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Upstream;
import io.matriarch.ha.Action.SetSlotParameters;
import io.matriarch.ha.Action.SyncSlots;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Replication slots on a server that answers (reference 5.20). */
final class SlotRows {
    /** A copy that breaks again at once must not restart the standby again and again. */
    private static final Duration BETWEEN_COPIES = Duration.ofMinutes(5);

    private SlotRows() {}

    /** The others must be able to stream from here as soon as this node is the primary. */
    static Row beforePromotion() {
        return row(
                "leader-slots-first",
                "a standby holds the lock, and the others have no slots here",
                "create them, so that they stream as soon as they follow",
                s -> s.standby()
                        && !s.tried(SyncSlots.class)
                        && !SlotPlan.of(s).creations().isEmpty(),
                s -> s.act(new SyncSlots(SlotPlan.of(s).creations(), List.of())));
    }

    /** {@code prefix} begins the rows' names. */
    static List<Row> upkeep(String prefix) {
        return List.of(
                row(
                        prefix + "-slots",
                        "slots are missing, superfluous, behind or useless",
                        "create, drop and advance them",
                        s -> s.accepting()
                                && !s.tried(SyncSlots.class)
                                && !SlotPlan.of(s).isEmpty(),
                        s -> s.act(new SyncSlots(
                                SlotPlan.of(s).changes(), SlotPlan.of(s).problems()))),
                row(
                        prefix + "-slot-parameters",
                        "logical slots need other parameters than those in effect, or none any more",
                        "write them and reload",
                        s -> s.accepting()
                                && s.view().config().isPresent()
                                && !s.tried(SetSlotParameters.class)
                                && !LogicalSlots.parameters(s).equals(s.server().slotParameters()),
                        s -> s.act(new SetSlotParameters(LogicalSlots.parameters(s)))));
    }

    /** Needs a restart of the standby. */
    static Row copying() {
        return row(
                "follower-copy-slots",
                "a logical slot of the primary is missing here, or can't be advanced any more",
                "copy it from the primary, and restart; nothing happens where the copy's WAL is not here",
                s -> !s.paused()
                        && !s.resting()
                        && streams(s)
                        && source(s).isPresent()
                        && !toCopy(s).isEmpty(),
                s -> s.remembering(s.memory()
                                .withSlots(s.memory().slots().copied(s.seen().now())))
                        .begin(
                                new Operation.CopyLogicalSlots(source(s).orElseThrow(), toCopy(s)),
                                "copying logical slots " + String.join(", ", toCopy(s)) + " from the leader ("
                                        + s.leaderName() + ")"));
    }

    private static boolean streams(Situation s) {
        return s.standby()
                && s.server()
                        .reading()
                        .flatMap(reading -> reading.replicationState())
                        .filter("streaming"::equals)
                        .isPresent();
    }

    private static Optional<Upstream> source(Situation s) {
        return s.leaderIsSettled() ? s.leaderUpstream() : Optional.empty();
    }

    private static Set<String> toCopy(Situation s) {
        SlotPlan plan = SlotPlan.of(s);
        Set<String> names = new TreeSet<>(plan.missing());
        boolean justCopied =
                s.memory().slots().copiedAt().stream().anyMatch(at -> s.seen().now() - at < BETWEEN_COPIES.toNanos());
        if (!justCopied) {
            names.addAll(plan.broken());
        }
        return names;
    }
}
