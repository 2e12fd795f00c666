package io.matriarch.cluster;

/**
 * What matters of pg_control.
 *
 * @param clusterState as pg_controldata prints it: {@code in production}, {@code shut down}, {@code shut down in recovery}, {@code shutting down}, {@code in crash recovery}, {@code in archive recovery}, {@code starting up}
 * @param checkpoint Latest checkpoint location
 */
public record ControlData(String systemIdentifier, String clusterState, Lsn checkpoint, int checkpointTimeline) {

    public boolean shutDownCleanly() {
        return clusterState.equals("shut down");
    }

    /** The server was a primary when it last wrote pg_control, and not shut down cleanly. */
    public boolean needsCrashRecovery() {
        return clusterState.equals("in production")
                || clusterState.equals("shutting down")
                || clusterState.equals("in crash recovery");
    }
}
