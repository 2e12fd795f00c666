package io.matriarch.archive;

import java.util.Optional;

/**
 * A name that PostgreSQL gives to archive_command and restore_command. All begin with the timeline in eight upper-case hexadecimal digits.
 *
 * @param text the name itself
 * @param kind what the file holds
 */
record WalName(String text, Kind kind) {
    private static final int TIMELINE_DIGITS = 8;
    private static final int SEGMENT_DIGITS = 24;
    private static final int OFFSET_DIGITS = 8;
    private static final String PARTIAL = ".partial";
    private static final String HISTORY = ".history";
    private static final String BACKUP = ".backup";

    enum Kind {
        /** A whole segment. */
        SEGMENT,
        /** The last segment of a timeline that was left; of a segment's length. */
        PARTIAL,
        /** Where a timeline began, as text. */
        HISTORY,
        /** Where a base backup began and ended, as text. */
        BACKUP
    }

    /** Absent when PostgreSQL would never use such a name. */
    static Optional<WalName> parse(String text) {
        return kindOf(text).map(kind -> new WalName(text, kind));
    }

    private static Optional<Kind> kindOf(String text) {
        if (hexadecimal(text, 0, SEGMENT_DIGITS)) {
            if (text.length() == SEGMENT_DIGITS) {
                return Optional.of(Kind.SEGMENT);
            }
            if (text.substring(SEGMENT_DIGITS).equals(PARTIAL)) {
                return Optional.of(Kind.PARTIAL);
            }
            int offset = SEGMENT_DIGITS + 1;
            boolean backup = text.length() == offset + OFFSET_DIGITS + BACKUP.length()
                    && text.charAt(SEGMENT_DIGITS) == '.'
                    && hexadecimal(text, offset, OFFSET_DIGITS)
                    && text.endsWith(BACKUP);
            return backup ? Optional.of(Kind.BACKUP) : Optional.empty();
        }
        boolean history = hexadecimal(text, 0, TIMELINE_DIGITS)
                && text.substring(TIMELINE_DIGITS).equals(HISTORY);
        return history ? Optional.of(Kind.HISTORY) : Optional.empty();
    }

    private static boolean hexadecimal(String text, int from, int digits) {
        if (text.length() < from + digits) {
            return false;
        }
        for (int i = from; i < from + digits; i++) {
            char c = text.charAt(i);
            if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'))) {
                return false;
            }
        }
        return true;
    }

    /** The directory of its timeline: the first eight digits. */
    String timelineDigits() {
        return text.substring(0, TIMELINE_DIGITS);
    }

    long timeline() {
        return Long.parseLong(timelineDigits(), 16);
    }

    /** Whether the file begins with a WAL page. */
    boolean holdsWal() {
        return kind == Kind.SEGMENT || kind == Kind.PARTIAL;
    }

    /** Where a segment of that name begins in the WAL, with segments of {@code segmentSize} bytes. */
    long startLsn(long segmentSize) {
        long log = Long.parseLong(text.substring(TIMELINE_DIGITS, 16), 16);
        long segment = Long.parseLong(text.substring(16, SEGMENT_DIGITS), 16);
        return (log << 32) + segment * segmentSize;
    }

    /** The segment after this one, with segments of {@code segmentSize} bytes; absent after the last one there can be. */
    Optional<WalName> next(long segmentSize) {
        long number = Long.divideUnsigned(startLsn(segmentSize), segmentSize) + 1;
        long perLog = (1L << 32) / segmentSize;
        long log = number / perLog;
        return log > 0xFFFF_FFFFL
                ? Optional.empty()
                : parse(timelineDigits() + "%08X%08X".formatted(log, number % perLog));
    }
}
