package io.matriarch.cli;

/** Ends patronictl with {@code Error: <message>} and exit code 1. */
public final class CtlError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CtlError(String message) {
        super(message);
    }
}
