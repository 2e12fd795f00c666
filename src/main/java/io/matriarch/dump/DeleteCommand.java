package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.RepositoryOptions;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code matriarch dump delete}: 0 when it's gone, 1 when it isn't, 2 for wrong usage. */
@Command(name = "delete")
final class DeleteCommand {
    private static final String SUMMARY = "Removes one dump.";

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(names = "--force", description = "Also the last dump")
    private boolean force;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    @Parameters(arity = "1", paramLabel = "LABEL", description = "Which dump")
    private String label = "";

    private DeleteCommand() {}

    static int run(List<String> arguments) {
        DeleteCommand command = new DeleteCommand();
        return new Tool("matriarch dump delete", SUMMARY)
                .run(
                        command,
                        arguments,
                        terminal -> BackupSession.run(
                                command.options, terminal, session -> command.delete(session, terminal)));
    }

    private int delete(BackupSession session, Terminal terminal) throws ArchiveException {
        Dumps dumps = new Dumps(session);
        DumpCatalog catalog = dumps.catalog().of(dumps.systemIdentifier());
        if (label.equals("latest")) {
            throw new ArchiveException("say the label of the dump: 'latest' may be another one tomorrow");
        }
        DumpDescription dump = dumps.find(catalog, label);
        if (catalog.dumps().size() == 1 && !force) {
            throw new ArchiveException(
                    label + " is the only dump of the cluster: make another one first, or say --force");
        }
        new DumpExpiry(session.repository(), dump.name().systemIdentifier(), false, terminal::echo).delete(dump);
        return 0;
    }
}
