package io.matriarch.cluster;

import java.util.Map;
import java.util.Optional;

/**
 * What can be seen of the local PostgreSQL.
 *
 * @param postmasterAlive a postmaster runs on this data directory
 * @param reading absent when the server doesn't run, or didn't answer in time
 * @param following whom the server is configured to stream from, as far as a standby is
 * @param operation the long action in progress
 * @param finished the last operation's end; stays until the next operation begins
 * @param pendingRestart parameter name to its old and new value, for parameters that wait for a restart
 * @param checkpointPending the server was promoted and has not finished its checkpoint
 * @param history of a primary beyond timeline 1: its local history file; timestamps are the file's, who led afterwards is absent
 * @param mayRewind pg_rewind is configured, and data checksums or wal_log_hints are on
 * @param slotParameters parameters that replication slots need, as they were last written into the configuration beside what a person wrote there
 * @param rejoin of a server that has yet to come back to its cluster
 */
public record ServerStatus(
        DataDirectory dataDirectory,
        boolean postmasterAlive,
        PostgresState state,
        Role role,
        Optional<ServerReading> reading,
        Optional<Upstream> following,
        Optional<Running> operation,
        Optional<Finished> finished,
        Map<String, PendingChange> pendingRestart,
        boolean checkpointPending,
        History history,
        boolean mayRewind,
        Map<String, String> slotParameters,
        RejoinSight rejoin) {

    public ServerStatus {
        pendingRestart = Map.copyOf(pendingRestart);
        slotParameters = Map.copyOf(slotParameters);
    }

    /** Of a server of which nothing more is known. */
    public ServerStatus(
            DataDirectory dataDirectory,
            boolean postmasterAlive,
            PostgresState state,
            Role role,
            Optional<ServerReading> reading,
            Optional<Upstream> following,
            Optional<Running> operation,
            Optional<Finished> finished,
            Map<String, PendingChange> pendingRestart,
            boolean checkpointPending,
            History history,
            boolean mayRewind,
            Map<String, String> slotParameters) {
        this(
                dataDirectory,
                postmasterAlive,
                state,
                role,
                reading,
                following,
                operation,
                finished,
                pendingRestart,
                checkpointPending,
                history,
                mayRewind,
                slotParameters,
                RejoinSight.NONE);
    }

    /** A long action in progress since a moment of monotonic time. */
    public record Running(long id, Operation operation, long sinceNanos) {}

    /** A long action that ended; ids grow with each operation. */
    public record Finished(long id, Operation operation, OperationResult result) {}

    /** A parameter whose new value waits for a restart. */
    public record PendingChange(String oldValue, String newValue) {}

    /** The same with a newer answer. */
    public ServerStatus withReading(Optional<ServerReading> newer) {
        return new ServerStatus(
                dataDirectory,
                postmasterAlive,
                state,
                role,
                newer,
                following,
                operation,
                finished,
                pendingRestart,
                checkpointPending,
                history,
                mayRewind,
                slotParameters,
                rejoin);
    }

    /** Accepts connections as a primary, as far as can be seen; if it can't be asked, what it was last counts (reference 6.2). */
    public boolean isPrimary() {
        return postmasterAlive && reading.map(answer -> !answer.inRecovery()).orElseGet(role::leads);
    }
}
