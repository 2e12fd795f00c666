package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.FileTree;
import io.matriarch.backup.Progress;
import io.matriarch.backup.RepositoryOptions;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code matriarch dump verify}: 0 when nothing is wrong, 1 when something is, 2 for wrong usage. */
@Command(name = "verify")
final class VerifyCommand {
    private static final String SUMMARY =
            "Proves that a dump, by default the newest, is whole: all objects are there and hold what was written, and"
                    + " pg_restore reads the tables of contents and finds each table that the database had, and its data.";

    /** The last words of pg_dumpall. */
    private static final String COMPLETE = "PostgreSQL database cluster dump complete";

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description = "Where tables of contents are put to be read; by default beside the data directory")
    private Optional<String> scratch = Optional.empty();

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    @Parameters(arity = "0..1", paramLabel = "LABEL", description = "Which dump; by default the newest")
    private Optional<String> label = Optional.empty();

    private VerifyCommand() {}

    static int run(List<String> arguments) {
        VerifyCommand command = new VerifyCommand();
        return new Tool("matriarch dump verify", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        if (scratch.filter(text -> !ServerPlace.isPath(text)).isPresent()) {
            terminal.complain("Error: --scratch isn't a path");
            return Tool.WRONG_USAGE;
        }
        return BackupSession.run(options, terminal, session -> verify(session, terminal));
    }

    private int verify(BackupSession session, Terminal terminal) throws ArchiveException {
        Dumps dumps = new Dumps(session);
        DumpCatalog catalog = dumps.readable();
        // the newest, whatever state it is in: that is the question
        DumpDescription dump = label.isPresent()
                ? dumps.find(catalog, label.get())
                : catalog.dumps().getLast();
        List<String> problems = dumps.missing(dump);
        if (problems.isEmpty()) {
            try (Scratch folder = Scratch.open(Scratch.place(session, scratch, "dump-verify"))) {
                problems = read(session, dump, folder, terminal);
            }
        }
        problems.forEach(problem -> terminal.complain("Error: " + problem));
        if (!problems.isEmpty()) {
            terminal.complain(dump.label() + " can't be trusted");
            return 1;
        }
        return 0;
    }

    private static List<String> read(BackupSession session, DumpDescription dump, Scratch folder, Terminal terminal)
            throws ArchiveException {
        ClientPrograms programs = new ClientPrograms(
                PostgresPrograms.of(session.configuration().postgresql()), Map.of(), folder.folder());
        programs.requireVersion("pg_restore", dump.clientVersion(), "the dump was made by pg_dump");
        StoredDump stored = new StoredDump(session.repository(), programs, folder.folder(), session.jobs());
        Progress progress =
                new Progress("dump " + dump.label() + ":", dump.contentSize(), terminal.isScreen(), System.err);
        List<String> problems = new ArrayList<>();
        try {
            if (!stored.globals(dump.globals()).contains(COMPLETE)) {
                problems.add(DumpDescription.GLOBALS + " doesn't end as pg_dumpall ends what it writes");
            }
        } catch (IOException e) {
            problems.add(FileProblem.whereAndWhy(e));
        }
        for (DumpedDatabase database : dump.databases()) {
            try {
                StoredDump.Extracted extracted = stored.extract(database, _ -> _ -> false, progress::advance);
                FileTree.delete(extracted.folder());
                extracted.withoutData().forEach(table -> problems.add("the data of " + table + " is missing"));
                extracted
                        .contents()
                        .lacking(database.tables().orElse(List.of()))
                        .forEach(table -> problems.add(
                                database.name() + ": the table " + table + " is missing, which the database had"));
                terminal.echo(dump.label() + ": " + database.name() + ": "
                        + extracted.contents().entries().size() + " entries, "
                        + extracted.contents().tables() + " tables");
            } catch (IOException | ArchiveException e) {
                problems.add(database.name() + ": " + e.getMessage());
            }
        }
        progress.end();
        return problems;
    }
}
