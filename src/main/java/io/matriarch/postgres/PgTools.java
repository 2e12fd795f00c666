package io.matriarch.postgres;

import io.matriarch.config.PostgresPrograms;
import io.matriarch.config.PostgresSettings;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Runs PostgreSQL's programs as child processes: with a deadline, without the agent's own variables; those whose words are read speak English. */
final class PgTools {
    static final int NOT_STARTED = 127;
    static final int NOT_IN_TIME = 124;
    /** As much as postgres tells of all its parameters. */
    private static final int KEPT_OUTPUT = 131_072;

    private static final Duration GRACE = Duration.ofSeconds(10);

    /** The environment's locale becomes the cluster's, and the server's. */
    private static final Set<String> IN_OWN_LOCALE = Set.of("initdb", "postgres");

    private final PostgresPrograms programs;

    PgTools(PostgresSettings settings) {
        this.programs = PostgresPrograms.of(settings);
    }

    /** How a program ended. Exit code 127 with a text when it could not be started, 124 when the deadline came. */
    record Result(int exitCode, String output) {
        private static final Pattern HINT = Pattern.compile("(?i)\\bhint: |^Try \"");

        boolean ok() {
            return exitCode == 0;
        }

        /** The last line that tells of an error, else the last that is no hint. */
        String lastLine() {
            List<String> lines = output.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            return lines.reversed().stream()
                    .filter(line -> line.contains("error: ") || line.contains("FATAL: ") || line.contains(": ERROR: "))
                    .findFirst()
                    .or(() -> lines.reversed().stream()
                            .filter(line -> !HINT.matcher(line).find())
                            .findFirst())
                    .orElse("exit code " + exitCode);
        }
    }

    String path(String program) {
        return programs.path(program);
    }

    /** For the keeper, which doesn't look for it. */
    String file(String program) {
        return programs.file(program);
    }

    Optional<String> unusable(String program) {
        return programs.unusable(program);
    }

    Result run(String program, List<String> arguments, Map<String, String> environment, Deadline deadline) {
        return run(program, arguments, environment, deadline, new Cancellation());
    }

    Result run(
            String program,
            List<String> arguments,
            Map<String, String> environment,
            Deadline deadline,
            Cancellation cancellation) {
        List<String> command = new ArrayList<>();
        command.add(path(program));
        command.addAll(arguments);
        Map<String, String> variables = new HashMap<>(environment);
        if (!IN_OWN_LOCALE.contains(program)) {
            variables.put("LC_ALL", "C");
        }
        return runCommand(command, variables, deadline, cancellation);
    }

    /** Runs any command line, a person's script for instance. */
    static Result runCommand(
            List<String> command, Map<String, String> environment, Deadline deadline, Cancellation cancellation) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        cleanEnvironment(builder.environment());
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new Result(
                    NOT_STARTED,
                    command.getFirst() + " can't be started: " + e.getMessage()
                            + " (check postgresql.bin_dir and postgresql.bin_name)");
        }
        return waitFor(process, deadline, cancellation);
    }

    private static Result waitFor(Process process, Deadline deadline, Cancellation cancellation) {
        cancellation.running(() -> end(process));
        CompletableFuture<String> output = CompletableFuture.supplyAsync(
                () -> read(process.getInputStream()),
                task -> Thread.ofPlatform().daemon().start(task));
        try {
            if (!process.waitFor(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS)) {
                end(process);
                return new Result(NOT_IN_TIME, "not done in time");
            }
            String text = output.completeOnTimeout("", 1, TimeUnit.SECONDS).join();
            return new Result(process.exitValue(), text);
        } catch (InterruptedException e) {
            end(process);
            Thread.currentThread().interrupt();
            return new Result(NOT_IN_TIME, "interrupted");
        } finally {
            cancellation.idle();
        }
    }

    /** SIGTERM, and SIGKILL for it and its children when that doesn't help (reference 1.4). */
    private static void end(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }

    private static String read(InputStream stream) {
        try (stream) {
            byte[] all = stream.readAllBytes();
            int from = Math.max(0, all.length - KEPT_OUTPUT);
            return new String(all, from, all.length - from, StandardCharsets.UTF_8);
        } catch (IOException e) {
            // the process was ended, and its pipe with it
            return "";
        }
    }

    /** What never reaches PostgreSQL (reference 1.2). */
    static void cleanEnvironment(Map<String, String> environment) {
        environment
                .keySet()
                .removeIf(name ->
                        name.startsWith("PATRONI_") || name.startsWith("KUBERNETES_") || name.equals("NOTIFY_SOCKET"));
    }
}
