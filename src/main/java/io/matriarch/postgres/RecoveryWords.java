package io.matriarch.postgres;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the startup process and the WAL receiver of a standby said in the server's log. Whose line is whose can't be told from log_line_prefix, which is the user's:
 * a line counts when its message begins as only these two begin theirs. Clients are never heard.
 *
 * @param complaint why nothing comes: since it last streamed
 * @param stumble the last record that could not be read, which is no more than the end of WAL as a rule
 * @param removed the segment that the server it follows no longer has
 * @param endsEachStream it was sent the same WAL again and again, and each time could not go on with it
 */
record RecoveryWords(
        Optional<String> complaint, Optional<String> stumble, Optional<String> removed, boolean endsEachStream) {

    /** So many streams in a row that begin at the same place and bring nothing are no accident: PostgreSQL makes one in 5 s. */
    private static final int STREAMS_IN_VAIN = 3;

    private static final Set<String> LEVELS = Set.of("PANIC", "FATAL", "WARNING", "LOG");

    private static final Pattern COMPLAINT = Pattern.compile("could not connect to the primary server"
            + "|streaming replication receiver \""
            + "|could not receive (?:data from WAL stream|database system identifier|timeline history file)"
            + "|could not start WAL streaming|could not send (?:data to WAL stream|end-of-streaming message)"
            + "|invalid response from primary server|unexpected result after |error reading result of streaming command"
            + "|highest timeline |database system identifier differs|terminating walreceiver due to timeout"
            + "|could not write to WAL segment|could not (?:create|open|extend) file \"pg_wal/"
            + "|new timeline \\d+ (?:forked off|is not a child)|requested timeline \\d+|recovery has paused"
            + "|hot standby is not possible|could not restore file");

    private static final Pattern STUMBLE =
            Pattern.compile("invalid record |invalid resource manager |invalid magic number "
                    + "|invalid info bits |invalid contrecord |record with in|incorrect resource manager data checksum"
                    + "|unexpected pageaddr |out-of-sequence timeline ID |contrecord is requested|there is no contrecord"
                    + "|missing contrecord |WAL file is from different database system|unexpected timeline ID "
                    + "|could not find redo|invalid checkpoint record|could not locate ");

    private static final Pattern REMOVED =
            Pattern.compile("requested WAL segment ([0-9A-F]{24}) has already been removed");
    private static final Pattern STREAM =
            Pattern.compile("started streaming WAL from primary at ([0-9A-F]+/[0-9A-F]+ on timeline \\d+)$");
    private static final Pattern ENDED =
            Pattern.compile("terminating walreceiver process due to administrator command$");
    private static final Pattern RESTARTED = Pattern.compile("WAL receiver process shutdown requested$");

    /** In {@code text}, which may begin in the middle of a line. */
    static RecoveryWords in(String text) {
        Reader reader = new Reader();
        text.lines().forEach(reader::read);
        return reader.words();
    }

    private static final class Reader {
        private Optional<String> complaint = Optional.empty();
        private Optional<String> stumble = Optional.empty();
        private String stream = "";
        private int inVain;

        void read(String line) {
            Matcher found = PostgresLog.MESSAGE.matcher(line);
            if (found.find() && LEVELS.contains(found.group(1))) {
                take(found.group(1), found.group(2));
            }
        }

        private void take(String level, String message) {
            String said = level + ":  " + message;
            Matcher begun = STREAM.matcher(message);
            if (begun.lookingAt()) {
                complaint = Optional.empty();
                inVain = begun.group(1).equals(stream) ? inVain : 0;
                stream = begun.group(1);
            } else if (ENDED.matcher(message).lookingAt()) {
                inVain++;
            } else if (RESTARTED.matcher(message).lookingAt()) {
                inVain = 0;
            } else if (level.equals("PANIC") || COMPLAINT.matcher(message).lookingAt()) {
                complaint = Optional.of(said);
                inVain = 0;
            } else if (STUMBLE.matcher(message).lookingAt()) {
                stumble = Optional.of(said);
            }
        }

        RecoveryWords words() {
            Optional<String> removed =
                    complaint.map(REMOVED::matcher).filter(Matcher::find).map(matcher -> matcher.group(1));
            return new RecoveryWords(complaint, stumble, removed, inVain >= STREAMS_IN_VAIN);
        }
    }
}
