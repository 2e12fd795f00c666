package io.matriarch.ha;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.SlotName;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is remembered of replication slots.
 *
 * @param copiedAt monotonic moment when logical slots were copied here
 * @param seen names of the slots of members that were there, and the monotonic moment when this node saw their keys last. The leader publishes the same as
 *     retain_slots, but when etcd was away for longer than the leases all keys are gone at once, and the leader may not have got round to it
 */
public record SlotMemory(OptionalLong copiedAt, Map<String, Long> seen) {
    static final SlotMemory NONE = new SlotMemory(OptionalLong.empty(), Map.of());

    public SlotMemory {
        seen = Map.copyOf(seen);
    }

    SlotMemory copied(long now) {
        return new SlotMemory(OptionalLong.of(now), seen);
    }

    /** Forgets who is away for {@code ttl}, in nanoseconds, or doesn't stream any more. */
    SlotMemory seeing(ClusterView view, long now, long ttl) {
        Map<String, Long> changed = new TreeMap<>(seen);
        changed.values().removeIf(moment -> now - moment >= ttl);
        for (Member member : view.members()) {
            String name = SlotName.of(member.name());
            if (member.tags().nostream()) {
                changed.remove(name);
            } else {
                changed.put(name, now);
            }
        }
        return new SlotMemory(copiedAt, changed);
    }

    /** Members that were here less than member_slots_ttl ago and aren't now. */
    Set<String> away(ClusterView view) {
        Set<String> present = view.members().stream()
                .map(member -> SlotName.of(member.name()))
                .collect(Collectors.toSet());
        return seen.keySet().stream().filter(name -> !present.contains(name)).collect(Collectors.toSet());
    }
}
