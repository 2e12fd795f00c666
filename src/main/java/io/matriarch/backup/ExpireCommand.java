package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.Expiry;
import io.matriarch.archive.backup.RetentionRule;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.RetentionSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code matriarch backup expire}: 0, 1 when it couldn't do all, 2 for wrong usage. */
@Command(name = "expire")
final class ExpireCommand {
    private static final String SUMMARY =
            "Removes backups and WAL that no rule keeps, and what killed backups left behind. By default the rules are those of backup.retention.";

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(names = "--keep-count", paramLabel = "N", description = "Keep the newest N backups that can be restored")
    private Optional<Integer> count = Optional.empty();

    @Option(names = "--keep-days", paramLabel = "D", description = "Keep the backups of the last D days")
    private Optional<Integer> days = Optional.empty();

    @Option(
            names = "--keep-wal-days",
            paramLabel = "D",
            description =
                    "Keep what a restore to any moment of the last D days needs; without it all WAL since the oldest kept backup")
    private Optional<Integer> walDays = Optional.empty();

    @Option(names = "--dry-run", description = "Only say what would be removed")
    private boolean dryRun;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    private ExpireCommand() {}

    static int run(List<String> arguments) {
        ExpireCommand command = new ExpireCommand();
        return new Tool("matriarch backup expire", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        if (count.filter(number -> number < 1).isPresent()
                || days.filter(number -> number < 0).isPresent()
                || walDays.filter(number -> number < 0).isPresent()) {
            terminal.complain("Error: --keep-count must be at least 1, and days can't be negative");
            return Tool.WRONG_USAGE;
        }
        return BackupSession.run(options, terminal, session -> expire(session, terminal));
    }

    private int expire(BackupSession session, Terminal terminal) throws ArchiveException {
        RetentionSettings settings = RetentionSettings.of(session.configuration());
        // one rule on the command line replaces all of the configuration, so that nothing else decides
        boolean given = count.isPresent() || days.isPresent() || walDays.isPresent();
        RetentionRule rule = new RetentionRule(
                given ? count : settings.count(),
                (given ? days : settings.days()).map(Duration::ofDays),
                (given ? walDays : settings.walDays()).map(Duration::ofDays));
        new Expiry(session.repository(), session.systemIdentifier(), dryRun, terminal::echo).run(rule, Instant.now());
        return 0;
    }
}
