package io.matriarch.postgres;

/** What a server says against a replication command, or why it can't be reached; in one line for a person. */
public final class ReplicationProblem extends Exception {
    private static final long serialVersionUID = 1L;

    ReplicationProblem(String message) {
        super(message);
    }

    ReplicationProblem(String message, Throwable cause) {
        super(message, cause);
    }
}
