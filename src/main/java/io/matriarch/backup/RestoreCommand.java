package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.ArchivedWal;
import io.matriarch.archive.backup.BackupCatalog;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.cluster.Lsn;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.file.FileProblem;
import io.matriarch.time.IsoTime;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code matriarch restore}, also as Patroni's custom bootstrap and as an entry of create_replica_methods: 0 when it's done, 1 when it can't, 2 for wrong usage. */
@Command(name = "restore")
public final class RestoreCommand {
    private static final String SUMMARY =
            "Makes a data directory of a backup; started, the server recovers to the newest archived moment or to the target.";

    private static final Set<String> ACTIONS = Set.of("pause", "promote", "shutdown");

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(names = "--backup", paramLabel = "LABEL", description = "Which backup; by default the newest that will do")
    private Optional<String> label = Optional.empty();

    @Mixin
    private TargetOptions targets = new TargetOptions();

    @Option(
            names = "--target-action",
            paramLabel = "[promote|pause|shutdown]",
            description = "What the server does at the target; promote by default")
    private String action = "promote";

    @Option(
            names = "--tablespace-mapping",
            paramLabel = "OLD=NEW",
            description = "Where the tablespace goes that was at OLD; may be given several times")
    private Map<String, String> mapping = new LinkedHashMap<>();

    @Option(
            names = "--overwrite",
            paramLabel = "CLUSTER",
            description =
                    "Replace the data in the target and in the tablespaces; the cluster's name says that you mean it")
    private Optional<String> overwrite = Optional.empty();

    @Option(
            names = "--restore-command",
            paramLabel = "COMMAND",
            description = "What the server fetches WAL with; by default 'matriarch wal fetch' with this configuration")
    private Optional<String> restoreCommand = Optional.empty();

    @Option(
            names = "--from-scope",
            paramLabel = "NAME",
            description = "The cluster whose backups are meant, if it isn't that of the configuration")
    private Optional<String> fromScope = Optional.empty();

    @Option(names = "--scope", hidden = true, description = "The cluster's name, from the agent")
    private Optional<String> scope = Optional.empty();

    @Option(names = "--datadir", paramLabel = "DIR", description = "As TARGET_DIR, from the agent")
    private Optional<String> dataDirectory = Optional.empty();

    @Option(
            names = "--role",
            paramLabel = "replica",
            description = "From the agent, which configures a replica's recovery itself")
    private Optional<String> role = Optional.empty();

    @SuppressWarnings("UnusedVariable") // an agent says more than is needed here
    @Option(
            names = {"--connstring", "--no_leader", "--no_params", "--keep_data"},
            hidden = true,
            description = "")
    private Optional<String> ignored = Optional.empty();

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    @Parameters(arity = "0..1", paramLabel = "TARGET_DIR", description = "The data directory to be made")
    private Optional<String> directory = Optional.empty();

    private RestoreCommand() {}

    /** Returns the exit code. */
    public static int run(List<String> arguments) {
        RestoreCommand command = new RestoreCommand();
        return new Tool("matriarch restore", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        Optional<String> wrong = wrongUsage();
        if (wrong.isPresent()) {
            terminal.complain("Error: " + wrong.get());
            return Tool.WRONG_USAGE;
        }
        return BackupSession.run(
                options, terminal, session -> restore(fromScope.map(session::of).orElse(session), terminal));
    }

    private Optional<String> wrongUsage() {
        if (directory.isPresent() == dataDirectory.isPresent()) {
            return Optional.of("say where to: TARGET_DIR, or --datadir");
        }
        if (!ACTIONS.contains(action)) {
            return Optional.of("--target-action must be promote, pause or shutdown");
        }
        return targets.wrongUsage();
    }

    private int restore(BackupSession session, Terminal terminal) throws ArchiveException {
        requireScope(session);
        RecoveryTarget wanted = targets.target();
        Optional<String> timeline = targets.timeline();
        BackupCatalog catalog = session.catalog().of(session.onlyOne());
        BackupDescription backup = new BackupChoice(session, catalog).choose(label, wanted, timeline);
        lookAhead(session, backup, wanted, terminal);
        RestorePlan plan = RestorePlan.of(catalog.chain(backup), path(), mapping());
        Destination destination = Destination.of(plan);
        plan.requireSpace(destination.requireUsable(overwrite.isPresent()));
        Program programs =
                new Program(PostgresPrograms.of(session.configuration().postgresql()));
        if (plan.incremental()) {
            programs.require("pg_combinebackup");
        }
        boolean replica = role.filter("replica"::equals).isPresent();
        try {
            RecoveryFiles recovery = new RecoveryFiles(command(session), wanted, timeline, action);
            Progress progress = new Progress(
                    "restore of " + backup.label() + ":", plan.contentSize(), terminal.isScreen(), System.err);
            Restoration restoration =
                    new Restoration(session.repository(), programs, plan, destination, session.jobs(), progress);
            restoration.fill();
            if (replica) {
                // it finds this much without an archive; the rest comes from its primary
                restoration.addWal();
            }
            recovery.write(plan.target(), !replica);
            restoration.publish();
        } catch (IOException e) {
            throw new ArchiveException(
                    "the restore to " + plan.target() + " is not finished, and can't be started: "
                            + FileProblem.whereAndWhy(e),
                    e);
        }
        terminal.echo("The backup " + backup.label() + " (ended " + backup.stopped() + " at "
                + backup.wal().stop() + ", timeline " + backup.wal().timeline() + ") is restored to " + plan.target());
        return 0;
    }

    /** PostgreSQL would fetch all WAL, and then end: it promotes nobody before the target. */
    private static void lookAhead(
            BackupSession session, BackupDescription backup, RecoveryTarget target, Terminal terminal)
            throws ArchiveException {
        switch (target) {
            case RecoveryTarget.Position(Lsn lsn) -> {
                Optional<Lsn> end =
                        wal(session, backup).end(backup.wal().segmentSize()).filter(lsn::isAfter);
                if (end.isPresent()) {
                    throw new ArchiveException("--target-lsn: WAL is archived up to " + end.get()
                            + " only, nothing was changed; leave it out to recover as far as that");
                }
            }
            case RecoveryTarget.Time(OffsetDateTime moment) ->
                wal(session, backup)
                        .lastArchived()
                        .filter(moment.toInstant()::isAfter)
                        .ifPresent(last -> terminal.complain("Warning: the newest WAL was archived at "
                                + IsoTime.formatWithSpace(last.atOffset(moment.getOffset()))
                                + ", before --target-time. If no transaction ended after that time, the server says"
                                + " 'recovery ended before configured recovery target was reached' and stops: restore"
                                + " without --target-time then, which recovers as far as there is WAL"));
            case RecoveryTarget.Newest(),
                    RecoveryTarget.Immediate(),
                    RecoveryTarget.Name _,
                    RecoveryTarget.Transaction _ -> {}
        }
    }

    private static ArchivedWal wal(BackupSession session, BackupDescription backup) throws ArchiveException {
        return ArchivedWal.list(session.repository(), backup.name().systemIdentifier());
    }

    private void requireScope(BackupSession session) throws ArchiveException {
        String configured = session.configuration().scope();
        if (overwrite.filter(name -> !name.equals(configured)).isPresent()) {
            throw new ArchiveException("--overwrite names the cluster " + overwrite.get()
                    + ", but the configuration is of " + configured + ": nothing was changed");
        }
        if (scope.filter(name -> !name.equals(configured)).isPresent()) {
            throw new ArchiveException(
                    "--scope names the cluster " + scope.get() + ", but the configuration is of " + configured);
        }
    }

    private String command(BackupSession session) throws ArchiveException, IOException {
        if (restoreCommand.isPresent()) {
            return restoreCommand.get();
        }
        Path file = session.file()
                .orElseThrow(() -> new ArchiveException(
                        "the server must find the repository too: give the configuration as a file, with -c"));
        return RecoveryFiles.fetching(file, options.repository());
    }

    private Path path() throws ArchiveException {
        return path(directory.or(() -> dataDirectory).orElseThrow());
    }

    private Map<String, Path> mapping() throws ArchiveException {
        Map<String, Path> paths = new LinkedHashMap<>();
        for (Map.Entry<String, String> each : mapping.entrySet()) {
            paths.put(each.getKey(), path(each.getValue()));
        }
        return paths;
    }

    private static Path path(String text) throws ArchiveException {
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new ArchiveException("not a path: " + e.getMessage(), e);
        }
    }
}
