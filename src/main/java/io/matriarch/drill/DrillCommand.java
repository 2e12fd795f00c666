package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.BackupCatalog;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.BackupState;
import io.matriarch.backup.BackupChoice;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.Program;
import io.matriarch.backup.RecoveryFiles;
import io.matriarch.backup.RecoveryTarget;
import io.matriarch.backup.RepositoryOptions;
import io.matriarch.backup.TargetOptions;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.DrillSettings;
import io.matriarch.config.PostgresPrograms;
import io.matriarch.config.Units;
import io.matriarch.dump.NewestDump;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code matriarch drill}: 0 when all is well, 1 when something is wrong, 2 for wrong usage. */
@Command(name = "drill")
public final class DrillCommand {
    private static final String SUMMARY = "Restores the newest backup to a scratch folder, recovers it from the"
            + " archived WAL, looks for what must be in it, and removes it. The checks are those of backup.drill.";

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(names = "--backup", paramLabel = "LABEL", description = "Which backup; by default the newest")
    private Optional<String> label = Optional.empty();

    @Mixin
    private TargetOptions targets = new TargetOptions();

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description = "Where to restore to; by default backup.drill.scratch, or beside the data directory")
    private Optional<String> scratch = Optional.empty();

    @Option(
            names = "--max-disk",
            paramLabel = "SIZE",
            description = "So much may be written at most, such as 200GB; by default backup.drill.max_disk")
    private Optional<String> maxDisk = Optional.empty();

    @Option(
            names = "--restore-command",
            paramLabel = "COMMAND",
            description = "What the server fetches WAL with; by default 'matriarch wal fetch' with this configuration")
    private Optional<String> restoreCommand = Optional.empty();

    @Option(
            names = "--require-backup",
            description = "It's a failure when there is no base backup, also when there are dumps")
    private boolean backupRequired;

    @Option(names = "--json", description = "The last line of the output is the result as a JSON object")
    private boolean json;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    private DrillCommand() {}

    /** Returns the exit code. Interrupted, it removes everything and fails. */
    public static int run(List<String> arguments) {
        DrillCommand command = new DrillCommand();
        return new Tool("matriarch drill", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        Instant started = Instant.now();
        Optional<String> wrong = wrongUsage();
        if (wrong.isPresent()) {
            terminal.complain("Error: " + wrong.get());
            return Tool.WRONG_USAGE;
        }
        return BackupSession.run(
                options, terminal, reason -> tell(Report.impossible(started, reason), terminal), session -> {
                    Report report = drill(session, terminal);
                    report.trouble().forEach(trouble -> terminal.complain("Error: " + trouble));
                    tell(report, terminal);
                    return report.ok() ? 0 : 1;
                });
    }

    private Optional<String> wrongUsage() {
        if (maxDisk.isPresent() && maxDisk().isEmpty()) {
            return Optional.of("--max-disk must be a size such as 200GB");
        }
        return targets.wrongUsage();
    }

    private Optional<Long> maxDisk() {
        return maxDisk.map(text -> Units.whole(text, "B"))
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .filter(bytes -> bytes > 0);
    }

    private Report drill(BackupSession session, Terminal terminal) throws ArchiveException {
        DrillSettings settings = DrillSettings.of(session.configuration());
        boolean onlyDumps = onlyDumps(session);
        Optional<DrillRequest> planned = onlyDumps ? Optional.empty() : Optional.of(request(session, settings));
        new LowPriority().take().forEach(terminal::complain);
        Program programs =
                new Program(PostgresPrograms.of(session.configuration().postgresql()));
        Steps steps = new Steps(result -> terminal.echo(result.line()));
        if (planned.isEmpty()) {
            return new OnlyDumps(session, settings, programs, steps)
                    .run(place(session, settings), maxDisk.isPresent() ? maxDisk() : settings.maxDisk());
        }
        DrillRequest request = planned.get();
        return new Drill(session, settings, programs, request, terminal.isScreen(), steps).run();
    }

    /** Whether this cluster has dumps, and nobody wants base backups of it. */
    private boolean onlyDumps(BackupSession session) throws ArchiveException {
        boolean backupWanted = backupRequired || label.isPresent() || targets.given();
        if (backupWanted) {
            return false;
        }
        BackupCatalog catalog = session.catalog();
        Optional<String> identifier = session.givenIdentifier().or(session::localIdentifier);
        BackupCatalog own = identifier.isPresent() ? catalog.of(identifier.get()) : catalog;
        return own.backups().isEmpty() && NewestDump.any(session);
    }

    private DrillRequest request(BackupSession session, DrillSettings settings) throws ArchiveException {
        RecoveryTarget target = targets.target();
        Optional<String> timeline = targets.timeline();
        BackupCatalog catalog = session.catalog().of(session.systemIdentifier());
        BackupDescription backup = new BackupChoice(session, catalog).newest(label, target, timeline);
        return new DrillRequest(
                catalog.chain(backup),
                new BackupState(session.repository(), catalog).problems(backup),
                target,
                timeline,
                place(session, settings),
                maxDisk.isPresent() ? maxDisk() : settings.maxDisk(),
                command(session));
    }

    private Path place(BackupSession session, DrillSettings settings) throws ArchiveException {
        Path data = session.configuration().postgresql().dataDirectory().toAbsolutePath();
        try {
            return scratch.map(Path::of)
                    .or(settings::scratch)
                    .orElseGet(() -> data.resolveSibling(data.getFileName() + ".matriarch-drill"))
                    .toAbsolutePath()
                    .normalize();
        } catch (InvalidPathException e) {
            throw new ArchiveException("--scratch: not a path: " + e.getMessage(), e);
        }
    }

    private String command(BackupSession session) throws ArchiveException {
        if (restoreCommand.isPresent()) {
            return restoreCommand.get();
        }
        Path file = session.file()
                .orElseThrow(() -> new ArchiveException(
                        "the server must find the repository too: give the configuration as a file, with -c"));
        try {
            return RecoveryFiles.fetching(file, options.repository());
        } catch (IOException e) {
            throw new ArchiveException("can't tell the server how to fetch WAL: " + e.getMessage(), e);
        }
    }

    private void tell(Report report, Terminal terminal) {
        terminal.echo(report.summary());
        if (json) {
            terminal.echo(report.json());
        }
    }
}
