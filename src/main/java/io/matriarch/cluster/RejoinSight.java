package io.matriarch.cluster;

/**
 * What can be seen of a server that has yet to come back to its cluster.
 *
 * @param removeDiverged a person's order: {@code remove_data_directory_on_diverged_timelines}
 * @param removeAfterFailedRewind a person's order: {@code remove_data_directory_on_rewind_failure}
 * @param activity what the startup process says it does, such as {@code recovering 000000010000000000000003} or {@code waiting for 000000010000000000000004};
 *     empty when it can't be seen, or the server streams
 * @param minimumEnd Minimum recovery ending location of pg_control
 * @param waitsForWal it has replayed all that it has, and what comes next is not there; the startup process may call that {@code recovering} too
 * @param lastWords the last reason that PostgreSQL gave in its log, if one was found
 */
public record RejoinSight(
        boolean removeDiverged,
        boolean removeAfterFailedRewind,
        String activity,
        Lsn minimumEnd,
        boolean waitsForWal,
        String lastWords) {
    private static final int WAL_FILE_NAME = 24;
    private static final int TIMELINE = 8;

    public static final RejoinSight NONE = new RejoinSight(false, false, "", Lsn.ZERO, false, "");

    /** Number of the WAL segment that it recovers or waits for, without the timeline, of which several may be tried in turn; empty when it can't be seen. */
    public String segment() {
        String file = activity.substring(activity.lastIndexOf(' ') + 1);
        return file.length() == WAL_FILE_NAME ? file.substring(TIMELINE) : file;
    }
}
