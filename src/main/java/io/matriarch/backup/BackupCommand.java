package io.matriarch.backup;

import io.matriarch.cli.JobStart;
import io.matriarch.cli.JobStatus;
import java.util.List;

/** {@code matriarch backup VERB}. */
public final class BackupCommand {
    private static final int WRONG_USAGE = 2;
    private static final String USAGE = """
            Usage: matriarch backup create     makes a base backup
                   matriarch backup list       shows the backups
                   matriarch backup status     shows how scheduled jobs went, and what is to be archived yet
                   matriarch backup start      begins such a job now, on the member that the policy names
                   matriarch backup verify     proves that a backup can be restored
                   matriarch backup expire     removes what the retention no longer keeps
                   matriarch backup delete     removes one backup

            Each explains itself with --help. 'matriarch restore' turns a backup into a data directory.""";

    private BackupCommand() {}

    /** Returns the exit code. */
    public static int run(List<String> arguments) {
        String verb = arguments.isEmpty() ? "" : arguments.getFirst();
        List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
        return switch (verb) {
            case "create" -> CreateCommand.run(rest);
            case "list" -> ListCommand.run(rest);
            case "status" -> JobStatus.run(rest);
            case "start" -> JobStart.run(rest);
            case "verify" -> VerifyCommand.run(rest);
            case "expire" -> ExpireCommand.run(rest);
            case "delete" -> DeleteCommand.run(rest);
            case "--help", "-h" -> {
                System.out.println(USAGE);
                yield 0;
            }
            default -> {
                System.err.println(USAGE);
                yield WRONG_USAGE;
            }
        };
    }
}
