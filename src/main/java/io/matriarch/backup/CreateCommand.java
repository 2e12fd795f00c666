package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.ArchivedWal;
import io.matriarch.archive.backup.BackupCatalog;
import io.matriarch.archive.backup.BackupDescription;
import io.matriarch.archive.backup.BackupName;
import io.matriarch.archive.backup.BackupWriter;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.Addresses;
import io.matriarch.config.HostPort;
import io.matriarch.config.Units;
import io.matriarch.postgres.ReplicationProblem;
import io.matriarch.postgres.ReplicationStream;
import io.matriarch.postgres.WalSwitch;
import io.matriarch.time.Deadline;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code matriarch backup create}: 0 when there is a backup, 1 when there is none, 2 for wrong usage. */
@Command(name = "create")
final class CreateCommand {
    private static final String SUMMARY =
            "Makes a base backup: streamed from the server to the repository, without a copy on this machine.";

    private static final int INCREMENTAL_SINCE = 170_000;
    private static final int LEAST_RATE = 32;
    private static final int HIGHEST_RATE = 1_048_576;
    private static final int DEFAULT_PORT = 5432;
    private static final double MEGA = 1024 * 1024;
    private static final DateTimeFormatter LABEL = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final Duration POLL = Duration.ofSeconds(1);

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(names = "--label", paramLabel = "LABEL", description = "What the backup is called; by default the time")
    private Optional<String> label = Optional.empty();

    @Option(
            names = "--incremental",
            description = "Only what has changed since another backup; PostgreSQL 17 or later with summarize_wal")
    private boolean incremental;

    @Option(
            names = "--of",
            paramLabel = "LABEL",
            description = "The backup that an incremental one builds upon; by default the newest that can be restored")
    private Optional<String> parent = Optional.empty();

    @Option(
            names = "--max-rate",
            paramLabel = "RATE",
            description = "So much a second at most, such as 50MB; in kB without a unit")
    private Optional<String> rate = Optional.empty();

    @Option(
            names = "--from",
            paramLabel = "HOST:PORT",
            description = "Another server of the cluster than the local one")
    private Optional<String> from = Optional.empty();

    @Option(
            names = "--checkpoint",
            paramLabel = "[fast|spread]",
            description = "Whether the server begins at once, with a fast checkpoint (the default), or waits for one")
    private String checkpoint = "fast";

    @Option(
            names = "--wal-timeout",
            paramLabel = "TIME",
            description = "How long to wait for the archive to have the WAL of the backup; 10min by default")
    private String walTimeout = "10min";

    @Option(
            names = "--primary",
            paramLabel = "HOST:PORT",
            description = "Copying a standby: where to end the WAL segment, so that the backup is complete at once")
    private Optional<String> primary = Optional.empty();

    @Option(names = "--json", description = "Say in the end what was made as one line of JSON")
    private boolean json;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    private CreateCommand() {}

    static int run(List<String> arguments) {
        CreateCommand command = new CreateCommand();
        return new Tool("matriarch backup create", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        Optional<String> wrong = wrongUsage();
        if (wrong.isPresent()) {
            terminal.complain("Error: " + wrong.get());
            return Tool.WRONG_USAGE;
        }
        return BackupSession.run(options, terminal, session -> create(session, terminal));
    }

    private Optional<String> wrongUsage() {
        if (label.filter(given -> !BackupName.validLabel(given)).isPresent()) {
            return Optional.of("--label: at most 100 letters, digits and . _ + = -, and not 'latest'");
        }
        if (parent.isPresent() && !incremental) {
            return Optional.of("--of goes with --incremental");
        }
        if (rate.isPresent() && rate().isEmpty()) {
            return Optional.of("--max-rate must be from 32kB to 1GB");
        }
        if (from.isPresent() && source().isEmpty()) {
            return Optional.of("--from: '" + from.get() + "' isn't host:port");
        }
        if (primary.isPresent() && address(primary).isEmpty()) {
            return Optional.of("--primary: '" + primary.get() + "' isn't host:port");
        }
        if (!List.of("fast", "spread").contains(checkpoint)) {
            return Optional.of("--checkpoint must be fast or spread");
        }
        return Units.whole(walTimeout, "s").isEmpty()
                ? Optional.of("--wal-timeout must be a time such as 10min")
                : Optional.empty();
    }

    private Optional<Long> rate() {
        return rate.map(text -> Units.whole(text, "kB"))
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .filter(number -> number >= LEAST_RATE && number <= HIGHEST_RATE);
    }

    private Optional<HostPort> source() {
        return address(from);
    }

    private static Optional<HostPort> address(Optional<String> option) {
        return option.flatMap(text -> Addresses.parse(text, DEFAULT_PORT));
    }

    private int create(BackupSession session, Terminal terminal) throws ArchiveException {
        try (ReplicationStream server = ReplicationStream.open(
                session.configuration().postgresql(),
                source(),
                "matriarch backup",
                warning -> terminal.complain("PostgreSQL warns: " + warning))) {
            ServerFacts facts = ServerFacts.ask(server);
            String name =
                    label.orElseGet(() -> OffsetDateTime.now(ZoneOffset.UTC).format(LABEL));
            BaseBackup.Wish wish = new BaseBackup.Wish(
                    name,
                    session.configuration().scope(),
                    incremental ? Optional.of(parent(session, facts)) : Optional.empty(),
                    rate(),
                    checkpoint.equals("fast"));
            create(session, server, facts, wish, terminal);
            return 0;
        } catch (ReplicationProblem e) {
            throw new ArchiveException(String.valueOf(e.getMessage()), e);
        }
    }

    private void create(
            BackupSession session, ReplicationStream server, ServerFacts facts, BaseBackup.Wish wish, Terminal terminal)
            throws ArchiveException {
        try (BackupWriter writer = BackupWriter.begin(
                session.repository(),
                new BackupName(facts.systemIdentifier(), wish.label()),
                wish.parent().map(BackupDescription::label),
                session.jobs())) {
            terminal.complain("backup " + wish.label() + " of " + server.place() + " to "
                    + session.repository().store().place() + " begins");
            BackupDescription backup = new BaseBackup(server, facts, session.repository(), session.jobs())
                    .copy(
                            writer,
                            wish,
                            total -> new Progress(
                                    "backup " + wish.label() + ":", total, terminal.isScreen(), System.err));
            if (facts.standby()) {
                address(primary)
                        .flatMap(place ->
                                WalSwitch.at(place, session.configuration().postgresql()))
                        .ifPresent(problem -> terminal.complain(problem + "; the backup waits until that happens"));
            }
            awaitWal(session, facts, backup, terminal);
            writer.publish(backup);
            if (json) {
                terminal.echo(Json.compact(report(backup)));
                return;
            }
            terminal.echo(String.format(
                    Locale.ROOT,
                    "%s: %.1f MB of files in %.1f MB, WAL from %s to %s on timeline %d",
                    backup.label(),
                    backup.contentSize() / MEGA,
                    backup.storedSize() / MEGA,
                    backup.wal().start(),
                    backup.wal().stop(),
                    backup.wal().timeline()));
        }
    }

    private static Mapping report(BackupDescription backup) {
        return Mapping.empty()
                .with("job", backup.incremental() ? "incremental" : "base")
                .with("ok", true)
                .with("label", backup.label())
                .with("content_bytes", backup.contentSize())
                .with("stored_bytes", backup.storedSize())
                .with("timeline", backup.wal().timeline())
                .with("wal_start", backup.wal().start().toString())
                .with("wal_stop", backup.wal().stop().toString());
    }

    private BackupDescription parent(BackupSession session, ServerFacts facts) throws ArchiveException {
        if (facts.version() < INCREMENTAL_SINCE) {
            throw new ArchiveException("incremental backups need PostgreSQL 17 or later");
        }
        BackupCatalog catalog = session.catalog().of(facts.systemIdentifier());
        return session.backup(catalog, parent.orElse("latest"));
    }

    /** A backup without the WAL that was written meanwhile is none. */
    private void awaitWal(BackupSession session, ServerFacts facts, BackupDescription backup, Terminal terminal)
            throws ArchiveException {
        Duration patience = Duration.ofSeconds(Units.whole(walTimeout, "s").orElseThrow());
        Deadline deadline = Deadline.after(patience);
        List<String> missing = new ArrayList<>(backup.wal().segments());
        boolean told = false;
        while (true) {
            while (!missing.isEmpty()
                    && ArchivedWal.holds(session.repository(), backup.name().systemIdentifier(), missing.getFirst())) {
                missing.removeFirst();
            }
            if (missing.isEmpty()) {
                return;
            }
            if (!told) {
                terminal.complain("waits for the archive to have the WAL of the backup, from " + missing.getFirst());
                told = true;
            }
            if (deadline.expired()) {
                throw new ArchiveException("no backup was made: the repository still lacks the WAL segment "
                        + missing.getFirst() + " after " + patience.toSeconds() + " seconds; "
                        + (facts.standby()
                                ? "the primary archives it when the segment is full, or after archive_timeout"
                                : "check archive_mode and archive_command, and PostgreSQL's log"));
            }
            Pause.of(POLL);
        }
    }
}
