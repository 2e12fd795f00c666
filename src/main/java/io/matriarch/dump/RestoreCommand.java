package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.Progress;
import io.matriarch.backup.RepositoryOptions;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.config.PostgresSettings;
import io.matriarch.file.FileProblem;
import io.matriarch.postgres.ServerAccess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code matriarch dump restore}: 0 when all is restored, 1 when it isn't, 2 for wrong usage. */
@Command(name = "restore")
final class RestoreCommand {
    private static final String SUMMARY =
            "Restores a database of a dump, or tables of it with their indexes, constraints, triggers and own sequences.";

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(
            names = {"-d", "--database"},
            paramLabel = "DB",
            description = "Which database of the dump")
    private Optional<String> database = Optional.empty();

    @Option(
            names = {"-t", "--table"},
            paramLabel = "SCHEMA.TABLE",
            description = "Only this table, without quotes; may be given several times")
    private List<String> tables = new ArrayList<>();

    @Option(
            names = "--into",
            paramLabel = "NEWDB",
            description = "The target database; by default that of the same name")
    private Optional<String> into = Optional.empty();

    @Option(
            names = "--target",
            paramLabel = "HOST:PORT",
            description = "Another server than the configuration's; or FOLDER:PORT of a socket. The user is the same")
    private Optional<String> place = Optional.empty();

    @Option(
            names = "--globals",
            description = "Make the roles and tablespaces that aren't there; alone, restore nothing else")
    private boolean globals;

    @Option(names = "--create", description = "Create the target database")
    private boolean create;

    @Option(
            names = "--clean",
            paramLabel = "DB",
            description = "Drop what is in the way first; the target database's name says that you mean it. With"
                    + " --create the whole database")
    private Optional<String> clean = Optional.empty();

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description =
                    "Where the dump is unpacked, with room for the database; by default beside the data directory")
    private Optional<String> scratch = Optional.empty();

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    @Parameters(arity = "1", paramLabel = "LABEL", description = "Which dump, or 'latest'")
    private String label = "";

    private RestoreCommand() {}

    static int run(List<String> arguments) {
        RestoreCommand command = new RestoreCommand();
        return new Tool("matriarch dump restore", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        Optional<String> wrong = wrongUsage();
        if (wrong.isPresent()) {
            terminal.complain("Error: " + wrong.get());
            return Tool.WRONG_USAGE;
        }
        return BackupSession.run(options, terminal, session -> restore(session, terminal));
    }

    private Optional<String> wrongUsage() {
        if (database.isEmpty() && (!globals || !tables.isEmpty() || into.isPresent() || create || clean.isPresent())) {
            return Optional.of("say which --database; only --globals can do without");
        }
        for (String table : tables) {
            if (TableName.parse(table).isEmpty()) {
                return Optional.of("--table: '" + table + "' isn't SCHEMA.TABLE");
            }
        }
        if (place.isPresent() && ServerPlace.parse(place.get()).isEmpty()) {
            return Optional.of("--target: '" + place.get() + "' isn't host:port");
        }
        if (clean.isPresent() && !clean.equals(into.or(() -> database))) {
            return Optional.of("--clean names the database " + clean.get() + ", and the target is "
                    + into.or(() -> database).orElse("") + ": nothing was changed");
        }
        return scratch.filter(text -> !ServerPlace.isPath(text)).isPresent()
                ? Optional.of("--scratch isn't a path")
                : Optional.empty();
    }

    private int restore(BackupSession session, Terminal terminal) throws ArchiveException {
        Dumps dumps = new Dumps(session);
        DumpDescription dump = dumps.find(dumps.readable(), label);
        List<String> missing = dumps.missing(dump);
        if (!missing.isEmpty()) {
            throw new ArchiveException("the dump " + dump.label() + " can't be restored: " + missing.getFirst());
        }
        Optional<DumpRestoration.Wish> wish =
                database.isPresent() ? Optional.of(wish(dump, database.get())) : Optional.empty();
        PostgresSettings settings = session.configuration().postgresql();
        try (Scratch folder = Scratch.open(Scratch.place(session, scratch, "dump-restore"));
                ServerAccess server = ServerAccess.open(settings, place.flatMap(ServerPlace::parse), folder.folder())) {
            ClientPrograms programs =
                    new ClientPrograms(PostgresPrograms.of(settings), server.environment(), folder.folder());
            StoredDump stored = new StoredDump(session.repository(), programs, folder.folder(), session.jobs());
            DumpRestoration restoration = new DumpRestoration(server, stored, terminal);
            if (wish.isPresent()) {
                programs.requireVersion("pg_restore", dump.clientVersion(), "the dump was made by pg_dump");
                restore(restoration, stored, dump, wish.get(), session.jobs(), terminal);
            } else {
                restoration.addGlobals(dump);
            }
            return 0;
        } catch (IOException e) {
            throw new ArchiveException(
                    "the dump " + dump.label() + " isn't restored: " + FileProblem.whereAndWhy(e), e);
        }
    }

    private DumpRestoration.Wish wish(DumpDescription dump, String name) throws ArchiveException {
        DumpedDatabase dumped = dump.database(name)
                .orElseThrow(() -> new ArchiveException("the dump " + dump.label() + " has no database " + name
                        + ", only " + String.join(", ", dump.databaseNames())));
        return new DumpRestoration.Wish(
                dumped,
                tables.stream()
                        .flatMap(table -> TableName.parse(table).stream())
                        .toList(),
                into.orElse(name),
                create,
                clean.isPresent());
    }

    private void restore(
            DumpRestoration restoration,
            StoredDump stored,
            DumpDescription dump,
            DumpRestoration.Wish wish,
            int jobs,
            Terminal terminal)
            throws ArchiveException, IOException {
        restoration.requireRoom(wish);
        Progress progress = new Progress(
                "dump " + dump.label() + ":", wish.database().archive().contentSize(), terminal.isScreen(), System.err);
        List<TableOfContents> selected = new ArrayList<>();
        StoredDump.Extracted extracted = stored.extract(
                wish.database(),
                contents -> {
                    if (wish.tables().isEmpty()) {
                        return StoredDump.Wanted.all();
                    }
                    selected.add(restoration.select(contents, wish));
                    return StoredDump.Wanted.data(selected.getFirst());
                },
                progress::advance);
        progress.end();
        if (globals) {
            restoration.addGlobals(dump);
        }
        restoration.restore(wish, extracted, selected.stream().findFirst(), jobs);
        String what = wish.tables().isEmpty()
                ? "the database " + wish.database().name()
                : String.join(", ", tables) + " of " + wish.database().name();
        terminal.echo("The dump " + dump.label() + " (ended " + dump.stopped() + "): " + what + " is restored into "
                + wish.into());
    }
}
