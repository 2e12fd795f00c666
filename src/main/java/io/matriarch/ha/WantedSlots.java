package io.matriarch.ha;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.PermanentSlot;
import io.matriarch.cluster.SlotKind;
import io.matriarch.cluster.SlotName;
import io.matriarch.cluster.SlotSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which slots should be on this node (reference 5.20).
 *
 * @param problems why some slots can't be, for a person
 */
record WantedSlots(Map<String, Wanted> slots, List<String> problems) {

    /**
     * A slot that should be here.
     *
     * @param inUse somebody streams from it, or soon will: it moves by itself and is left alone
     * @param position the WAL before it is not needed any more; absent when nobody knows
     */
    record Wanted(SlotKind kind, boolean inUse, Optional<Lsn> position) {}

    static WantedSlots of(Situation s) {
        Map<String, Wanted> slots = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        if (s.config().useSlots()) {
            SlotSettings settings = SlotSettings.of(s.config());
            problems.addAll(settings.problems());
            members(s, slots, problems);
            retained(s, slots);
            permanent(s, settings, slots, problems);
        }
        return new WantedSlots(slots, problems);
    }

    private static void members(Situation s, Map<String, Wanted> slots, List<String> problems) {
        Map<String, String> owners = new TreeMap<>();
        for (Member member : s.view().members()) {
            String name = SlotName.of(member.name());
            Optional<String> other = Optional.ofNullable(owners.put(name, member.name()));
            other.ifPresent(owner -> problems.add("the members %s and %s share the slot name %s: rename one of them"
                    .formatted(owner, member.name(), name)));
            boolean mayStream =
                    !member.name().equals(s.self()) && !member.tags().nostream();
            if (mayStream && belongsHere(s, member) && !name.equals(SlotName.of(s.self()))) {
                slots.put(
                        name,
                        new Wanted(new SlotKind.Physical(), streamsFromHere(s, member), position(s, name, member)));
            }
        }
    }

    /** With member_slots_ttl all members' slots are on every node, so that they outlive a failover; one that never leads has only its cascade's. */
    private static boolean belongsHere(Situation s, Member member) {
        boolean everywhere = !s.config().memberSlotsTtl().isZero();
        boolean onlyCascade = everywhere && s.seen().tags().nofailover();
        return onlyCascade
                ? member.tags().replicatefrom().filter(s.self()::equals).isPresent()
                : everywhere || streamsFromHere(s, member);
    }

    static boolean streamsFromHere(Situation s, Member member) {
        return Upstreams.source(s, member.name(), member.tags())
                .filter(s.self()::equals)
                .isPresent();
    }

    private static Optional<Lsn> position(Situation s, String name, Member member) {
        Optional<Lsn> published = published(s, name);
        boolean leaderDoesNotKnow = member.tags().replicatefrom().isPresent()
                || s.view()
                        .leaderMember()
                        .filter(Member::publishesNoMemberSlots)
                        .isPresent();
        return leaderDoesNotKnow
                ? published
                        .map(lsn -> lsn.max(member.xlogLocation().orElse(Lsn.ZERO)))
                        .or(member::xlogLocation)
                : published;
    }

    private static Optional<Lsn> published(Situation s, String name) {
        return Optional.ofNullable(s.view().status().slots().get(name));
    }

    /** Of members that are away for less than member_slots_ttl, as the leader says, or as this node remembers. */
    private static void retained(Situation s, Map<String, Wanted> slots) {
        if (s.seen().tags().nofailover() || s.config().memberSlotsTtl().isZero()) {
            return;
        }
        Stream.concat(s.view().status().retainSlots().stream(), s.memory().slots().away(s.view()).stream())
                .filter(name -> SlotSettings.isName(name) && !name.equals(SlotName.of(s.self())))
                .forEach(name ->
                        slots.putIfAbsent(name, new Wanted(new SlotKind.Physical(), false, published(s, name))));
    }

    private static void permanent(
            Situation s, SlotSettings settings, Map<String, Wanted> slots, List<String> problems) {
        if (s.seen().tags().nofailover()) {
            return;
        }
        for (PermanentSlot slot : settings.permanent()) {
            boolean taken = slots.containsKey(slot.name()) || slot.name().equals(SlotName.of(s.self()));
            switch (slot.kind()) {
                case SlotKind.Physical() -> {
                    if (!taken) {
                        slots.put(slot.name(), new Wanted(slot.kind(), s.holdsLock(), published(s, slot.name())));
                    }
                }
                case SlotKind.Logical _ -> {
                    if (taken) {
                        problems.add("the permanent logical slot %s has the name of a member's slot: rename it"
                                .formatted(slot.name()));
                    } else if (LogicalSlots.mayBeHere(s)) {
                        slots.put(slot.name(), new Wanted(slot.kind(), false, published(s, slot.name())));
                    }
                }
            }
        }
    }
}
