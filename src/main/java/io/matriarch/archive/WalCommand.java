package io.matriarch.archive;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * {@code matriarch wal push} for archive_command and {@code matriarch wal fetch} for restore_command. Uses no framework, because PostgreSQL waits for it.
 *
 * <p>Exit codes. Push: {@value #SUCCESS} only when the file survives a power failure; {@value #FAILURE} otherwise, and PostgreSQL tries again.
 * Fetch: {@value #SUCCESS}; {@value #FAILURE} when the repository doesn't have the file, which PostgreSQL takes for the end of the archived WAL; {@value #FATAL} for all
 * that must not be taken for that, such as a damaged file or a repository that isn't mounted: PostgreSQL stops the recovery then (it does from 126 on) instead of ending it too
 * early with data lost. A standby can't end its recovery early, it streams from its primary or asks again, so for it that is {@value #FAILURE} too.
 */
public final class WalCommand {
    /** The repository when there is no --repository. */
    public static final String VARIABLE = "MATRIARCH_REPOSITORY";

    static final int SUCCESS = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    static final int FATAL = 126;

    private static final String USAGE_TEXT = "usage: matriarch wal push [OPTIONS] PATH"
            + " | matriarch wal fetch [OPTIONS] NAME DEST"
            + " (options: --repository DIR, or --config FILE [--repository NAME]; --system-identifier NUMBER)";

    private static final String HELP = """
            Usage: matriarch wal push [OPTIONS] PATH          for archive_command: 'matriarch wal push %p'
                   matriarch wal fetch [OPTIONS] NAME DEST    for restore_command: 'matriarch wal fetch %f %p'

            Options:
              --repository DIR             the folder that holds the archived WAL; without it the variable MATRIARCH_REPOSITORY says so
              -c, --config FILE            the node's configuration: WAL goes to all repositories in its section backup, and comes from any of them
              --repository NAME            with --config, only the one of that name
              --system-identifier NUMBER   of the cluster; without it the data directory that PATH or DEST lies in says so
              -h, --help                   prints this

            Exit codes: 0 done; 1 not archived, or not in the repository; 2 push was called wrongly; 126 the repository can't be used or the file is damaged,
            so that PostgreSQL gives up its recovery (1 for a standby, which tries again).""";

    private static final String PUSH = "push";
    private static final String FETCH = "fetch";

    private final Map<String, String> environment;
    private final PrintStream output;
    private final PrintStream errors;

    private final Ahead ahead;

    /** Without anybody who works ahead. */
    WalCommand(Map<String, String> environment, PrintStream output, PrintStream errors) {
        this(environment, output, errors, _ -> {});
    }

    WalCommand(Map<String, String> environment, PrintStream output, PrintStream errors, Ahead ahead) {
        this.environment = environment;
        this.output = output;
        this.errors = errors;
        this.ahead = ahead;
    }

    /**
     * Pushes or fetches one file.
     *
     * @param arguments those after {@code wal}
     * @return the exit code
     */
    public static int run(String[] arguments) {
        Companion companion = new Companion(arguments.length + 1);
        return new WalCommand(System.getenv(), System.out, System.err, companion::start).execute(List.of(arguments));
    }

    int execute(List<String> arguments) {
        if (asksForHelp(arguments)) {
            output.println(HELP);
            return SUCCESS;
        }
        boolean fetch = arguments.contains(FETCH);
        try {
            WalArguments parsed = WalArguments.parse(arguments);
            List<String> words = parsed.words();
            switch (words.size() + " " + words.stream().findFirst().orElse("")) {
                case "2 " + PUSH -> {
                    return push(parsed, WalArguments.path(words.get(1)));
                }
                case "3 " + FETCH -> {
                    return fetch(parsed, words.get(1), WalArguments.path(words.get(2)));
                }
                case "2 " + Ahead.PUSH -> {
                    return new AheadCommand(environment).push(parsed);
                }
                case "4 " + Ahead.FETCH -> {
                    return new AheadCommand(environment).fetch(parsed);
                }
                default -> errors.println(USAGE_TEXT);
            }
        } catch (ArchiveException e) {
            errors.println("matriarch wal: " + e.getMessage() + "; " + USAGE_TEXT);
        }
        return fetch ? FATAL : USAGE;
    }

    /** Where PostgreSQL's %p or %f might stand, nothing is taken for that: a command that did nothing must not end well. */
    private static boolean asksForHelp(List<String> arguments) {
        return arguments.size() <= 2
                && !arguments.isEmpty()
                && List.of("--help", "-h").contains(arguments.getLast())
                && (arguments.size() == 1 || List.of(PUSH, FETCH).contains(arguments.getFirst()));
    }

    private int push(WalArguments arguments, Path path) throws ArchiveException {
        WalSetup.requireRepository(arguments, environment);
        try {
            WalSetup setup = WalSetup.of(arguments, environment);
            new Pushing(setup, arguments, ahead).push(WalSource.of(path, arguments.systemIdentifier()));
            return SUCCESS;
        } catch (ArchiveException e) {
            errors.println("matriarch wal push: " + e.getMessage());
        }
        return FAILURE;
    }

    private int fetch(WalArguments arguments, String name, Path destination) throws ArchiveException {
        WalSetup.requireRepository(arguments, environment);
        try {
            WalSetup setup = WalSetup.of(arguments, environment);
            Fetched fetched = new Fetching(setup, arguments, ahead).fetch(name, destination);
            switch (fetched) {
                case WHOLE -> {}
                case SHORTENED ->
                    errors.println("matriarch wal fetch: " + name
                            + " goes on with what the timeline that is followed lacks: the rest of it is left out");
                case FOREIGN ->
                    errors.println("matriarch wal fetch: " + name
                            + " begins after the timeline that is followed left its timeline: it isn't wanted");
                case ABSENT -> errors.println("matriarch wal fetch: " + name + " is not in the repository");
            }
            return fetched == Fetched.WHOLE || fetched == Fetched.SHORTENED ? SUCCESS : FAILURE;
        } catch (ArchiveException e) {
            errors.println("matriarch wal fetch: " + e.getMessage());
        }
        return standby(destination) ? FAILURE : FATAL;
    }

    private static boolean standby(Path destination) {
        return Files.exists(SystemIdentifier.dataDirectory(destination).resolve("standby.signal"));
    }
}
