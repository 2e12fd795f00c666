package io.matriarch.postgres;

/** What a server says against a statement, or why it can't be reached; in one line for a person, and without the statement. */
public final class ServerProblem extends Exception {
    private static final long serialVersionUID = 1L;

    ServerProblem(String message, Throwable cause) {
        super(message, cause);
    }
}
