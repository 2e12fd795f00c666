package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.BackupCatalog;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.BackupState;
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

/** {@code matriarch backup list}: 0, 1 when the repository can't be read, 2 for wrong usage. */
@Command(name = "list")
final class ListCommand {
    private static final String SUMMARY = "Shows the backups of the cluster, and whether they can be restored.";

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(
            names = {"-f", "--format"},
            paramLabel = "[pretty|tsv|json|yaml|yml]",
            description = "Output format")
    private OutputFormat format = OutputFormat.PRETTY;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    private ListCommand() {}

    static int run(List<String> arguments) {
        ListCommand command = new ListCommand();
        return new Tool("matriarch backup list", SUMMARY)
                .run(
                        command,
                        arguments,
                        terminal -> BackupSession.run(
                                command.options, terminal, session -> command.list(session, terminal)));
    }

    private int list(BackupSession session, Terminal terminal) throws ArchiveException {
        BackupCatalog catalog = session.catalog();
        BackupState state = new BackupState(session.repository(), catalog);
        List<List<Value>> rows = new ArrayList<>();
        for (BackupDescription backup : catalog.backups()) {
            rows.add(row(backup, state.problems(backup)));
        }
        terminal.echo(listing(session, rows).render(format));
        catalog.unreadable().forEach(problem -> terminal.complain("Error: " + problem));
        return catalog.unreadable().isEmpty() ? 0 : 1;
    }

    private static List<Value> row(BackupDescription backup, List<String> problems) {
        return List.of(
                Value.of(backup.label()),
                Value.of(backup.incremental() ? "incremental" : "full"),
                Value.of(backup.parent().orElse("")),
                Value.of(CellTexts.seconds(backup.started())),
                Value.of(CellTexts.seconds(backup.stopped())),
                Value.of(CellTexts.megabytes(backup.contentSize())),
                Value.of(CellTexts.megabytes(backup.storedSize())),
                Value.of(backup.contentSize()),
                Value.of(backup.storedSize()),
                Value.of(backup.wal().timeline()),
                Value.of(backup.wal().start().toString()),
                Value.of(backup.wal().stop().toString()),
                Value.of(backup.name().systemIdentifier()),
                Value.of(CellTexts.restorable(problems)));
    }

    private static Listing listing(BackupSession session, List<List<Value>> rows) {
        return new Listing(
                " Backups of " + session.configuration().scope() + " in "
                        + session.repository().name() + " ",
                List.of(
                        "Label",
                        "Type",
                        "Parent",
                        "Started",
                        "Ended",
                        "Size",
                        "Stored",
                        "Size bytes",
                        "Stored bytes",
                        "TL",
                        "WAL from",
                        "WAL to",
                        "System identifier",
                        "Restorable"),
                List.of(
                        Column.left("Label"),
                        Column.left("Type"),
                        Column.left("Parent"),
                        Column.left("Started"),
                        Column.left("Ended"),
                        Column.right("Size"),
                        Column.right("Stored"),
                        Column.right("Size bytes"),
                        Column.right("Stored bytes"),
                        Column.right("TL"),
                        Column.left("WAL from"),
                        Column.left("WAL to"),
                        Column.left("System identifier"),
                        Column.left("Restorable")),
                rows,
                Set.of("Started", "Size bytes", "Stored bytes", "System identifier"));
    }
}
