package io.matriarch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a command took, with all processes that it started.
 *
 * @param cpuSeconds of those that were waited for
 * @param peakBytes the most proportional memory that all of them were seen with at once
 */
record MeasuredCommand(double seconds, double cpuSeconds, long peakBytes) {
    private static final int PATIENCE = 1800;
    private static final int PAUSE_MILLIS = 20;

    /** Runs it as PostgreSQL's user, and looks at its memory. */
    static MeasuredCommand run(Path folder, List<String> command) {
        Path log = folder.resolve("measured-" + System.nanoTime() + ".log");
        long begin = System.nanoTime();
        ServerProcess process = ServerProcess.start(folder, log, timed(command));
        long peak = 0;
        while (process.isRunning() && since(begin) < PATIENCE) {
            peak = Math.max(peak, memory(process.pid()));
            pause();
        }
        // one pause too much at most
        double seconds = since(begin);
        return new MeasuredCommand(seconds, cpu(process, log, command), peak);
    }

    /** Runs it as PostgreSQL's user; without looking, which would take time, too. */
    static MeasuredCommand runUndisturbed(Path folder, List<String> command) {
        Path log = folder.resolve("measured.log");
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long begin = System.nanoTime();
        ServerProcess process = ServerProcess.start(folder, log, timed(command));
        process.await(PATIENCE);
        double seconds = since(begin);
        return new MeasuredCommand(seconds, cpu(process, log, command), 0);
    }

    private static List<String> timed(List<String> command) {
        List<String> timed = new ArrayList<>(List.of("/usr/bin/time", "-f", "cpu %U %S"));
        timed.addAll(command);
        return timed;
    }

    private static double cpu(ServerProcess process, Path log, List<String> command) {
        String output = process.log();
        if (process.isRunning() || process.exitCode() != 0) {
            process.killWithDescendants();
            throw new AssertionError(command + " failed, see " + log + ": " + output);
        }
        String[] words =
                output.strip().substring(output.strip().lastIndexOf("cpu ")).split(" ", -1);
        return Double.parseDouble(words[1]) + Double.parseDouble(words[2]);
    }

    private static long memory(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .mapToLong(process -> memoryOf(process.pid()))
                .sum();
    }

    private static long memoryOf(long pid) {
        try {
            return ProcessFigures.of(pid).proportional();
        } catch (UncheckedIOException ended) {
            return 0;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
