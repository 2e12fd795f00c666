package io.matriarch.archive;

import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    private static final String USAGE_TEXT = "usage: matriarch wal push [--repository DIR] PATH"
            + " | matriarch wal fetch [--repository DIR] NAME DEST (both: [--system-identifier NUMBER])";

    private static final String HELP = """
            Usage: matriarch wal push [OPTIONS] PATH          for archive_command: 'matriarch wal push %p'
                   matriarch wal fetch [OPTIONS] NAME DEST    for restore_command: 'matriarch wal fetch %f %p'

            Options:
              --repository DIR             the folder that holds the archived WAL; without it the variable MATRIARCH_REPOSITORY says so
              --system-identifier NUMBER   of the cluster; without it the data directory that PATH or DEST lies in says so
              -h, --help                   prints this

            Exit codes: 0 done; 1 not archived, or not in the repository; 2 push was called wrongly; 126 the repository can't be used or the file is damaged,
            so that PostgreSQL gives up its recovery (1 for a standby, which tries again).""";

    private final Map<String, String> environment;
    private final PrintStream output;
    private final PrintStream errors;

    WalCommand(Map<String, String> environment, PrintStream output, PrintStream errors) {
        this.environment = environment;
        this.output = output;
        this.errors = errors;
    }

    /**
     * Pushes or fetches one file.
     *
     * @param arguments those after {@code wal}
     * @return the exit code
     */
    public static int run(String[] arguments) {
        return new WalCommand(System.getenv(), System.out, System.err).execute(List.of(arguments));
    }

    int execute(List<String> arguments) {
        if (asksForHelp(arguments)) {
            output.println(HELP);
            return SUCCESS;
        }
        boolean fetch = arguments.contains("fetch");
        try {
            WalArguments parsed = WalArguments.parse(arguments);
            List<String> words = parsed.words();
            if (words.size() == 2 && words.getFirst().equals("push")) {
                return push(repository(parsed), parsed, WalArguments.path(words.get(1)));
            }
            if (words.size() == 3 && words.getFirst().equals("fetch")) {
                return fetch(repository(parsed), parsed, words.get(1), WalArguments.path(words.get(2)));
            }
            errors.println(USAGE_TEXT);
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
                && (arguments.size() == 1 || List.of("push", "fetch").contains(arguments.getFirst()));
    }

    private int push(Path repository, WalArguments arguments, Path source) {
        try {
            WalPush.push(repository, source, arguments.systemIdentifier());
            return SUCCESS;
        } catch (ArchiveException e) {
            errors.println("matriarch wal push: " + e.getMessage());
        } catch (IOException e) {
            errors.println("matriarch wal push: can't archive " + source + ": " + FileProblem.whereAndWhy(e));
        }
        return FAILURE;
    }

    private int fetch(Path repository, WalArguments arguments, String name, Path destination) {
        try {
            if (WalFetch.fetch(repository, name, destination, arguments.systemIdentifier())) {
                return SUCCESS;
            }
            errors.println("matriarch wal fetch: " + name + " is not in the repository");
            return FAILURE;
        } catch (ArchiveException e) {
            errors.println("matriarch wal fetch: " + e.getMessage());
        } catch (IOException e) {
            errors.println("matriarch wal fetch: can't fetch " + name + ": " + FileProblem.whereAndWhy(e));
        }
        return standby(destination) ? FAILURE : FATAL;
    }

    private static boolean standby(Path destination) {
        return Files.exists(SystemIdentifier.dataDirectory(destination).resolve("standby.signal"));
    }

    private Path repository(WalArguments arguments) throws ArchiveException {
        if (arguments.repository().isPresent()) {
            return arguments.repository().get();
        }
        Optional<String> named = Optional.ofNullable(environment.get(VARIABLE));
        if (named.isEmpty()) {
            throw new ArchiveException("which repository? Say --repository DIR or set " + VARIABLE);
        }
        return WalArguments.path(named.get());
    }
}
