package io.matriarch.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** A command of patronictl. Options that Patroni has and that mean nothing here are taken and ignored. */
abstract class CtlCommand {
    @SuppressWarnings("UnusedVariable") // there is no Citus here
    @Option(names = "--group", paramLabel = "INTEGER", description = "Citus group")
    private Optional<Integer> group = Optional.empty();

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    /**
     * Does it.
     *
     * @throws CtlError if it can't be done
     * @throws Aborted if the person gives up at a question
     */
    abstract void run(CtlSession session);
}
