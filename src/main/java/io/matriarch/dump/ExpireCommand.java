package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.BackupSession;
import io.matriarch.backup.RepositoryOptions;
import io.matriarch.cli.Terminal;
import io.matriarch.cli.Tool;
import io.matriarch.config.DumpSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code matriarch dump expire}: 0, 1 when it couldn't do all, 2 for wrong usage. */
@Command(name = "expire")
final class ExpireCommand {
    private static final String SUMMARY =
            "Removes dumps that no rule keeps, and what killed ones left behind. By default the rules are those of"
                    + " backup.dump.retention.";

    @Mixin
    private RepositoryOptions options = new RepositoryOptions();

    @Option(names = "--keep-count", paramLabel = "N", description = "Keep the newest N dumps that are complete")
    private Optional<Integer> count = Optional.empty();

    @Option(names = "--keep-days", paramLabel = "D", description = "Keep the dumps of the last D days")
    private Optional<Integer> days = Optional.empty();

    @Option(names = "--dry-run", description = "Only say what would be removed")
    private boolean dryRun;

    @Option(names = "--json", description = "End with a line of JSON that tells how it went")
    private boolean json;

    @SuppressWarnings("UnusedVariable") // picocli looks at it
    @Option(names = "--help", usageHelp = true, description = "Show this message and exit.")
    private boolean help;

    private ExpireCommand() {}

    static int run(List<String> arguments) {
        ExpireCommand command = new ExpireCommand();
        return new Tool("matriarch dump expire", SUMMARY).run(command, arguments, command::run);
    }

    private int run(Terminal terminal) {
        if (count.filter(number -> number < 1).isPresent()
                || days.filter(number -> number < 0).isPresent()) {
            terminal.complain("Error: --keep-count must be at least 1, and days can't be negative");
            return Tool.WRONG_USAGE;
        }
        DumpReport report = new DumpReport("dump-expire");
        int code = BackupSession.run(options, terminal, report::problem, session -> expire(session, report, terminal));
        return report.end(json, code, terminal);
    }

    private int expire(BackupSession session, DumpReport report, Terminal terminal) throws ArchiveException {
        DumpSettings settings = DumpSettings.of(session.configuration());
        // one rule on the command line replaces all of the configuration, so that nothing else decides
        boolean given = count.isPresent() || days.isPresent();
        DumpRetention rule = new DumpRetention(
                given ? count : settings.count(), (given ? days : settings.days()).map(Duration::ofDays));
        String cluster = new Dumps(session).systemIdentifier();
        report.removed(new DumpExpiry(session.repository(), cluster, dryRun, terminal::echo).run(rule, Instant.now()));
        return 0;
    }
}
