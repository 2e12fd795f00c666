package io.matriarch.archive;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.TimelineFork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The histories of timelines that a server has in pg_wal: those of the timeline that it follows.
 *
 * <p>A former primary may have archived WAL that the cluster doesn't know, after the point where its timeline was left. PostgreSQL asks for a segment of its own timeline first; while
 * nobody has archived that, it takes the older timeline's segment of the same number, and replays all of it, without a word (seen with 15 and 17). So that segment ends here where the
 * timeline was left.
 *
 * <p>What lies behind that point differs from server to server, too: with archive_mode=always, each standby archives the segment as it had it when the timeline changed.
 */
record FollowedHistory(Path wal) {
    /** What a server that recovers calls the file that it asks for; pg_rewind wants just the WAL of a timeline that was left, and calls it by its name. */
    private static final String RECOVERED = "RECOVERYXLOG";

    /** The history of the server that asked for a segment; absent when it isn't a server, or the file isn't a segment. */
    static Optional<FollowedHistory> of(WalName name, Path destination) {
        boolean asked = name.kind() == WalName.Kind.SEGMENT
                && String.valueOf(destination.getFileName()).equals(RECOVERED);
        return asked ? Optional.of(besides(destination)) : Optional.empty();
    }

    /** Where the followed timeline left an older one; absent when it is followed itself, or nothing is known. */
    private Optional<Lsn> end(long timeline) throws IOException {
        Optional<Path> followed = newestAfter(timeline);
        if (followed.isEmpty()) {
            return Optional.empty();
        }
        return TimelineFork.parse(Files.readString(followed.get())).stream()
                .filter(fork -> fork.timeline() == timeline)
                .map(TimelineFork::end)
                .findFirst();
    }

    /** That of the server whose pg_wal a file is in. */
    static FollowedHistory besides(Path file) {
        return new FollowedHistory(file.resolveSibling("."));
    }

    /** How many bytes of a segment the followed timeline has; absent when it has all of them, or nothing is known. */
    OptionalLong known(WalName name, long segmentSize) throws IOException {
        Optional<Lsn> end = name.holdsWal() ? end(name.timeline()) : Optional.empty();
        long known = end.map(lsn -> lsn.bytes() - name.startLsn(segmentSize)).orElse(segmentSize);
        return known < segmentSize ? OptionalLong.of(Math.max(known, 0)) : OptionalLong.empty();
    }

    /** Sees to it that a fetched segment has nothing that the followed timeline lacks. */
    Fetched restrict(WalName name, Path segment) throws IOException {
        Optional<SegmentHeader> header = SegmentHeader.find(segment);
        OptionalLong known = header.isEmpty()
                ? OptionalLong.empty()
                : known(name, header.get().segmentSize());
        if (known.isEmpty()) {
            return Fetched.WHOLE;
        }
        if (known.getAsLong() == 0) {
            Files.delete(segment);
            return Fetched.FOREIGN;
        }
        return clear(segment, (int) known.getAsLong()) ? Fetched.SHORTENED : Fetched.WHOLE;
    }

    /** Fills the rest of a file with zeros, as in a segment that is being written; false when it is. */
    private static boolean clear(Path segment, int from) throws IOException {
        byte[] content = Files.readAllBytes(segment);
        boolean clear = true;
        for (int i = from; i < content.length && clear; i++) {
            clear = content[i] == 0;
        }
        if (!clear) {
            try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                channel.position(from);
                ByteBuffer zeros = ByteBuffer.allocate(content.length - from);
                while (zeros.hasRemaining()) {
                    channel.write(zeros);
                }
            }
        }
        return !clear;
    }

    /** Of several timelines the last one; a server gets to know those that it could follow only. */
    private Optional<Path> newestAfter(long timeline) throws IOException {
        Optional<Path> newest = Optional.empty();
        try (DirectoryStream<Path> histories = Files.newDirectoryStream(wal, "*.history")) {
            for (Path history : histories) {
                boolean newer = WalName.parse(String.valueOf(history.getFileName()))
                        .filter(name -> name.timeline() > timeline)
                        .isPresent();
                if (newer) {
                    newest = newest.filter(
                                    other -> Comparator.<Path>naturalOrder().compare(other, history) > 0)
                            .or(() -> Optional.of(history));
                }
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (DirectoryIteratorException e) {
            throw Optional.ofNullable(e.getCause()).orElseGet(() -> new IOException(e));
        }
        return newest;
    }
}
