package io.matriarch.postgres;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Upstream;
import io.matriarch.time.Deadline;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyDual;

/** Begins to stream from a member at a place and looks whether it can: its own words say why not. */
record WalProbe(int timeline, Lsn position) {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long PAUSE_MILLIS = 20;
    private static final Pattern FILE = Pattern.compile("([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})");
    /** SQLSTATEs: undefined_file, for a segment that is gone; what else goes wrong says nothing about the WAL. */
    private static final String GONE = "58P01";

    /** Of the beginning of a WAL file. */
    static Optional<WalProbe> of(String file, long segmentBytes) {
        Matcher segment = FILE.matcher(file);
        return segment.matches()
                ? Optional.of(new WalProbe(
                        Integer.parseUnsignedInt(segment.group(1), 16),
                        new Lsn((Long.parseLong(segment.group(2), 16) << 32)
                                + Long.parseLong(segment.group(3), 16) * segmentBytes)))
                : Optional.empty();
    }

    /**
     * Why {@code source} can't send WAL from there, if it can't.
     *
     * @throws SQLException when something else is wrong
     */
    Optional<String> refusal(Connections connections, Upstream source) throws SQLException {
        try (Connection connection = connections.replication(source)) {
            CopyDual stream = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyDual("START_REPLICATION PHYSICAL " + position + " TIMELINE " + timeline);
            Deadline deadline = Deadline.after(PATIENCE);
            while (!deadline.expired()) {
                if (Optional.ofNullable(stream.readFromCopy(false)).isPresent()) {
                    return Optional.empty();
                }
                Thread.sleep(PAUSE_MILLIS);
            }
            return Optional.empty();
        } catch (SQLException e) {
            String text = Optional.ofNullable(e.getMessage()).orElse("");
            if (GONE.equals(e.getSQLState()) || text.contains("has already been removed")) {
                return Optional.of(text);
            }
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
