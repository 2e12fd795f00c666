package io.matriarch.cli;

/** The person ended the input instead of answering: {@code Aborted!} and exit code 1. */
final class Aborted extends RuntimeException {
    private static final long serialVersionUID = 1;

    Aborted() {
        super("Aborted!");
    }
}
