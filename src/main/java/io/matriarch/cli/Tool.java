package io.matriarch.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * A command of the executable itself, beside patronictl's.
 *
 * @param name the words that call it, such as {@code matriarch doctor}
 * @param summary for its help
 */
public record Tool(String name, String summary) {
    /** The command line can't be understood, or nothing can be told. */
    public static final int WRONG_USAGE = PatroniCtl.WRONG_USAGE;

    /**
     * Fills {@code command}, a picocli command, from the arguments and runs it; help and wrong usage are answered here.
     *
     * @return the exit code
     */
    public <C> int run(C command, List<String> arguments, ToIntFunction<Terminal> body) {
        Terminal terminal = terminal();
        CommandLine line = new CommandLine(command)
                .setOverwrittenOptionsAllowed(true)
                .registerConverter(OutputFormat.class, OutputFormat::parse);
        try {
            line.parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException wrong) {
            terminal.complain(UsageText.line(name, line.getCommandSpec()) + "\nTry '" + name
                    + " --help' for help.\n\nError: " + wrong.getMessage());
            return WRONG_USAGE;
        }
        if (line.isUsageHelpRequested()) {
            terminal.echo(UsageText.help(name, line.getCommandSpec(), summary));
            return PatroniCtl.SUCCESS;
        }
        return body.applyAsInt(terminal);
    }

    /** What {@code -c} names, else patronictl's variable; absent: only the environment counts. */
    public static Optional<Path> configuration(Optional<String> file, Map<String, String> environment) {
        return file.or(() -> Optional.ofNullable(environment.get("PATRONICTL_CONFIG_FILE")))
                .map(Path::of);
    }

    /** Tells a person, if there is no such file. */
    public static boolean misses(Optional<Path> configuration, Terminal terminal) {
        Optional<Path> missing = configuration.filter(path -> !Files.exists(path));
        missing.ifPresent(path -> terminal.complain("Error: " + path + " doesn't exist; check -c"));
        return missing.isPresent();
    }

    private static Terminal terminal() {
        return new StandardTerminal(
                System.in,
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
    }
}
