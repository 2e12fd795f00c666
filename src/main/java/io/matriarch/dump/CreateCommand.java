package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.BackupName;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.RepositoryOptions;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.DumpSettings;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.config.PostgresSettings;
import io.matriarch.file.FileProblem;
import io.matriarch.postgres.ServerAccess;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code matriarch dump create}: 0 when there is a dump, 1 when there is none, 2 for wrong usage. */
@Command(name = "create")
final class CreateCommand {
    private static final String SUMMARY =
            "Dumps databases by pg_dump, and the roles by pg_dumpall, into the repository; by default those of"
                    + " backup.dump.databases, else all.";

    private static final double MEGA = 1024 * 1024;
    private static final DateTimeFormatter LABEL = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(
            names = {"-d", "--database"},
            paramLabel = "DB",
            description = "Dump this database; may be given several times")
    private List<String> databases = new ArrayList<>();

    @Option(names = "--all", description = "Dump all databases, whatever the configuration says")
    private boolean all;

    @Option(
            names = "--exclude",
            paramLabel = "DB",
            description = "Don't dump this database; may be given several times")
    private List<String> excluded = new ArrayList<>();

    @Option(names = "--label", paramLabel = "LABEL", description = "What the dump is called; by default the time")
    private Optional<String> label = Optional.empty();

    @Option(
            names = "--from",
            paramLabel = "HOST:PORT",
            description = "Another server of the cluster than the local one; or FOLDER:PORT of a socket")
    private Optional<String> from = Optional.empty();

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description = "Where pg_dump writes to, with room for the largest database; by default beside the data"
                    + " directory")
    private Optional<String> scratch = Optional.empty();

    @Option(names = "--json", description = "End with a line of JSON that tells how it went")
    private boolean json;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    private CreateCommand() {}

    static int run(List<String> arguments) {
        CreateCommand command = new CreateCommand();
        return new Tool("matriarch dump create", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        Optional<String> wrong = wrongUsage();
        if (wrong.isPresent()) {
            terminal.complain("Error: " + wrong.get());
            return Tool.WRONG_USAGE;
        }
        DumpReport report = new DumpReport("dump");
        int code = BackupSession.run(options, terminal, report::problem, session -> create(session, report, terminal));
        return report.end(json, code, terminal);
    }

    private Optional<String> wrongUsage() {
        if (label.filter(given -> !BackupName.validLabel(given)).isPresent()) {
            return Optional.of("--label: at most 100 letters, digits and . _ + = -, and not 'latest'");
        }
        if (all && !databases.isEmpty()) {
            return Optional.of("--all and --database exclude each other");
        }
        if (scratch.filter(text -> !ServerPlace.isPath(text)).isPresent()) {
            return Optional.of("--scratch isn't a path");
        }
        return from.isPresent() && ServerPlace.parse(from.get()).isEmpty()
                ? Optional.of("--from: '" + from.get() + "' isn't host:port")
                : Optional.empty();
    }

    private int create(BackupSession session, DumpReport report, Terminal terminal) throws ArchiveException {
        String name = label.orElseGet(() -> OffsetDateTime.now(ZoneOffset.UTC).format(LABEL));
        report.label(name);
        PostgresSettings settings = session.configuration().postgresql();
        DatabaseChoice choice = new DatabaseChoice(
                databases,
                all,
                excluded,
                DumpSettings.of(session.configuration()).databases());
        try (Scratch folder = Scratch.open(Scratch.place(session, scratch, "dump"));
                ServerAccess server = ServerAccess.open(settings, from.flatMap(ServerPlace::parse), folder.folder())) {
            ClientPrograms programs =
                    new ClientPrograms(PostgresPrograms.of(settings), server.environment(), folder.folder());
            DumpDescription dump = new Dumping(
                            session.repository(), server, programs, folder.folder(), session.jobs(), terminal)
                    .create(new Dumping.Wish(name, session.configuration().scope(), choice));
            report.databases(dump.databaseNames());
            report.sizes(dump.storedSize(), dump.contentSize());
            terminal.echo(String.format(
                    Locale.ROOT,
                    "%s: %s: %.1f MB in %.1f MB",
                    dump.label(),
                    String.join(", ", dump.databaseNames()),
                    dump.contentSize() / MEGA,
                    dump.storedSize() / MEGA));
            return 0;
        } catch (IOException e) {
            throw new ArchiveException("no dump was made: " + FileProblem.whereAndWhy(e), e);
        }
    }
}
