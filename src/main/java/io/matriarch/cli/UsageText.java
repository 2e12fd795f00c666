package io.matriarch.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Help and usage in the words and columns that Patroni's users know. */
final class UsageText {
    private UsageText() {}

    /** {@code Usage: patronictl list [OPTIONS] [CLUSTER_NAMES]...}. */
    static String line(String program, CommandSpec spec) {
        StringBuilder line = new StringBuilder("Usage: ").append(program).append(" [OPTIONS]");
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            boolean optional = positional.arity().min() == 0;
            line.append(' ').append(optional ? "[" + positional.paramLabel() + "]" : positional.paramLabel());
            line.append(positional.arity().max() > 1 ? "..." : "");
        }
        return line.toString();
    }

    /** The usage line, what the command does, and its options. */
    static String help(String program, CommandSpec spec, String summary) {
        return line(program, spec) + "\n\n  " + summary + "\n\nOptions:\n" + columns(options(spec));
    }

    /** The help of patronictl itself. */
    static String help(CommandSpec global) {
        Map<String, String> commands = new LinkedHashMap<>();
        for (CtlCommandName name : CtlCommandName.values()) {
            commands.put(name.text(), name.summary());
        }
        return "Usage: patronictl [OPTIONS] COMMAND [ARGS]...\n\n  Command-line interface for interacting with Patroni.\n\n"
                + "Options:\n" + columns(options(global)) + "\n\nCommands:\n" + columns(commands);
    }

    private static Map<String, String> options(CommandSpec spec) {
        Map<String, String> options = new LinkedHashMap<>();
        List<OptionSpec> sorted = new ArrayList<>(spec.options());
        sorted.sort((left, right) -> Boolean.compare(isHelp(left), isHelp(right)));
        for (OptionSpec option : sorted) {
            String parameter = option.arity().max() > 0 ? " " + option.paramLabel() : "";
            options.put(String.join(", ", option.names()) + parameter, String.join(" ", option.description()));
        }
        return options;
    }

    private static boolean isHelp(OptionSpec option) {
        return option.longestName().equals("--help");
    }

    private static String columns(Map<String, String> rows) {
        int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
        return rows.entrySet().stream()
                .map(row ->
                        "  " + row.getKey() + " ".repeat(width - row.getKey().length() + 2) + row.getValue())
                .collect(Collectors.joining("\n"));
    }
}
