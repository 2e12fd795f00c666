package io.matriarch.cli;

import java.util.List;
import java.util.Optional;

/** What one call of this program is for: by the name it was called with, and its first argument (reference 1.1). */
public sealed interface Invocation {
    /** The first argument with which the guard starts the agent. */
    String AGENT = "agent";

    /** The first argument of a postmaster's parent, and of what becomes the postmaster. */
    String KEEP = "keep";

    String KEPT = "kept";

    /** The first argument with which the guard gives the leader key back. */
    String RELEASE_LEADER = "release-leader";

    /** patronictl. */
    record Ctl(List<String> arguments) implements Invocation {
        public Ctl {
            arguments = List.copyOf(arguments);
        }
    }

    /** WAL is pushed or fetched: PostgreSQL waits for it. */
    record Wal(List<String> arguments) implements Invocation {
        public Wal {
            arguments = List.copyOf(arguments);
        }
    }

    /** The executable tries whether all that it needs works. */
    record SelfTest(List<String> arguments) implements Invocation {
        public SelfTest {
            arguments = List.copyOf(arguments);
        }
    }

    /** Says where each setting comes from. */
    record ExplainConfig(List<String> arguments) implements Invocation {
        public ExplainConfig {
            arguments = List.copyOf(arguments);
        }
    }

    /** Examines a node or the cluster. */
    record Doctor(List<String> arguments) implements Invocation {
        public Doctor {
            arguments = List.copyOf(arguments);
        }
    }

    /** Asks the agent of this node whether all is well. */
    record Health(List<String> arguments) implements Invocation {
        public Health {
            arguments = List.copyOf(arguments);
        }
    }

    /** Base backups are made, listed, proven or removed. */
    record Backup(List<String> arguments) implements Invocation {
        public Backup {
            arguments = List.copyOf(arguments);
        }
    }

    /** A data directory is made of a backup. */
    record Restore(List<String> arguments) implements Invocation {
        public Restore {
            arguments = List.copyOf(arguments);
        }
    }

    /** A backup is restored aside and tried. */
    record Drill(List<String> arguments) implements Invocation {
        public Drill {
            arguments = List.copyOf(arguments);
        }
    }

    /** Databases are dumped, and what goes with that. */
    record Dump(List<String> arguments) implements Invocation {
        public Dump {
            arguments = List.copyOf(arguments);
        }
    }

    /** The guard: it starts the agent. */
    record Daemon(Optional<String> configuration) implements Invocation {}

    /** The agent, started by the guard. */
    record Agent(Optional<String> configuration) implements Invocation {}

    /** Keeps a postmaster, or becomes it; started by the agent and by the keeper. */
    record Keep(boolean kept, List<String> arguments) implements Invocation {
        public Keep {
            arguments = List.copyOf(arguments);
        }
    }

    /** Gives the leader key back; started by the guard. */
    record ReleaseLeader(Optional<String> configuration) implements Invocation {}

    /**
     * Checks the configuration and ends.
     *
     * @param ignoreListenPort whether the ports may be in use
     * @param print whether a good configuration is printed as YAML
     */
    record Validate(Optional<String> configuration, boolean ignoreListenPort, boolean print) implements Invocation {}

    /**
     * Writes a configuration to begin with.
     *
     * @param sample of defaults, or else of a server that runs
     * @param file where to, or else standard output
     * @param dsn where that server is
     */
    record Generate(boolean sample, Optional<String> file, Optional<String> dsn) implements Invocation {}

    /** Prints what is seen and done, the transition table. */
    record Transitions() implements Invocation {}

    /** Prints the version. */
    record ShowVersion() implements Invocation {}

    /** Prints how this program is called. */
    record Help() implements Invocation {}

    /** Nothing of all that. */
    record WrongUsage(String problem) implements Invocation {}

    /**
     * Reads the command line.
     *
     * @param program the name without folders
     */
    static Invocation of(String program, List<String> arguments) {
        if (program.equals("patronictl")) {
            return new Ctl(arguments);
        }
        Optional<String> first = arguments.stream().findFirst();
        List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
        return switch (first.orElse("")) {
            case "ctl" -> new Ctl(rest);
            case "wal" -> new Wal(rest);
            case "self-test" -> new SelfTest(rest);
            case "doctor" -> new Doctor(rest);
            case "health" -> new Health(rest);
            case "backup" -> new Backup(rest);
            case "restore" -> new Restore(rest);
            case "drill" -> new Drill(rest);
            case "dump" -> new Dump(rest);
            case "config" ->
                rest.stream().findFirst().filter("explain"::equals).isPresent()
                        ? new ExplainConfig(rest.subList(1, rest.size()))
                        : DaemonArguments.parse(arguments); // a configuration's folder may have this name
            case "docs" ->
                rest.equals(List.of("transitions"))
                        ? new Transitions()
                        : DaemonArguments.parse(arguments); // a configuration's folder may have this name
            case KEEP -> new Keep(false, rest);
            case KEPT -> new Keep(true, rest);
            case RELEASE_LEADER ->
                DaemonArguments.parse(rest) instanceof Daemon(Optional<String> configuration)
                        ? new ReleaseLeader(configuration)
                        : new WrongUsage(
                                "the guard gives the leader key back with the path of a configuration at most");
            case AGENT ->
                DaemonArguments.parse(rest) instanceof Daemon(Optional<String> configuration)
                        ? new Agent(configuration)
                        : new WrongUsage("the guard starts the agent with the path of a configuration at most");
            default -> DaemonArguments.parse(arguments);
        };
    }
}
