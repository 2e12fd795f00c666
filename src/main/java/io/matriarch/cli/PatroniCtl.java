package io.matriarch.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** patronictl: picks the command, runs it, and turns what goes wrong into Patroni's texts and exit codes (reference 7.1). */
final class PatroniCtl {
    static final int SUCCESS = 0;
    static final int FAILURE = 1;
    static final int WRONG_USAGE = 2;

    private static final String PROGRAM = "patronictl";

    private final Surroundings surroundings;
    private final Terminal terminal;

    PatroniCtl(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.terminal = surroundings.terminal();
    }

    /** Returns the exit code. */
    int run(List<String> arguments) {
        GlobalOptions options = new GlobalOptions();
        CommandLine global = new CommandLine(options).setStopAtPositional(true).setOverwrittenOptionsAllowed(true);
        CommandSpec spec = global.getCommandSpec();
        try {
            global.parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException wrong) {
            return complainOfUsage("Usage: patronictl [OPTIONS] COMMAND [ARGS]...", PROGRAM, text(wrong));
        }
        if (options.help()) {
            terminal.echo(UsageText.help(spec));
            return SUCCESS;
        }
        if (options.command().isEmpty()) {
            terminal.complain(UsageText.help(spec));
            return WRONG_USAGE;
        }
        String name = options.command().get();
        Optional<CtlCommandName> command = CtlCommandName.of(name);
        return command.isEmpty()
                ? complainOfUsage(
                        "Usage: patronictl [OPTIONS] COMMAND [ARGS]...", PROGRAM, "No such command '" + name + "'.")
                : run(command.get(), options);
    }

    private int run(CtlCommandName name, GlobalOptions options) {
        CtlCommand command = name.make();
        CommandLine line = new CommandLine(command)
                .setOverwrittenOptionsAllowed(true)
                .registerConverter(OutputFormat.class, OutputFormat::parse)
                .registerConverter(RoleFilter.class, RoleFilter::parse);
        String program = PROGRAM + " " + name.text();
        try {
            line.parseArgs(options.arguments().toArray(String[]::new));
        } catch (ParameterException wrong) {
            return complainOfUsage(UsageText.line(program, line.getCommandSpec()), program, text(wrong));
        }
        if (line.isUsageHelpRequested()) {
            terminal.echo(UsageText.help(program, line.getCommandSpec(), name.summary()));
            return SUCCESS;
        }
        return run(command, options);
    }

    private int run(CtlCommand command, GlobalOptions options) {
        try (CtlSession session = new CtlSession(surroundings, options)) {
            command.run(session);
            return SUCCESS;
        } catch (CtlError error) {
            terminal.complain("Error: " + error.getMessage());
            return FAILURE;
        } catch (Aborted _) {
            terminal.complain("Aborted!");
            return FAILURE;
        }
    }

    private int complainOfUsage(String usage, String program, String problem) {
        terminal.complain(usage + "\nTry '" + program + " --help' for help.\n\nError: " + problem);
        return WRONG_USAGE;
    }

    private static String text(ParameterException wrong) {
        return switch (wrong) {
            case MissingParameterException missing
            when !missing.getMissing().isEmpty() -> missing(missing.getMissing().getFirst());
            case UnmatchedArgumentException unmatched
            when !unmatched.getUnmatched().isEmpty() -> {
                String argument = unmatched.getUnmatched().getFirst();
                yield argument.startsWith("-")
                        ? "No such option: " + argument
                        : "Got unexpected extra argument (" + argument + ")";
            }
            default -> String.valueOf(wrong.getMessage());
        };
    }

    private static String missing(ArgSpec argument) {
        return argument instanceof PositionalParamSpec
                ? "Missing argument '" + argument.paramLabel() + "'."
                : "Option '" + ((CommandLine.Model.OptionSpec) argument).longestName() + "' requires an argument.";
    }
}
