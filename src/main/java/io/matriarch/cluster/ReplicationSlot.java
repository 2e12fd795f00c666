package io.matriarch.cluster;

import java.util.Optional;

/**
 * A row of pg_replication_slots; temporary slots are nobody's business here.
 *
 * @param active somebody streams from it; it can't be dropped or advanced then
 * @param unusable its WAL is gone ({@code wal_status = lost}), or this server couldn't advance it because of what it lacks
 * @param holdsXmin it keeps vacuum from removing rows for a standby
 * @param position restart_lsn (physical) or confirmed_flush_lsn (logical)
 * @param failover made for PostgreSQL 17's own slot synchronization
 * @param synced kept by PostgreSQL 17's own slot synchronization: nobody else may touch it
 */
public record ReplicationSlot(
        String name,
        SlotKind kind,
        boolean active,
        boolean unusable,
        boolean holdsXmin,
        Optional<Lsn> position,
        boolean failover,
        boolean synced) {

    /** The same, but it can't be advanced. */
    public ReplicationSlot broken() {
        return new ReplicationSlot(name, kind, active, true, holdsXmin, position, failover, synced);
    }

    public boolean physical() {
        return kind instanceof SlotKind.Physical;
    }
}
