package io.matriarch.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Logical slots that were copied from a primary, and can't be used after a failover yet (reference 6.8). Safe for several threads. */
final class PendingSlots {
    /** By slot what the primary held back for it when the feedback of this standby had come there. */
    private final Map<String, Optional<Long>> waiting = new TreeMap<>();

    synchronized void add(Collection<String> names) {
        names.forEach(name -> waiting.put(name, Optional.empty()));
    }

    synchronized List<String> names() {
        return List.copyOf(waiting.keySet());
    }

    synchronized void clear() {
        waiting.clear();
    }

    /**
     * Those that have become ready. They, and those that aren't here any more, wait no longer. All numbers are catalog_xmin, transaction ids.
     *
     * @param physical of this standby's slot on the primary; absent before its feedback has come
     * @param there of the logical slots on the primary
     * @param here of the logical slots on this standby
     */
    synchronized List<String> judge(Optional<Long> physical, Map<String, Long> there, Map<String, Long> here) {
        if (physical.isEmpty()) {
            return List.of();
        }
        long kept = physical.get();
        List<String> ready = new ArrayList<>();
        waiting.replaceAll((name, before) -> before.or(() -> Optional.ofNullable(there.get(name))));
        waiting.forEach((name, before) -> {
            boolean wasKept = before.filter(needed -> isNewer(needed, kept)).isEmpty();
            boolean isKept = Optional.ofNullable(here.get(name))
                    .filter(needed -> !isNewer(kept, needed))
                    .isPresent();
            if (wasKept && isKept) {
                ready.add(name);
            }
        });
        waiting.keySet().removeIf(name -> ready.contains(name) || !here.containsKey(name));
        return ready;
    }

    /** Transaction ids wrap around. */
    private static boolean isNewer(long one, long other) {
        return (int) (one - other) > 0;
    }
}
