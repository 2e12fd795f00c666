package io.matriarch.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PostgreSQL's log, where it can be found: the collector's file, or the file that the agent's standard error, which the server inherits, goes to. A pipe (a
 * container's log, the journal) can't be read. Safe for several threads.
 */
final class PostgresLog {
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final int READ = 32_768;
    /** The first level in a line: what a client says comes behind its own. A line that begins with a tab goes on with the one before it. */
    static final Pattern MESSAGE = Pattern.compile(
            "^(?!\\t).*?(PANIC|FATAL|ERROR|WARNING|NOTICE|INFO|LOG|DETAIL|HINT|QUERY|CONTEXT|STATEMENT|LOCATION):  (.*)");
    /** What clients are told while it starts, or when it ends, is no reason. */
    private static final Pattern NO_REASON = Pattern.compile(
            "the database system is |.* authentication failed for user |no pg_hba.conf entry|pg_hba.conf rejects "
                    + "|role \"|database \"|sorry, too many clients|remaining connection slots |terminating connection "
                    + "|connection to client lost|unsupported frontend protocol|terminating walreceiver process ");

    private static final Pattern REASON = Pattern.compile(
            "invalid|could not|unexpected|incorrect|missing|not in this server|has already been removed|contrecord|highest timeline|is required");

    private final Path dataDirectory;
    private final AtomicReference<Map<Path, Long>> begins = new AtomicReference<>(Map.of());

    PostgresLog(Path dataDirectory) {
        this.dataDirectory = dataDirectory;
    }

    /** What was logged until now doesn't count. */
    void beginHere() {
        Map<Path, Long> sizes = new HashMap<>();
        for (Path file : files()) {
            sizes.put(file, size(file));
        }
        begins.set(Map.copyOf(sizes));
    }

    /** What the processes of a standby say of its recovery. */
    RecoveryWords recovery() {
        return files().stream()
                .map(file -> RecoveryWords.in(tail(file)))
                .findFirst()
                .orElseGet(() -> RecoveryWords.in(""));
    }

    /** The last thing that PostgreSQL complained of when it ended; the worst of what it said then. */
    Optional<String> lastReason() {
        return files().stream().flatMap(file -> reasonIn(tail(file)).stream()).findFirst();
    }

    static Optional<String> reasonIn(String text) {
        Optional<String> complaint = Optional.empty();
        Optional<String> other = Optional.empty();
        for (String line : text.lines().toList()) {
            Matcher message = MESSAGE.matcher(line);
            if (message.find() && !NO_REASON.matcher(message.group(2)).lookingAt()) {
                String said = message.group(1) + ":  " + message.group(2);
                switch (message.group(1)) {
                    case "PANIC", "FATAL" -> complaint = Optional.of(said);
                    case "LOG" -> other = REASON.matcher(message.group(2)).find() ? Optional.of(said) : other;
                    default -> {} // an ERROR is a client's: in PostgreSQL's own processes it is FATAL
                }
            }
        }
        return complaint.isPresent() ? complaint : other;
    }

    private List<Path> files() {
        Optional<Path> collected = collectorsFile();
        if (collected.isPresent()) {
            return List.of(collected.get());
        }
        try {
            Path error = STANDARD_ERROR.toRealPath();
            return Files.isRegularFile(error) ? List.of(error) : List.of();
        } catch (IOException none) {
            return List.of();
        }
    }

    /** current_logfiles stays after the collector's end. */
    private Optional<Path> collectorsFile() {
        try {
            return Files.readAllLines(dataDirectory.resolve("current_logfiles")).stream()
                    .filter(line -> line.startsWith("stderr "))
                    .map(line -> dataDirectory.resolve(line.substring("stderr ".length())))
                    .filter(Files::isRegularFile)
                    .findFirst();
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    private String tail(Path file) {
        long end = size(file);
        long from = Math.max(begins.get().getOrDefault(file, 0L), end - READ);
        if (from >= end) {
            return "";
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) (end - from));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.position(from);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // until the buffer is full
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
