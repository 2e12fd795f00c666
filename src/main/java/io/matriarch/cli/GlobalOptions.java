package io.matriarch.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What stands before the command's name. The commands themselves are made when they are called, so that a run pays for one of them only. */
@Command(name = "patronictl")
final class GlobalOptions {
    @Option(
            names = {"-c", "--config-file"},
            paramLabel = "TEXT",
            description = "Configuration file")
    private Optional<String> configFile = Optional.empty();

    @Option(
            names = {"-d", "--dcs-url", "--dcs"},
            paramLabel = "TEXT",
            description = "The DCS connect url")
    private Optional<String> dcsUrl = Optional.empty();

    @Option(
            names = {"-k", "--insecure"},
            description = "Allow connections to SSL sites without certs")
    private boolean insecure;

    @Option(names = "--help", description = "Show this message and exit.")
    private boolean help;

    @Parameters(index = "0", arity = "0..1", paramLabel = "COMMAND")
    private Optional<String> command = Optional.empty();

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "ARGS")
    private List<String> arguments = List.of();

    /** As named by -c; the environment and the default path come after it. */
    Optional<String> configFile() {
        return configFile;
    }

    Optional<String> dcsUrl() {
        return dcsUrl;
    }

    boolean insecure() {
        return insecure;
    }

    boolean help() {
        return help;
    }

    Optional<String> command() {
        return command;
    }

    List<String> arguments() {
        return List.copyOf(arguments);
    }
}
