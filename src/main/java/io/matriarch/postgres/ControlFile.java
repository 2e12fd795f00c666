package io.matriarch.postgres;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.Lsn;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** pg_control, as pg_controldata prints it. Read again only when the file has changed. Safe for several threads. */
final class ControlFile {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final PgTools tools;
    private final Path directory;
    private final AtomicReference<Cached> cache = new AtomicReference<>(new Cached(FileTime.fromMillis(0), Map.of()));

    ControlFile(PgTools tools, Path directory) {
        this.tools = tools;
        this.directory = directory;
    }

    private record Cached(FileTime modified, Map<String, String> lines) {}

    /** Name to value, the prefix "Current " removed; empty when it can't be read. */
    Map<String, String> lines() {
        Path file = directory.resolve("global/pg_control");
        try {
            FileTime modified = Files.getLastModifiedTime(file);
            Cached cached = cache.get();
            if (!cached.lines().isEmpty() && modified.equals(cached.modified())) {
                return cached.lines();
            }
            Map<String, String> lines = run();
            cache.set(new Cached(modified, lines));
            return lines;
        } catch (IOException gone) {
            return Map.of();
        }
    }

    Optional<ControlData> read() {
        Map<String, String> lines = lines();
        try {
            return lines.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ControlData(
                            lines.getOrDefault("Database system identifier", ""),
                            lines.getOrDefault("Database cluster state", ""),
                            Lsn.parse(lines.getOrDefault("Latest checkpoint location", "0/0")),
                            Integer.parseInt(lines.getOrDefault("Latest checkpoint's TimeLineID", "0"))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** pg_rewind needs one of the two. */
    boolean recordsPageChanges() {
        Map<String, String> lines = lines();
        return lines.getOrDefault("wal_log_hints setting", "off").equals("on")
                || !lines.getOrDefault("Data page checksum version", "0").equals("0");
    }

    private Map<String, String> run() {
        PgTools.Result result =
                tools.run("pg_controldata", List.of(directory.toString()), Map.of(), Deadline.after(PATIENCE));
        Map<String, String> lines = new HashMap<>();
        if (result.ok()) {
            result.output().lines().filter(line -> line.contains(":")).forEach(line -> {
                int colon = line.indexOf(':');
                String name = line.substring(0, colon).strip();
                lines.put(
                        name.startsWith("Current ") ? name.substring("Current ".length()) : name,
                        line.substring(colon + 1).strip());
            });
        }
        return Map.copyOf(lines);
    }
}
