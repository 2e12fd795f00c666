package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.BackupCatalog;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.Verification;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.PostgresPrograms;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code matriarch backup verify}: 0 when nothing is wrong, 1 when something is, 2 for wrong usage. */
@Command(name = "verify")
final class VerifyCommand {
    private static final String SUMMARY =
            "Proves that a backup can be restored, by default the newest; each level includes those before it.";

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(
            names = "--level",
            paramLabel = "[objects|checksums|wal|start|query]",
            description =
                    "Objects are there; they hold what was written; no gap in the WAL; it starts; it answers. By default wal")
    private String level = "wal";

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description = "Where the levels start and query restore to; by default beside the data directory")
    private Optional<String> scratch = Optional.empty();

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    @Parameters(arity = "0..1", paramLabel = "LABEL", description = "Which backup; by default the newest")
    private Optional<String> label = Optional.empty();

    private VerifyCommand() {}

    static int run(List<String> arguments) {
        VerifyCommand command = new VerifyCommand();
        return new Tool("matriarch backup verify", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        Optional<VerifyLevel> wanted = VerifyLevel.of(level);
        if (wanted.isEmpty()) {
            terminal.complain("Error: --level must be objects, checksums, wal, start or query");
            return Tool.WRONG_USAGE;
        }
        return BackupSession.run(options, terminal, session -> verify(session, wanted.get(), terminal));
    }

    private int verify(BackupSession session, VerifyLevel wanted, Terminal terminal) throws ArchiveException {
        BackupCatalog catalog = session.catalog().of(session.systemIdentifier());
        BackupDescription backup = backup(session, catalog);
        List<BackupDescription> chain = catalog.chain(backup);
        Verification verification = new Verification(session.repository(), chain, session.jobs());
        for (VerifyLevel level : VerifyLevel.values()) {
            if (!wanted.includes(level) || (level == VerifyLevel.START && wanted != VerifyLevel.START)) {
                // the query includes the start
                continue;
            }
            List<String> problems = problems(session, verification, chain, level, terminal);
            if (!problems.isEmpty()) {
                problems.forEach(problem -> terminal.complain("Error: " + problem));
                terminal.complain(backup.label() + " fails at the level " + level.word());
                return 1;
            }
            terminal.echo(backup.label() + ": " + level.word() + ": " + level.meaning());
        }
        return 0;
    }

    /** The newest, whatever state it is in: that is the question. */
    private BackupDescription backup(BackupSession session, BackupCatalog catalog) throws ArchiveException {
        return label.isPresent() || catalog.backups().isEmpty()
                ? session.backup(catalog, label.orElse("latest"))
                : catalog.backups().getLast();
    }

    private List<String> problems(
            BackupSession session,
            Verification verification,
            List<BackupDescription> chain,
            VerifyLevel level,
            Terminal terminal)
            throws ArchiveException {
        return switch (level) {
            case OBJECTS -> verification.objects();
            case CHECKSUMS -> {
                long total =
                        chain.stream().mapToLong(BackupDescription::storedSize).sum();
                Progress progress = new Progress("checksums:", total, terminal.isScreen(), System.err);
                List<String> problems = verification.checksums(progress::advance);
                progress.end();
                yield problems;
            }
            case WAL -> verification.wal();
            case START, QUERY -> trial(session, terminal).run(chain, level == VerifyLevel.QUERY);
        };
    }

    private Trial trial(BackupSession session, Terminal terminal) {
        Path data = session.configuration().postgresql().dataDirectory().toAbsolutePath();
        Path place = scratch.map(text -> Path.of(text).toAbsolutePath())
                .orElseGet(() -> data.resolveSibling(data.getFileName() + ".matriarch-verify"));
        return new Trial(
                session.repository(),
                new Program(PostgresPrograms.of(session.configuration().postgresql())),
                place,
                session.configuration().postgresql().superuser().username().orElse("postgres"),
                session.jobs(),
                terminal.isScreen());
    }
}
