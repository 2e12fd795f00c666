package io.matriarch.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One answer of the monitoring query (reference 6.2).
 *
 * @param version server_version_num
 * @param timeline of a primary; of a standby what its WAL receiver gets, if anything
 * @param position flush LSN of a primary; zero on a standby
 * @param received max(receive, written) of a standby; zero on a primary
 * @param endKnown false of a standby that still replays WAL of its own: it may have more than it says
 * @param replicationState {@code streaming} or {@code in archive recovery}
 * @param latestEnd latest_end_lsn of the WAL receiver
 * @param waitsForWal of a standby: it has replayed all that it has, and nobody sends it more
 * @param walSenders one entry a connected standby
 * @param slots all but temporary ones
 * @param commits what a commit waits for
 */
public record ServerReading(
        int version,
        Instant postmasterStart,
        boolean inRecovery,
        OptionalInt timeline,
        Lsn position,
        Lsn received,
        Lsn replayed,
        boolean endKnown,
        Optional<Instant> replayedAt,
        boolean replayPaused,
        Optional<String> replicationState,
        Optional<Lsn> latestEnd,
        boolean waitsForWal,
        List<WalSender> walSenders,
        List<ReplicationSlot> slots,
        Commits commits) {

    public ServerReading {
        walSenders = List.copyOf(walSenders);
        slots = List.copyOf(slots);
    }

    /** A row of pg_stat_replication; an absent text or position is SQL's null. */
    public record WalSender(
            String user,
            String applicationName,
            Optional<String> clientAddress,
            String state,
            String syncState,
            int syncPriority,
            Optional<Lsn> written,
            Optional<Lsn> flushed,
            Optional<Lsn> replayed) {}

    /**
     * The parameters synchronous_standby_names and synchronous_commit as they are in effect.
     *
     * @param unflushed bytes of WAL that aren't on this server's disk yet; 0 on a standby
     */
    public record Commits(String standbyNames, String synchronousCommit, long unflushed) {
        public static final Commits LOCAL = new Commits("", "on", 0);
    }

    /** The same answer with other slots. */
    public ServerReading withSlots(List<ReplicationSlot> others) {
        return new ServerReading(
                version,
                postmasterStart,
                inRecovery,
                timeline,
                position,
                received,
                replayed,
                endKnown,
                replayedAt,
                replayPaused,
                replicationState,
                latestEnd,
                waitsForWal,
                walSenders,
                others,
                commits);
    }

    public Optional<ReplicationSlot> slot(String name) {
        return slots.stream().filter(slot -> slot.name().equals(name)).findFirst();
    }

    /** How much WAL this server has: flushed by a primary, received or replayed by a standby. */
    public Lsn walPosition() {
        return inRecovery ? received.max(replayed) : position;
    }
}
