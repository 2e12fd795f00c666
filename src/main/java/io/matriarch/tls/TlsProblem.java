package io.matriarch.tls;

/** A file that can't be used for TLS: which, and why; never its content or password. */
public final class TlsProblem extends Exception {
    private static final long serialVersionUID = 1;

    TlsProblem(String message) {
        super(message);
    }

    TlsProblem(String message, Throwable cause) {
        super(message, cause);
    }

    /** For a person. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
