package io.matriarch.cli;

import java.util.Optional;

/** Where a command speaks with a person or a script. */
public interface Terminal {
    /** A line, or several, on standard output. */
    void echo(String text);

    /** A line on standard error. */
    void complain(String text);

    /**
     * Asks until there is an answer.
     *
     * @param otherwise what an empty line means, shown in brackets; without it an empty line is asked again
     * @throws Aborted at the end of the input
     */
    String prompt(String question, Optional<String> otherwise);

    /**
     * Asks for yes or no; an empty line means no.
     *
     * @throws Aborted at the end of the input
     */
    boolean confirm(String question);

    /**
     * Asks for a text that isn't shown while it is typed.
     *
     * @throws Aborted at the end of the input
     */
    String promptHidden(String question);

    /** All of standard input. */
    String readAll();

    /** Whether a person watches while the command runs, and no script reads what it prints. */
    boolean isScreen();

    /** Clears the screen, if there is one. */
    void clear();
}
