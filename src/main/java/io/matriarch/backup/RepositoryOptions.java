package io.matriarch.backup;

import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of every command that works with a repository. */
public final class RepositoryOptions {
    @Option(
            names = {"-c", "--config", "--config-file"},
            paramLabel = "FILE",
            description = "Configuration file or folder of the node; else PATRONICTL_CONFIG_FILE")
    private Optional<String> file = Optional.empty();

    @Option(
            names = "--repository",
            paramLabel = "NAME",
            description = "Which of the repositories in the section backup; by default the first one")
    private Optional<String> repository = Optional.empty();

    @Option(
            names = "--system-identifier",
            paramLabel = "NUMBER",
            description = "Of the cluster, as pg_controldata prints it; only needed when it can't be known otherwise")
    private Optional<String> systemIdentifier = Optional.empty();

    @Option(
            names = {"-j", "--jobs"},
            paramLabel = "N",
            description = "How many threads compress and transfer; 2 by default")
    private int jobs = 2;

    public RepositoryOptions() {}

    public Optional<String> file() {
        return file;
    }

    public Optional<String> repository() {
        return repository;
    }

    public Optional<String> systemIdentifier() {
        return systemIdentifier;
    }

    public int jobs() {
        return jobs;
    }
}
