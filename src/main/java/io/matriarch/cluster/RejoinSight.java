package io.matriarch.cluster;

/**
 * What can be seen of a server that has yet to come back to its cluster.
 *
 * @param removeDiverged a person's order: {@code remove_data_directory_on_diverged_timelines}
 * @param removeAfterFailedRewind a person's order: {@code remove_data_directory_on_rewind_failure}
 * @param activity what the startup process says it does, such as {@code recovering 000000010000000000000003} or {@code waiting for 000000010000000000000004};
 *     empty when it can't be seen, or the server streams
 * @param minimumEnd Minimum recovery ending location of pg_control
 * @param lastWords the last reason that PostgreSQL gave in its log, if one was found
 */
public record RejoinSight(
        boolean removeDiverged, boolean removeAfterFailedRewind, String activity, Lsn minimumEnd, String lastWords) {
    public static final RejoinSight NONE = new RejoinSight(false, false, "", Lsn.ZERO, "");

    /** It has replayed all that it has, and what comes next is not there. */
    public boolean waitsForWal() {
        return activity.startsWith("waiting for ");
    }
}
