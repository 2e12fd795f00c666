package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.ReplicationSlot;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.SlotKind;
import io.matriarch.cluster.SlotSettings;
import io.matriarch.ha.WantedSlots.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is to be done about this node's slots: the difference between those that should be here and those that are (reference 5.20).
 *
 * @param missing logical slots of the primary that aren't on this standby
 * @param broken logical slots of this standby that can't be advanced any more
 * @param problems for a person
 */
record SlotPlan(List<SlotChange> changes, Set<String> missing, Set<String> broken, List<String> problems) {

    /** Empty unless PostgreSQL answers and the dynamic configuration is known. */
    static SlotPlan of(Situation s) {
        Optional<ServerReading> reading = s.server().reading();
        boolean known = s.view().config().isPresent() && s.running();
        return reading.filter(_ -> known)
                .map(answer -> new Planning(s, answer, WantedSlots.of(s)).plan())
                .orElseGet(() -> new SlotPlan(List.of(), Set.of(), Set.of(), List.of()));
    }

    /** Without the DCS: to where the primary's are, which tells so as it goes on in failsafe mode. Nothing is created or dropped. */
    static List<SlotChange> advancesWithoutDcs(Situation s) {
        return s.server()
                .reading()
                .filter(ServerReading::inRecovery)
                .map(reading -> advances(s, reading))
                .orElse(List.of());
    }

    private static List<SlotChange> advances(Situation s, ServerReading reading) {
        Map<String, Lsn> told =
                s.seen().failsafe().accepted().map(Member::slots).orElse(Map.of());
        SlotSettings settings = SlotSettings.of(s.config());
        List<SlotChange> advances = new ArrayList<>();
        for (ReplicationSlot slot : reading.slots()) {
            Optional.ofNullable(told.get(slot.name()))
                    .filter(_ -> mayMove(slot, settings))
                    .flatMap(to -> advance(slot, to, reading.replayed()))
                    .ifPresent(advances::add);
        }
        return advances;
    }

    /** Physical ones are members', whose names are not known without the DCS, or permanent. */
    private static boolean mayMove(ReplicationSlot slot, SlotSettings settings) {
        boolean permanent =
                settings.permanent().stream().anyMatch(each -> each.name().equals(slot.name()));
        return !slot.active()
                && !slot.failover()
                && !slot.unusable()
                && !settings.ignores(slot)
                && (slot.physical() || permanent);
    }

    /** Never beyond what is replayed, and never back. */
    private static Optional<SlotChange> advance(ReplicationSlot slot, Lsn told, Lsn replayed) {
        Lsn to = told.isAfter(replayed) ? replayed : told;
        SlotChange change = switch (slot.kind()) {
            case SlotKind.Physical() -> new SlotChange.AdvancePhysical(slot.name(), to);
            case SlotKind.Logical logical -> new SlotChange.AdvanceLogical(slot.name(), logical.database(), to);
        };
        return slot.position().filter(to::isAfter).map(_ -> change);
    }

    boolean isEmpty() {
        return changes.isEmpty() && problems.isEmpty();
    }

    /** Physical slots that are missing. */
    List<SlotChange> creations() {
        return changes.stream()
                .filter(SlotChange.CreatePhysical.class::isInstance)
                .toList();
    }

    /** One pass over what is here, one over what should be. */
    private static final class Planning {
        private final Situation s;
        private final ServerReading reading;
        private final WantedSlots wanted;
        private final SlotSettings settings;
        private final boolean leads;
        private final boolean follows;
        private final List<SlotChange> changes = new ArrayList<>();
        private final Set<String> missing = new TreeSet<>();
        private final Set<String> broken = new TreeSet<>();

        Planning(Situation s, ServerReading reading, WantedSlots wanted) {
            this.s = s;
            this.reading = reading;
            this.wanted = wanted;
            this.settings = SlotSettings.of(s.config());
            this.leads = s.holdsLock() && s.primary();
            this.follows = s.anotherLeads() && s.standby();
        }

        SlotPlan plan() {
            for (ReplicationSlot slot : reading.slots()) {
                if (!slot.active() && !(slot.failover() && slot.synced())) {
                    Optional.ofNullable(wanted.slots().get(slot.name()))
                            .ifPresentOrElse(want -> keep(slot, want), () -> remove(slot));
                }
            }
            wanted.slots().forEach((name, want) -> {
                if (reading.slot(name).isEmpty()) {
                    create(name, want);
                }
            });
            return new SlotPlan(changes, missing, broken, wanted.problems());
        }

        private void remove(ReplicationSlot slot) {
            boolean failover = !slot.physical() && slot.failover();
            boolean superfluous = failover ? follows : !s.paused();
            if (superfluous && !settings.ignores(slot)) {
                changes.add(new SlotChange.Drop(slot.name()));
            }
        }

        private void keep(ReplicationSlot slot, Wanted want) {
            if (settings.ignores(slot)) {
                return;
            }
            boolean another = !slot.kind().equals(want.kind());
            switch (want.kind()) {
                case SlotKind.Physical() -> {
                    if (another) {
                        replace(slot, want);
                    } else if (slot.unusable()) {
                        changes.add(new SlotChange.Recreate(slot.name()));
                    } else if (!want.inUse()) {
                        keepUnused(slot, want.position());
                    } else if (slot.position().isEmpty() && leads) {
                        changes.add(new SlotChange.Recreate(slot.name()));
                    }
                }
                case SlotKind.Logical logical -> {
                    if (another || (leads && slot.unusable()) || (follows && slot.failover())) {
                        replace(slot, want);
                    } else if (follows) {
                        followLogical(slot, logical, want.position());
                    }
                }
            }
        }

        private void replace(ReplicationSlot slot, Wanted want) {
            changes.add(new SlotChange.Drop(slot.name()));
            create(slot.name(), want);
        }

        private void keepUnused(ReplicationSlot slot, Optional<Lsn> wantedPosition) {
            if (slot.holdsXmin()) {
                if (leads || s.anotherLeads()) {
                    changes.add(new SlotChange.ReleaseXmin(slot.name()));
                }
            } else if (slot.position().isEmpty()) {
                changes.add(new SlotChange.Recreate(slot.name()));
            } else {
                wantedPosition
                        .map(this::withinReach)
                        .filter(to -> to.isAfter(slot.position().get()))
                        .ifPresent(to -> changes.add(new SlotChange.AdvancePhysical(slot.name(), to)));
            }
        }

        private void followLogical(ReplicationSlot slot, SlotKind.Logical kind, Optional<Lsn> wantedPosition) {
            if (LogicalSlots.synchronizedByPostgres(s)) {
                changes.add(new SlotChange.Drop(slot.name())); // it is in the way of PostgreSQL's own
            } else if (slot.unusable()) {
                wantedPosition.ifPresent(_ -> broken.add(slot.name()));
            } else {
                wantedPosition
                        .map(this::withinReach)
                        .filter(to -> to.isAfter(slot.position().orElse(Lsn.ZERO)))
                        .ifPresent(to -> changes.add(new SlotChange.AdvanceLogical(slot.name(), kind.database(), to)));
            }
        }

        /** Never beyond what is here. */
        private Lsn withinReach(Lsn wantedPosition) {
            Lsn here = reading.inRecovery() ? reading.replayed() : reading.position();
            return wantedPosition.isAfter(here) ? here : wantedPosition;
        }

        private void create(String name, Wanted want) {
            switch (want.kind()) {
                case SlotKind.Physical() -> changes.add(new SlotChange.CreatePhysical(name));
                case SlotKind.Logical logical -> {
                    if (leads) {
                        changes.add(
                                new SlotChange.CreateLogical(name, logical, LogicalSlots.synchronizedByPostgres(s)));
                    } else if (follows && want.position().isPresent() && !LogicalSlots.synchronizedByPostgres(s)) {
                        missing.add(name);
                    }
                }
            }
        }
    }
}
