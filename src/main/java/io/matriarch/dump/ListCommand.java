package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.CellTexts;
import io.matriarch.backup.RepositoryOptions;
import io.matriarch.cli.Listing;
import io.matriarch.cli.OutputFormat;
import io.matriarch.cli.Table.Column;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code matriarch dump list}: 0, 1 when the repository can't be read, 2 for wrong usage. */
@Command(name = "list")
final class ListCommand {
    private static final String SUMMARY = "Shows the dumps of the cluster, and whether anything is missing.";
    private static final int PER_MAJOR = 10_000;
    private static final List<String> KEYS = List.of(
            "Label",
            "Databases",
            "Started",
            "Ended",
            "Size",
            "Stored",
            "Size bytes",
            "Stored bytes",
            "PostgreSQL",
            "System identifier",
            "Complete");
    private static final Set<String> NUMBERS = Set.of("Size", "Stored", "Size bytes", "Stored bytes", "PostgreSQL");

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(
            names = {"-f", "--format"},
            paramLabel = "[pretty|tsv|json|yaml|yml]",
            description = "Output format")
    private OutputFormat format = OutputFormat.PRETTY;

    @Option(names = "--json", description = "The same as --format json")
    private boolean json;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    private ListCommand() {}

    static int run(List<String> arguments) {
        ListCommand command = new ListCommand();
        return new Tool("matriarch dump list", SUMMARY)
                .run(
                        command,
                        arguments,
                        terminal -> BackupSession.run(
                                command.options, terminal, session -> command.list(new Dumps(session), terminal)));
    }

    private int list(Dumps dumps, Terminal terminal) throws ArchiveException {
        DumpCatalog catalog = dumps.catalog();
        List<List<Value>> rows = new ArrayList<>();
        for (DumpDescription dump : catalog.dumps()) {
            rows.add(row(dump, dumps.missing(dump)));
        }
        Listing listing = new Listing(
                " Dumps of " + dumps.session().configuration().scope() + " in "
                        + dumps.session().repository().name() + " ",
                KEYS,
                KEYS.stream().map(key -> new Column(key, NUMBERS.contains(key))).toList(),
                rows,
                Set.of("Started", "Size bytes", "Stored bytes", "System identifier"));
        terminal.echo(listing.render(json ? OutputFormat.JSON : format));
        catalog.unreadable().forEach(problem -> terminal.complain("Error: " + problem));
        return catalog.unreadable().isEmpty() ? 0 : 1;
    }

    private static List<Value> row(DumpDescription dump, List<String> problems) {
        return List.of(
                Value.of(dump.label()),
                Value.of(String.join(", ", dump.databaseNames())),
                Value.of(CellTexts.seconds(dump.started())),
                Value.of(CellTexts.seconds(dump.stopped())),
                Value.of(CellTexts.megabytes(dump.contentSize())),
                Value.of(CellTexts.megabytes(dump.storedSize())),
                Value.of(dump.contentSize()),
                Value.of(dump.storedSize()),
                Value.of((long) dump.postgresVersion() / PER_MAJOR),
                Value.of(dump.name().systemIdentifier()),
                Value.of(CellTexts.restorable(problems)));
    }
}
