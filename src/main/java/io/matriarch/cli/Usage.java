package io.matriarch.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What is said about the command line itself. */
public final class Usage {
    /** The exit code of wrong usage. */
    public static final int WRONG_USAGE = 2;

    private Usage() {}

    /** Explains how this program is called. */
    public static int help(PrintStream output) {
        output.println(DaemonArguments.USAGE);
        return 0;
    }

    /** Says what is wrong and how it is right. */
    public static int wrong(String problem, PrintStream errors) {
        errors.println(DaemonArguments.USAGE);
        errors.println();
        errors.println("matriarch: error: " + problem);
        return WRONG_USAGE;
    }

    /**
     * Why there is no configuration at all, before anything is started. A missing file is none if the environment can stand for it (reference 1.1).
     */
    public static Optional<String> missingConfiguration(Optional<String> path, Map<String, String> environment) {
        boolean inEnvironment = environment.keySet().stream().anyMatch(name -> name.startsWith("PATRONI_"));
        if (inEnvironment || path.filter(file -> Files.exists(Path.of(file))).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(path.map(file -> "the configuration " + file
                        + " doesn't exist, and no PATRONI_* variables stand for it; check the path")
                .orElse("no configuration: name a YAML file, or set PATRONI_* variables"));
    }
}
