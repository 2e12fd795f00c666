package io.matriarch.cluster;

import java.util.List;
import java.util.Map;

/**
 * The status key, written by the leader (reference 3.2).
 *
 * @param optime the leader's last known WAL position
 * @param slots slot name to its LSN
 * @param retainSlots member slots kept although their member is absent
 */
public record Status(Lsn optime, Map<String, Lsn> slots, List<String> retainSlots) {
    public static final Status UNKNOWN = new Status(Lsn.ZERO, Map.of(), List.of());

    public Status {
        slots = Map.copyOf(slots);
        retainSlots = List.copyOf(retainSlots);
    }
}
