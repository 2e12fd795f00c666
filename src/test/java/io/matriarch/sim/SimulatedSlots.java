package io.matriarch.sim;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.ReplicationSlot;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.SlotKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The replication slots of a simulated server. */
final class SimulatedSlots {
    private static final long STAYS_ACTIVE = Duration.ofMillis(200).toNanos();

    private final Map<String, ReplicationSlot> slots = new TreeMap<>();
    private final Map<String, Long> usedAt = new HashMap<>();

    boolean has(String name) {
        return slots.containsKey(name);
    }

    void clear() {
        slots.clear();
    }

    List<ReplicationSlot> at(long now) {
        return slots.values().stream()
                .map(slot -> with(
                        slot,
                        now - usedAt.getOrDefault(slot.name(), now - STAYS_ACTIVE) < STAYS_ACTIVE,
                        slot.holdsXmin(),
                        slot.position()))
                .toList();
    }

    /** A standby streams from here. */
    void used(String name, Lsn position, boolean feedback, long now) {
        usedAt.put(name, now);
        slots.computeIfPresent(name, (_, slot) -> with(slot, false, feedback, Optional.of(position)));
    }

    /** A consumer of a logical slot has all up to here. */
    Optional<Lsn> confirm(String name, Lsn position) {
        return Optional.ofNullable(
                        slots.computeIfPresent(name, (_, slot) -> with(slot, false, false, Optional.of(position))))
                .flatMap(ReplicationSlot::position);
    }

    void carryOut(SlotChange change, Lsn here) {
        switch (change) {
            case SlotChange.CreatePhysical(String name) -> create(name, new SlotKind.Physical(), here);
            case SlotChange.CreateLogical create -> create(create.name(), create.kind(), here);
            case SlotChange.Drop(String name) -> slots.remove(name);
            case SlotChange.Recreate(String name) -> {
                slots.remove(name);
                create(name, new SlotKind.Physical(), here);
            }
            case SlotChange.ReleaseXmin(String name) ->
                slots.computeIfPresent(name, (_, slot) -> with(slot, false, false, slot.position()));
            case SlotChange.AdvancePhysical(String name, Lsn to) ->
                slots.computeIfPresent(name, (_, slot) -> with(slot, false, slot.holdsXmin(), Optional.of(to)));
            case SlotChange.AdvanceLogical(String name, String _, Lsn to) ->
                slots.computeIfPresent(name, (_, slot) -> with(slot, false, slot.holdsXmin(), Optional.of(to)));
        }
    }

    private void create(String name, SlotKind kind, Lsn position) {
        slots.putIfAbsent(
                name, new ReplicationSlot(name, kind, false, false, false, Optional.of(position), false, false));
    }

    /** What somebody made who isn't Matriarch. */
    void makeForeign(String name, Lsn position) {
        create(name, new SlotKind.Logical("postgres", "foreign"), position);
    }

    void copyFrom(SimulatedSlots other, Set<String> names) {
        names.forEach(name -> Optional.ofNullable(other.slots.get(name)).ifPresent(slot -> slots.put(name, slot)));
    }

    private static ReplicationSlot with(
            ReplicationSlot slot, boolean active, boolean holdsXmin, Optional<Lsn> position) {
        return new ReplicationSlot(
                slot.name(), slot.kind(), active, slot.unusable(), holdsXmin, position, slot.failover(), slot.synced());
    }
}
