package io.matriarch.selftest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tries what a native executable may lack although the same code works in a JVM. Prints a line for each check: {@code ok NAME}, {@code skipped NAME: why} or
 * {@code FAILED NAME: why}.
 *
 * <p>Arguments are of the form {@code name=value}; see {@link Servers}. Checks of servers that aren't named are skipped.
 */
public final class SelfTest {
    private SelfTest() {}

    /** The exit code: 0, 1 if a check failed, or 2 if the arguments can't be read. */
    public static int run(String[] arguments) {
        try {
            return run(Servers.parse(List.of(arguments)));
        } catch (IllegalArgumentException e) {
            System.err.println("matriarch self-test: " + e.getMessage());
            return 2;
        }
    }

    private static int run(Servers servers) {
        List<Check> checks = new ArrayList<>(LocalChecks.all());
        checks.addAll(new EtcdChecks(servers).all());
        checks.add(new PostgresCheck(servers).check());
        boolean failed = false;
        for (Check check : checks) {
            String line = tried(check);
            failed |= line.startsWith("FAILED");
            System.out.println(line);
        }
        return failed ? 1 : 0;
    }

    private static String tried(Check check) {
        if (!check.possible()) {
            return "skipped " + check.name() + ": no server is named";
        }
        try {
            Optional<String> problem = check.body().problem();
            return problem.map(why -> "FAILED " + check.name() + ": " + why).orElse("ok " + check.name());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "FAILED " + check.name() + ": interrupted";
        } catch (Exception | LinkageError e) {
            return "FAILED " + check.name() + ": " + e;
        }
    }
}
