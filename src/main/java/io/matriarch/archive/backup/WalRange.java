package io.matriarch.archive.backup;

import io.matriarch.cluster.Lsn;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * The WAL without which a backup is not consistent.
 *
 * @param segmentSize of each WAL file
 */
public record WalRange(long timeline, Lsn start, Lsn stop, long segmentSize) {
    /** The names of the segments. */
    public List<String> segments() {
        return LongStream.rangeClosed(firstSegment(), lastSegment())
                .mapToObj(number -> name(timeline, number, segmentSize))
                .toList();
    }

    long firstSegment() {
        return start.bytes() / segmentSize;
    }

    /** That of the last byte: a stop at a segment's beginning doesn't need that segment. */
    long lastSegment() {
        return Math.max(firstSegment(), (stop.bytes() - 1) / segmentSize);
    }

    static String name(long timeline, long number, long segmentSize) {
        long perLog = (1L << 32) / segmentSize;
        return String.format(Locale.ROOT, "%08X%08X%08X", timeline, number / perLog, number % perLog);
    }
}
