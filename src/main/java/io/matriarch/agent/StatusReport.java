package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.PermanentSlot;
import io.matriarch.cluster.ReplicationSlot;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.SlotName;
import io.matriarch.cluster.SlotSettings;
import io.matriarch.cluster.Status;
import io.matriarch.ha.Observation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** What the leader writes into the status key (reference 3.2): its position, its slots, and which members' slots are kept though their members are away. */
final class StatusReport {
    private static final Logger LOG = Logger.getLogger(StatusReport.class);

    /** Slot names of members, and the monotonic moment when each was last seen. */
    private final Map<String, Long> seen = new HashMap<>();

    private Optional<String> leaderBefore = Optional.empty();

    /** Absent when this server can't tell. */
    Optional<Status> of(Observation observation) {
        Optional<ServerReading> reading = observation.server().reading();
        if (reading.isEmpty() || observation.cluster().isEmpty()) {
            return Optional.empty();
        }
        Map<String, Lsn> slots = slots(observation);
        return Optional.of(new Status(reading.get().walPosition(), slots, retained(observation, slots.keySet())));
    }

    /** Name to position; of nothing when this server can't tell. */
    static Map<String, Lsn> slots(Observation observation) {
        Map<String, Lsn> slots = new TreeMap<>();
        observation.server().reading().ifPresent(reading -> {
            for (ReplicationSlot slot : reading.slots()) {
                slot.position()
                        .filter(_ -> !slot.unusable() && !(slot.failover() && slot.synced()))
                        .ifPresent(position -> slots.put(slot.name(), position));
            }
            slots.put(SlotName.of(observation.self()), reading.walPosition());
        });
        return slots;
    }

    /** Who has just won the leader race trusts the list of its predecessor, from now on. */
    void leaderIs(Optional<String> leader, String self, ClusterView view, long now) {
        if (leader.equals(Optional.of(self)) && !leader.equals(leaderBefore)) {
            view.status().retainSlots().forEach(name -> seen.put(name, now));
        }
        leaderBefore = leader;
    }

    private List<String> retained(Observation observation, Set<String> present) {
        if (!observation.config().useSlots()) {
            seen.clear(); // there are none to keep, whoever is away
            return List.of();
        }
        ClusterView view = observation.cluster().orElseThrow();
        Set<String> here =
                view.members().stream().map(Member::name).map(SlotName::of).collect(Collectors.toSet());
        Set<String> members = view.members().stream()
                .filter(member -> !member.tags().nostream())
                .map(Member::name)
                .map(SlotName::of)
                .collect(Collectors.toCollection(TreeSet::new));
        members.add(SlotName.of(observation.self()));
        members.retainAll(present);
        members.forEach(name -> seen.put(name, observation.now()));
        long ttl = observation.config().memberSlotsTtl().toNanos();
        seen.entrySet().removeIf(entry -> {
            boolean expired = !members.contains(entry.getKey()) && observation.now() - entry.getValue() >= ttl;
            if (expired && !here.contains(entry.getKey())) {
                LOG.infof(
                        "Replication slot '%s' for absent cluster member is expired after %d sec.",
                        entry.getKey(), observation.config().memberSlotsTtl().toSeconds());
            }
            return expired;
        });
        Set<String> permanent = SlotSettings.of(observation.config()).permanent().stream()
                .map(PermanentSlot::name)
                .collect(Collectors.toSet());
        return ttl == 0
                ? List.of()
                : seen.keySet().stream()
                        .filter(name -> !permanent.contains(name))
                        .sorted()
                        .toList();
    }
}
