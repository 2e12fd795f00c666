package io.matriarch.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The postmaster of a data directory, as postmaster.pid and /proc tell.
 *
 * @param startTicks start time of the process in clock ticks after boot: a process number alone may have been given to another process
 */
public record Postmaster(long pid, long startTicks) {
    private static final long TICKS_A_SECOND = 100;
    private static final long START_TOLERANCE_SECONDS = 3;

    /** The running postmaster of {@code directory}, if there is one. */
    public static Optional<Postmaster> of(Path directory) {
        List<String> lines = pidFile(directory);
        if (lines.size() < 3) {
            return Optional.empty();
        }
        try {
            long pid = Long.parseLong(lines.get(0).strip());
            long startedAt = Long.parseLong(lines.get(2).strip());
            return startTicks(pid)
                    .filter(ticks -> runsIn(pid, directory)
                            || Math.abs(bootTime() + ticks / TICKS_A_SECOND - startedAt) <= START_TOLERANCE_SECONDS)
                    .map(ticks -> new Postmaster(pid, ticks));
        } catch (NumberFormatException notOurs) {
            return Optional.empty();
        }
    }

    /** A process that is known to be one. */
    static Optional<Postmaster> withNumber(long pid) {
        return startTicks(pid).map(ticks -> new Postmaster(pid, ticks));
    }

    /** The process number in a postmaster.pid whose postmaster is gone: postgres ignores the file when it is told that this is its grandparent (reference 6.1). */
    static Optional<String> leftover(Path directory) {
        List<String> lines = pidFile(directory);
        return lines.isEmpty() || of(directory).isPresent()
                ? Optional.empty()
                : Optional.of(lines.getFirst().strip());
    }

    /** What the postmaster says of itself in the eighth line: starting, stopping, ready, standby; empty when it says nothing. */
    static String status(Path directory) {
        List<String> lines = pidFile(directory);
        return lines.size() >= 8 ? lines.get(7).strip() : "";
    }

    boolean isAlive() {
        return startTicks(pid).filter(ticks -> ticks == startTicks).isPresent();
    }

    private static List<String> pidFile(Path directory) {
        try {
            return Files.readAllLines(directory.resolve("postmaster.pid"), StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return List.of();
        }
    }

    /** Absent when there is no such process, or only its remains (a zombie). */
    private static Optional<Long> startTicks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean zombie = fields[0].equals("Z") || fields[0].equals("X");
            return zombie ? Optional.empty() : Optional.of(Long.parseLong(fields[19]));
        } catch (IOException | RuntimeException gone) {
            return Optional.empty();
        }
    }

    private static long bootTime() {
        try (var lines = Files.lines(Path.of("/proc/stat"), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("btime "))
                    .map(line -> Long.parseLong(line.substring(6).strip()))
                    .findFirst()
                    .orElse(0L);
        } catch (IOException e) {
            return 0;
        }
    }

    private static boolean runsIn(long pid, Path directory) {
        String program = program(pid);
        return (program.equals("postgres") || program.equals("postmaster")) && worksIn(pid, directory);
    }

    /** The name of the program that a process runs; empty if there is none. */
    static String program(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/comm")).strip();
        } catch (IOException gone) {
            return "";
        }
    }

    /** Whether {@code directory} is a process's working directory, as a data directory is of its server's processes. */
    static boolean worksIn(long pid, Path directory) {
        try {
            return Files.isSameFile(Path.of("/proc/" + pid + "/cwd"), directory);
        } catch (IOException gone) {
            return false;
        }
    }
}
