package io.matriarch.cluster;

/**
 * A server that a standby streams from, or only restores the WAL of.
 *
 * @param member the member's name; of the remote server that the leader of a standby cluster follows, a name that no member has
 * @param connUrl {@code postgres://host:port/database}, of a remote server perhaps several {@code host:port} with commas between; empty when WAL comes by
 *     restore_command only
 */
public record Upstream(String member, String connUrl) {
    private static final String REMOTE = "the remote primary";
    private static final String ELSEWHERE = "elsewhere";

    /** The primary that a standby cluster follows. */
    public static Upstream remote(String connUrl) {
        return new Upstream(REMOTE, connUrl);
    }

    public boolean isRemote() {
        return member.equals(REMOTE);
    }

    /** No server: data that a person's own command finds, in a backup for instance. */
    public static Upstream elsewhere() {
        return new Upstream(ELSEWHERE, "");
    }

    public boolean isElsewhere() {
        return equals(elsewhere());
    }

    /** It can be connected to. */
    public boolean answersSql() {
        return !connUrl.isEmpty();
    }
}
