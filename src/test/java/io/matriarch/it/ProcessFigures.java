package io.matriarch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What Linux says of a process: memory in bytes from smaps_rollup, and processor time. */
record ProcessFigures(long resident, long proportional, long privateBytes, double cpuSeconds) {
    private static final Pattern LINE = Pattern.compile("(\\w+): +([0-9]+) kB");
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Java runs on

    static ProcessFigures of(long pid) {
        Path process = Path.of("/proc/" + pid);
        try {
            Map<String, Long> kilobytes = Files.readAllLines(process.resolve("smaps_rollup")).stream()
                    .map(LINE::matcher)
                    .filter(Matcher::matches)
                    .collect(Collectors.toMap(
                            line -> line.group(1), line -> Long.parseLong(line.group(2)), (a, _) -> a));
            return new ProcessFigures(
                    kilobytes.getOrDefault("Rss", 0L) * 1024,
                    kilobytes.getOrDefault("Pss", 0L) * 1024,
                    (kilobytes.getOrDefault("Private_Clean", 0L) + kilobytes.getOrDefault("Private_Dirty", 0L)) * 1024,
                    cpu(Files.readString(process.resolve("stat"))));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + process, e);
        }
    }

    /** Fields 14 and 15, counted behind the program's name, which may hold blanks. */
    private static double cpu(String stat) {
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
        return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS_PER_SECOND;
    }
}
