package io.matriarch.ha;

import io.matriarch.cluster.Member;
import io.matriarch.cluster.PostgresFeature;
import io.matriarch.cluster.SlotKind;
import io.matriarch.cluster.SlotName;
import io.matriarch.cluster.SlotSettings;
import io.matriarch.cluster.Tags;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Where permanent logical slots are, and which parameters they need there. */
final class LogicalSlots {
    private LogicalSlots() {}

    /** Not in a standby cluster, and not without streaming: nobody could decode there. */
    static boolean mayBeHere(Situation s) {
        return !s.config().standbyCluster()
                && !withoutStream(s, s.self(), s.seen().tags(), new HashSet<>());
    }

    /** This member or one that it gets its WAL from is nostream. */
    private static boolean withoutStream(Situation s, String name, Tags tags, Set<String> passed) {
        return tags.nostream()
                || (passed.add(name)
                        && tags.replicatefrom()
                                .flatMap(from -> s.view().member(from))
                                .filter(upstream -> withoutStream(s, upstream.name(), upstream.tags(), passed))
                                .isPresent());
    }

    /** PostgreSQL itself keeps logical slots on the standbys. */
    static boolean synchronizedByPostgres(Situation s) {
        return SlotSettings.of(s.config()).failoverSlots()
                && s.server()
                        .reading()
                        .filter(reading -> PostgresFeature.SLOT_SYNCHRONIZATION.in(reading.version()))
                        .isPresent();
    }

    /** Beside what a person configured. */
    static Map<String, String> parameters(Situation s) {
        Map<String, String> parameters = new TreeMap<>();
        if (!areConfigured(s)) {
            return parameters;
        }
        if (s.holdsLock()) {
            String waitFor = String.join(",", failoverTargets(s));
            if (synchronizedByPostgres(s) && !waitFor.isEmpty()) {
                parameters.put("synchronized_standby_slots", waitFor);
            }
        } else if (needsFeedback(s, s.self(), s.seen().tags(), new HashSet<>())) {
            parameters.put("hot_standby_feedback", "on");
            if (synchronizedByPostgres(s)) {
                parameters.put("sync_replication_slots", "on");
            }
        }
        return parameters;
    }

    private static boolean areConfigured(Situation s) {
        return s.config().useSlots()
                && !s.config().standbyCluster()
                && SlotSettings.of(s.config()).permanent().stream()
                        .anyMatch(slot -> slot.kind() instanceof SlotKind.Logical);
    }

    /** A standby with logical slots, or one between the primary and such a standby: the primary must keep the catalog rows that decoding needs. */
    private static boolean needsFeedback(Situation s, String name, Tags tags, Set<String> passed) {
        boolean hasSlots = !tags.nofailover() && !withoutStream(s, name, tags, new HashSet<>());
        return hasSlots
                || (passed.add(name)
                        && s.view().members().stream()
                                .filter(member -> member.tags()
                                                .replicatefrom()
                                                .filter(name::equals)
                                                .isPresent()
                                        && !s.view().leads(member.name()))
                                .anyMatch(member -> needsFeedback(s, member.name(), member.tags(), passed)));
    }

    /** Logical consumers must not be ahead of who may lead next. */
    private static Set<String> failoverTargets(Situation s) {
        Set<String> names = new TreeSet<>();
        for (Member member : s.view().members()) {
            if (!member.name().equals(s.self())
                    && member.isRunning()
                    && !member.tags().nofailover()
                    && !member.tags().nostream()
                    && WantedSlots.streamsFromHere(s, member)) {
                names.add(SlotName.of(member.name()));
            }
        }
        return names;
    }
}
