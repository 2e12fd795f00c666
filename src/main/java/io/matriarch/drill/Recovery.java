package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.ArchiveEnd;
import io.matriarch.archive.backup.WalRange;
import io.matriarch.backup.ScratchServer;
import io.matriarch.cluster.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How the scratch server recovers: how much it keeps, and where it got to. */
record Recovery(Path data, WalRange backup) {
    /** Of everything that was archived since the backup. */
    static final Duration PATIENCE = Duration.ofDays(2);

    private static final long USUAL_WAL = 512L << 20;
    private static final long MEGA = 1 << 20;

    /** So much WAL the server keeps while it recovers, unless the primary's checkpoints were farther apart. */
    long keptWal(Optional<ArchiveEnd> end) {
        return Math.min(end.map(ArchiveEnd::distance).orElse(0L), 2 * mostWal());
    }

    private long mostWal() {
        return Math.max(USUAL_WAL, 4 * backup.segmentSize());
    }

    /**
     * Nobody may ask before recovery has ended: the first answer is one that a user could have got.
     *
     * @param temporary how many bytes the temporary files of a query may have
     */
    Map<String, String> parameters(Memory memory, long temporary) {
        Map<String, String> parameters = new TreeMap<>(memory.parameters());
        parameters.put("hot_standby", "off");
        parameters.put("max_wal_size", mostWal() / MEGA + "MB");
        parameters.put("wal_keep_size", "0");
        parameters.put("temp_file_limit", Math.min(Integer.MAX_VALUE, temporary / 1024) + "kB");
        return parameters;
    }

    /** Where recovery ended, which has ended before the server answers. */
    Reached reached(ScratchServer server) throws ArchiveException, IOException {
        List<String> fields = List.of(server.query(
                        "postgres",
                        "SELECT pg_last_wal_replay_lsn(), coalesce((1000 * extract(epoch FROM"
                                + " pg_last_xact_replay_timestamp()))::bigint::text, ''),"
                                + " substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")
                .split("\\|", -1));
        if (fields.size() != 3 || fields.getFirst().isEmpty()) {
            throw new ArchiveException("the restored server doesn't know where its recovery ended");
        }
        return new Reached(
                Lsn.parse(fields.getFirst()),
                Optional.of(fields.get(1))
                        .filter(text -> !text.isEmpty())
                        .map(text -> Instant.ofEpochMilli(Long.parseLong(text))),
                former(fields.get(2)));
    }

    /** The timeline that the server left when it began one of its own: the last in the history file. */
    private long former(String timeline) throws IOException, ArchiveException {
        Path history = data.resolve("pg_wal").resolve(timeline + ".history");
        return Files.readString(history)
                .lines()
                .map(line -> line.strip().split("\\s+", 2)[0])
                .filter(word -> word.matches("[0-9]{1,10}"))
                .reduce((_, last) -> last)
                .map(Long::parseLong)
                .orElseThrow(() -> new ArchiveException(history + " names no timeline"));
    }

    /** Why that isn't the end of the WAL; absent when it is. */
    static Optional<String> shortfall(Reached reached, Optional<ArchiveEnd> end, List<String> gaps) {
        if (end.isEmpty() || !end.get().start().isAfter(reached.lsn())) {
            return Optional.empty();
        }
        String why = gaps.isEmpty() ? "" : ": " + String.join("; ", gaps);
        return Optional.of("recovery ended at " + reached + ", before the newest archived segment "
                + end.get().segment() + why);
    }
}
