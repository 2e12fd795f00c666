package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.BackupCatalog;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.Expiry;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code matriarch backup delete}: 0 when it's gone, 1 when it isn't, 2 for wrong usage. */
@Command(name = "delete")
final class DeleteCommand {
    private static final String SUMMARY = "Removes one backup; its WAL stays until 'matriarch backup expire'.";

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(
            names = "--force",
            description =
                    "Also the last backup, and a backup that incremental ones build upon: these can't be restored any more then")
    private boolean force;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    @Parameters(arity = "1", paramLabel = "LABEL", description = "Which backup")
    private String label = "";

    private DeleteCommand() {}

    static int run(List<String> arguments) {
        DeleteCommand command = new DeleteCommand();
        return new Tool("matriarch backup delete", SUMMARY)
                .run(
                        command,
                        arguments,
                        terminal -> BackupSession.run(
                                command.options, terminal, session -> command.delete(session, terminal)));
    }

    private int delete(BackupSession session, Terminal terminal) throws ArchiveException {
        BackupCatalog catalog = session.catalog().of(session.systemIdentifier());
        if (label.equals("latest")) {
            throw new ArchiveException("say the label of the backup: 'latest' may be another one tomorrow");
        }
        BackupDescription backup = session.backup(catalog, label);
        List<BackupDescription> children = catalog.children(backup);
        if (!children.isEmpty() && !force) {
            throw new ArchiveException("incremental backups build upon " + label + " ("
                    + children.stream().map(BackupDescription::label).collect(Collectors.joining(", "))
                    + "): remove these first, or say --force");
        }
        if (catalog.backups().size() == 1 && !force) {
            throw new ArchiveException(
                    label + " is the only backup of the cluster: make another one first, or say --force");
        }
        new Expiry(session.repository(), backup.name().systemIdentifier(), false, terminal::echo).delete(backup);
        return 0;
    }
}
