package io.matriarch.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The daemon's command line, read by hand: the guard is small and starts at once. */
final class DaemonArguments {
    /** How the daemon and all else is called. */
    static final String USAGE = """
            Usage: matriarch [CONFIG]                 run a node; also under the name patroni
                   matriarch [CONFIG] --validate-config [-i|--ignore-listen-port] [-p|--print]
                   matriarch --generate-config [--dsn DSN] [FILE]   a CONFIG of a server that runs
                   matriarch --generate-sample-config [FILE]
                   matriarch ctl COMMAND [ARGS]...    what patronictl does; also under that name
                   matriarch wal push|fetch ...       archive_command and restore_command
                   matriarch backup create|start|list|status|verify|expire|delete
                   matriarch restore [DIR]            a data directory of a backup
                   matriarch drill                    restores the newest backup aside, and tries whether all is there
                   matriarch dump create|list|verify|expire|delete|restore
                   matriarch config explain [KEY]     where a setting comes from, and what changing it does
                   matriarch doctor [--cluster]       what is wrong with this node, or with the cluster, and what to do
                   matriarch health [CHECK]           asks this node's agent, as a container's health check does
                   matriarch self-test                does this executable work on this machine?
                   matriarch docs transitions         what a node does about what it sees, in Markdown
                   matriarch --version | --help

            CONFIG is a YAML file or a folder of them, as for Patroni; PATRONI_* variables patch it or stand for it.""";

    private DaemonArguments() {}

    static Invocation parse(List<String> arguments) {
        List<String> configurations = new ArrayList<>();
        boolean validate = false;
        boolean ignoreListenPort = false;
        boolean print = false;
        for (String argument : arguments) {
            switch (argument) {
                case "--version" -> {
                    return new Invocation.ShowVersion();
                }
                case "--help", "-h" -> {
                    return new Invocation.Help();
                }
                case "--validate-config" -> validate = true;
                case "--ignore-listen-port", "-i" -> ignoreListenPort = true;
                case "--print", "-p" -> print = true;
                case "--generate-config", "--generate-sample-config" -> {
                    return generate(arguments);
                }
                case "--dsn" -> {
                    return generateOrWrong(arguments);
                }
                default -> {
                    if (argument.startsWith("-")) {
                        return new Invocation.WrongUsage("unrecognized arguments: " + argument);
                    }
                    configurations.add(argument);
                }
            }
        }
        if (configurations.size() > 1) {
            return new Invocation.WrongUsage("unrecognized arguments: " + configurations.get(1));
        }
        if ((ignoreListenPort || print) && !validate) {
            return new Invocation.WrongUsage("--ignore-listen-port and --print go with --validate-config");
        }
        Optional<String> configuration = configurations.stream().findFirst();
        return validate
                ? new Invocation.Validate(configuration, ignoreListenPort, print)
                : new Invocation.Daemon(configuration);
    }

    /** It may come before what it belongs to. */
    private static Invocation generateOrWrong(List<String> arguments) {
        return arguments.contains("--generate-config") || arguments.contains("--generate-sample-config")
                ? generate(arguments)
                : new Invocation.WrongUsage("--dsn goes with --generate-config");
    }

    private static Invocation generate(List<String> arguments) {
        List<String> files = new ArrayList<>();
        Optional<String> dsn = Optional.empty();
        boolean sample = arguments.contains("--generate-sample-config");
        if (sample && arguments.contains("--generate-config")) {
            return new Invocation.WrongUsage("--generate-sample-config: not allowed with --generate-config");
        }
        for (int index = 0; index < arguments.size(); index++) {
            String argument = arguments.get(index);
            if (argument.equals("--dsn") && index + 1 < arguments.size()) {
                index++;
                dsn = Optional.of(arguments.get(index));
            } else if (argument.startsWith("--dsn=")) {
                dsn = Optional.of(argument.substring("--dsn=".length()));
            } else if (!argument.startsWith("-")) {
                files.add(argument);
            } else if (!argument.startsWith("--generate-")) {
                return new Invocation.WrongUsage("unrecognized arguments: " + argument);
            }
        }
        return files.size() > 1
                ? new Invocation.WrongUsage("unrecognized arguments: " + files.get(1))
                : new Invocation.Generate(sample, files.stream().findFirst(), dsn);
    }
}
