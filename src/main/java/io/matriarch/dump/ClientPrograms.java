package io.matriarch.dump;

import io.matriarch.archive.ArchiveException;
import io.matriarch.backup.Keeper;
import io.matriarch.config.PostgresPrograms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs pg_dump and its kin as child processes, with a deadline; they end when this process ends, however that ends, and speak English.
 *
 * @param environment how they find the server
 * @param folder a private one, for what they print
 */
record ClientPrograms(PostgresPrograms programs, Map<String, String> environment, Path folder) {
    private static final Duration PATIENCE = Duration.ofDays(3);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int LONGEST_SHOWN = 2000;
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) ([0-9]+)");

    ClientPrograms {
        environment = Map.copyOf(environment);
    }

    /** A program of PostgreSQL, and the number of its major version. */
    int majorVersion(String program) throws ArchiveException {
        String missing = programs.unusable(program).orElse("");
        if (!missing.isEmpty()) {
            throw new ArchiveException(missing);
        }
        String output = run(program, List.of("--version"), SpaceWatch.of(folder));
        Matcher version = VERSION.matcher(output);
        if (!version.find()) {
            throw new ArchiveException(programs.path(program) + " doesn't say which version it is: " + output.strip());
        }
        return Integer.parseInt(version.group(1));
    }

    /** @throws ArchiveException if a program is older than what it works with */
    int requireVersion(String program, int least, String what) throws ArchiveException {
        int version = majorVersion(program);
        if (version < least) {
            throw new ArchiveException(programs.path(program) + " is of version " + version + ", and " + what
                    + " of version " + least + ": set postgresql.bin_dir to the programs of PostgreSQL " + least
                    + " or later");
        }
        return version;
    }

    /**
     * Runs a program to its end.
     *
     * @param space checked all the time
     * @return what it printed
     * @throws ArchiveException with its last words, if it fails
     */
    String run(String program, List<String> arguments, SpaceWatch space) throws ArchiveException {
        List<String> words = new ArrayList<>(List.of(programs.path(program)));
        words.addAll(arguments);
        List<String> command = Keeper.of("TERM", words);
        try {
            Path output = Files.createTempFile(folder, "output-", "");
            try {
                int code = run(program, command, output, space);
                String text = Files.readString(output, StandardCharsets.UTF_8);
                if (code != 0) {
                    // on a full disk its words are lost, too
                    space.check();
                    throw new ArchiveException(program + " failed"
                            + (text.isBlank() ? " without a word, exit code " + code : ": " + lastWords(text)));
                }
                return text;
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new ArchiveException(program + " can't be run: " + e.getMessage(), e);
        }
    }

    private int run(String program, List<String> command, Path output, SpaceWatch space)
            throws IOException, ArchiveException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        // the configuration alone decides, as for the agent's connections
        builder.environment().keySet().removeIf(name -> name.startsWith("PATRONI_") || name.startsWith("PG"));
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C");
        Process keeper = builder.start();
        try {
            long begun = System.nanoTime();
            while (!keeper.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                space.check();
                if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                    throw new ArchiveException(program + " isn't done after " + PATIENCE.toDays() + " days");
                }
            }
            return keeper.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", e);
        } finally {
            end(keeper);
        }
    }

    private static void end(Process keeper) throws IOException {
        List<ProcessHandle> remaining = keeper.descendants().toList();
        keeper.getOutputStream().close();
        try {
            if (!keeper.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                remaining.forEach(ProcessHandle::destroyForcibly);
                keeper.destroyForcibly();
            }
        } catch (InterruptedException e) {
            remaining.forEach(ProcessHandle::destroyForcibly);
            keeper.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static String lastWords(String output) {
        String text = output.strip().replace('\n', ' ');
        return text.length() > LONGEST_SHOWN ? "... " + text.substring(text.length() - LONGEST_SHOWN) : text;
    }
}
