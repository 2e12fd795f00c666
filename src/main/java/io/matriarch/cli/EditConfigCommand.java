package io.matriarch.cli;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.DynamicConfigurationCheck;
import io.matriarch.cluster.SlotSettings;
import io.matriarch.config.ControlledParameterCheck;
import io.matriarch.config.ParameterOpinion;
import io.matriarch.dcs.DcsCommand.PutConfig;
import io.matriarch.dcs.Writing;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** patronictl edit-config: changes the dynamic configuration in the DCS, unless somebody else did meanwhile. */
@Command(name = "edit-config")
final class EditConfigCommand extends CtlCommand {
    private static final String STANDARD_INPUT = "-";

    @Parameters(arity = "0..1", paramLabel = "CLUSTER_NAME")
    private Optional<String> cluster = Optional.empty();

    @Option(
            names = {"-q", "--quiet"},
            description = "Do not show changes")
    private boolean quiet;

    @Option(
            names = {"-s", "--set"},
            paramLabel = "TEXT",
            description = "Set specific configuration value. Can be specified multiple times")
    private List<String> settings = List.of();

    @Option(
            names = {"-p", "--pg"},
            paramLabel = "TEXT",
            description = "Set specific PostgreSQL parameter value. Shorthand for -s postgresql.parameters."
                    + " Can be specified multiple times")
    private List<String> parameters = List.of();

    @Option(names = "--apply", paramLabel = "TEXT", description = "Apply configuration from file. Use - for stdin.")
    private Optional<String> applied = Optional.empty();

    @Option(
            names = "--replace",
            paramLabel = "TEXT",
            description = "Apply configuration from file, replacing existing configuration. Use - for stdin.")
    private Optional<String> replacement = Optional.empty();

    @Option(names = "--force", description = "Do not ask for confirmation at any point")
    private boolean force;

    @Override
    void run(CtlSession session) {
        OpenCluster open = session.cluster(cluster);
        DynamicConfiguration before = open.read()
                .config()
                .orElseThrow(() -> new CtlError("The config key does not exist in the cluster " + open.name()));
        String textBefore = Yaml.write(before.raw(), Yaml.Order.SORTED);
        boolean interactive = replacement.isEmpty() && applied.isEmpty() && settings.isEmpty() && parameters.isEmpty();
        String edited = interactive ? editor(session).edit(textBefore, open.name()) : "";
        Mapping after = interactive ? parse(session, edited, "the edited text") : changed(session, before.raw());
        if (after.equals(before.raw())) {
            tell(session, List.of("Not changed"));
            return;
        }
        ParameterOpinion then = session.opinion(after);
        boolean perfect = then.wrong().isEmpty() && then.doubtful().isEmpty();
        ParameterOpinion now = perfect ? then : session.opinion(before.raw());
        refuseMistakes(before.raw(), after, added(now.wrong(), then.wrong()));
        warn(
                session,
                added(
                        DynamicConfigurationCheck.of(before.raw()).adjusted(),
                        DynamicConfigurationCheck.of(after).adjusted()));
        warn(session, added(now.doubtful(), then.doubtful()));
        String textAfter = interactive ? edited : Yaml.write(after, Yaml.Order.SORTED);
        tell(session, UnifiedDiff.lines(textBefore, textAfter));
        boolean inputIsUsed = applied.filter(STANDARD_INPUT::equals).isPresent()
                || replacement.filter(STANDARD_INPUT::equals).isPresent();
        if (inputIsUsed && !force) {
            session.terminal().echo("Use --force option to apply changes");
        } else if (force || session.terminal().confirm("Apply these changes?")) {
            write(session, open, after, before.revision());
        }
    }

    /** What was wrong before is no reason to refuse: this may be the way to mend it. */
    private static void refuseMistakes(Mapping before, Mapping after, List<String> byPostgres) {
        List<String> mistakes = new ArrayList<>(
                added(ControlledParameterCheck.withAllOthers(before), ControlledParameterCheck.withAllOthers(after)));
        mistakes.addAll(SlotSettings.newMistakes(before, after));
        mistakes.addAll(byPostgres);
        if (!mistakes.isEmpty()) {
            throw new CtlError("Nothing is changed: " + String.join("; ", mistakes));
        }
    }

    private static List<String> added(List<String> before, List<String> after) {
        return after.stream().filter(sentence -> !before.contains(sentence)).toList();
    }

    /** Patroni takes these, and so do we; the members use other values, which only their logs would tell. */
    private static void warn(CtlSession session, List<String> sentences) {
        sentences.forEach(sentence -> session.terminal().complain("Warning: " + sentence));
    }

    private void tell(CtlSession session, List<String> lines) {
        if (!quiet) {
            lines.forEach(session.terminal()::echo);
        }
    }

    private static Editor editor(CtlSession session) {
        return new Editor(session.variable("EDITOR"), session.variable("PATH").orElse(""));
    }

    private Mapping changed(CtlSession session, Mapping before) {
        Mapping base = replacement
                .map(file -> Mapping.empty().patchedWith(read(session, file)))
                .orElse(before);
        Mapping patched =
                applied.map(file -> base.patchedWith(read(session, file))).orElse(base);
        List<String> pairs = new ArrayList<>(settings);
        parameters.forEach(parameter -> pairs.add("postgresql.parameters." + parameter.stripLeading()));
        return ConfigChanges.apply(patched, pairs);
    }

    private static Mapping read(CtlSession session, String file) {
        if (file.equals(STANDARD_INPUT)) {
            return parse(session, session.terminal().readAll(), "standard input");
        }
        try {
            return parse(session, Files.readString(Path.of(file)), file);
        } catch (NoSuchFileException e) {
            throw new CtlError(file + " doesn't exist");
        } catch (IOException e) {
            throw new CtlError(file + " can't be read: " + e.getMessage());
        }
    }

    private static Mapping parse(CtlSession session, String text, String source) {
        try {
            Yaml.Document document = Yaml.read(text);
            if (document.value() instanceof Mapping mapping) {
                warn(
                        session,
                        document.repeated().stream()
                                .map(repeated -> source + ": " + repeated)
                                .toList());
                return mapping;
            }
            throw new CtlError(source + " isn't a configuration: a YAML mapping of keys to values is expected");
        } catch (MalformedDocument malformed) {
            throw new CtlError(String.valueOf(malformed.in(source).getMessage()));
        }
    }

    private static void write(CtlSession session, OpenCluster cluster, Mapping config, long expectedRevision) {
        switch (cluster.write(new PutConfig(config, OptionalLong.of(expectedRevision)))) {
            case Writing.Written _ -> session.terminal().echo("Configuration changed");
            case Writing.Refused _ -> throw new CtlError("Config modification aborted due to concurrent changes");
            case Writing.Unavailable(String why) ->
                throw new CtlError("The DCS didn't answer, the configuration may be changed or not: " + why);
        }
    }
}
