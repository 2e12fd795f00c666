package io.matriarch.explain;

import io.matriarch.cli.LightVertx;
import io.matriarch.cli.OutputFormat;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult.Invalid;
import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code matriarch config explain [KEY]}: 0 when it could be said, 1 for a configuration that can't be used, 2 for a key that doesn't exist and wrong usage. */
@Command(name = "explain")
public final class ExplainCommand {
    private static final String SUMMARY =
            "Says of each setting its value, where it comes from, what it hides, and what changing it does.";

    @Option(
            names = {"-c", "--config-file"},
            paramLabel = "FILE",
            description =
                    "Configuration file or folder of the node; else PATRONICTL_CONFIG_FILE, else only the environment")
    private Optional<String> file = Optional.empty();

    @Option(
            names = {"-f", "--format"},
            paramLabel = "[pretty|tsv|json|yaml|yml]",
            description = "Output format")
    private OutputFormat format = OutputFormat.PRETTY;

    @Option(names = "--all", description = "Show also what has its default value")
    private boolean all;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    @Parameters(arity = "0..1", paramLabel = "KEY", description = "A setting, a section, or a PostgreSQL parameter")
    private Optional<String> key = Optional.empty();

    private ExplainCommand() {}

    /** Returns the exit code. */
    public static int run(List<String> arguments) {
        ExplainCommand command = new ExplainCommand();
        return new Tool("matriarch config explain", SUMMARY)
                .run(command, arguments, terminal -> command.run(terminal, System.getenv()));
    }

    private int run(Terminal terminal, Map<String, String> environment) {
        Optional<Path> path = Tool.configuration(file, environment);
        if (Tool.misses(path, terminal)) {
            return Tool.WRONG_USAGE;
        }
        return switch (ConfigurationLoader.load(path, environment)) {
            case Invalid<Configuration>(List<Problem> problems) -> {
                problems.forEach(problem -> terminal.complain("Error: " + problem));
                yield 1;
            }
            case Loaded<Configuration>(Configuration configuration, var _, var _) -> {
                Situation situation = new Surroundings(new LightVertx())
                        .look(configuration, ConfigurationLoader.layers(path, environment));
                situation.dynamic().trouble().ifPresent(terminal::complain);
                situation.server().trouble().ifPresent(terminal::complain);
                yield explain(new Explanations(situation), terminal);
            }
        };
    }

    private int explain(Explanations explanations, Terminal terminal) {
        if (key.isEmpty()) {
            List<Setting> shown = all ? explanations.all() : explanations.differing();
            terminal.echo(Presentation.table(shown, format));
            return 0;
        }
        return switch (explanations.find(key.get())) {
            case Explanations.Found.One(Setting setting) -> {
                terminal.echo(Presentation.one(setting, format));
                yield 0;
            }
            case Explanations.Found.Section(List<Setting> settings) -> {
                terminal.echo(Presentation.table(settings, format));
                yield 0;
            }
            case Explanations.Found.None(Optional<String> nearest) -> {
                terminal.complain("Error: there is no setting " + key.get()
                        + nearest.map(word -> "; is " + word + " meant?").orElse(""));
                yield Tool.WRONG_USAGE;
            }
        };
    }
}
