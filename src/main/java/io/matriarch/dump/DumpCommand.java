package io.matriarch.dump;

import java.util.List;

/** {@code matriarch dump VERB}. */
public final class DumpCommand {
    private static final int WRONG_USAGE = 2;
    private static final String USAGE = """
            Usage: matriarch dump create     dumps databases, and the roles
                   matriarch dump list       shows the dumps
                   matriarch dump verify     proves that a dump is whole and can be read
                   matriarch dump expire     removes what the retention no longer keeps
                   matriarch dump delete     removes one dump
                   matriarch dump restore    restores a database, or tables of it

            Each explains itself with --help.""";

    private DumpCommand() {}

    /** Returns the exit code. */
    public static int run(List<String> arguments) {
        String verb = arguments.isEmpty() ? "" : arguments.getFirst();
        List<String> rest = arguments.isEmpty() ? List.of() : arguments.subList(1, arguments.size());
        return switch (verb) {
            case "create" -> CreateCommand.run(rest);
            case "list" -> ListCommand.run(rest);
            case "verify" -> VerifyCommand.run(rest);
            case "expire" -> ExpireCommand.run(rest);
            case "delete" -> DeleteCommand.run(rest);
            case "restore" -> RestoreCommand.run(rest);
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
