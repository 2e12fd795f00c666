package io.matriarch.cluster;

/** Where a node is on its way back into the cluster; the numbers are the metric's, in the order of the steps. */
public enum RejoinStep {
    /** No leader can be followed yet, or it has not finished its promotion. */
    WAITING_FOR_LEADER(1, "waiting for leader"),
    /** Something failed; it is tried again. */
    WAITING_TO_TRY_AGAIN(2, "waiting to try again"),
    CRASH_RECOVERY(3, "crash recovery"),
    CHECKING(4, "checking for divergence"),
    REWINDING(5, "rewinding"),
    CLONING(6, "cloning"),
    STARTING(7, "starting"),
    /** It runs, or is about to accept connections, and replays what it has. */
    CATCHING_UP(8, "catching up"),
    /** What comes next is neither with the leader nor in an archive. */
    WAL_MISSING(9, "waiting for missing WAL"),
    /** It waits for WAL that ought to come. */
    STUCK(10, "stuck"),
    /** Only a person can decide. */
    NEEDS_A_PERSON(11, "needs a person");

    private final int number;
    private final String text;

    RejoinStep(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public int number() {
        return number;
    }

    public String text() {
        return text;
    }
}
