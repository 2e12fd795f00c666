package io.matriarch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server that a test started, its output in a file. As root it runs as user postgres. Ends at the latest with the tests. */
final class ServerProcess {
    private static final List<String> AS_POSTGRES =
            List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--");

    private final Process process;
    private final Path log;

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** Starts the command in a folder; what it prints is added to the log. */
    static ServerProcess start(Path folder, Path log, List<String> command) {
        return start(folder, log, List.of(), command);
    }

    /** The same by way of a launcher, such as {@code ip netns exec NAME}, that needs root. */
    static ServerProcess start(Path folder, Path log, List<String> launcher, List<String> command) {
        try {
            return new ServerProcess(
                    builder(folder, launcher, command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start(),
                    log);
        } catch (IOException e) {
            throw new UncheckedIOException("can't start " + command, e);
        }
    }

    private static ProcessBuilder builder(Path folder, List<String> launcher, List<String> command) {
        List<String> full = new ArrayList<>(launcher);
        full.addAll(isRoot() ? AS_POSTGRES : List.of());
        full.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(full).directory(folder.toFile());
        AgentProgram.clean(builder.environment());
        builder.environment().put("HOME", folder.toString());
        return builder.redirectInput(Path.of("/dev/null").toFile());
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Runs a command to its end, and gives what it printed on either stream. */
    static Ended run(Path folder, int seconds, List<String> command) {
        Path output = folder.resolve("output-" + System.nanoTime() + ".txt");
        try {
            Process process = builder(folder, List.of(), command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            return new Ended(ended ? process.exitValue() : -1, Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("can't run " + command, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Exit code, or -1 if it had to be killed; and its output. */
    record Ended(int code, String output) {}

    long pid() {
        return process.pid();
    }

    boolean isRunning() {
        return process.isAlive();
    }

    int exitCode() {
        return process.exitValue();
    }

    void kill() {
        process.destroyForcibly();
        await(10);
    }

    /** With all that it started, at any depth. */
    void killWithDescendants() {
        List<ProcessHandle> descendants = process.descendants().toList();
        kill();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    void terminate() {
        process.destroy();
    }

    /** Asks it to end, and kills it if it doesn't within the time. */
    void stop(int seconds) {
        terminate();
        if (!await(seconds)) {
            kill();
        }
    }

    boolean await(int seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    String log() {
        try {
            return Files.readString(log, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path logFile() {
        return log;
    }

    /** Sends any signal, to any process that belongs to a test. */
    static void signal(String name, long... pids) {
        for (long pid : pids) {
            try {
                new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor();
            } catch (IOException e) {
                throw new UncheckedIOException("can't run kill", e);
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
