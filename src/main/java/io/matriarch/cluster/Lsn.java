package io.matriarch.cluster;

/** A position in the write-ahead log, in bytes from its beginning. Compared as unsigned. */
public record Lsn(long bytes) implements Comparable<Lsn> {
    public static final Lsn ZERO = new Lsn(0);

    /**
     * Reads PostgreSQL's text form, two hexadecimal numbers with a slash between them.
     *
     * @throws IllegalArgumentException if {@code text} is anything else
     */
    public static Lsn parse(String text) {
        int slash = text.indexOf('/');
        try {
            long high = Long.parseLong(text.substring(0, Math.max(slash, 0)), 16);
            long low = Long.parseLong(text.substring(slash + 1), 16);
            return new Lsn((high << 32) + low);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not an LSN (two hexadecimal numbers with a slash between): " + text, e);
        }
    }

    public boolean isAfter(Lsn other) {
        return compareTo(other) > 0;
    }

    /** How far this position is ahead of {@code other}, in bytes; 0 when it isn't. */
    public long bytesAheadOf(Lsn other) {
        return isAfter(other) ? bytes - other.bytes : 0;
    }

    public Lsn max(Lsn other) {
        return isAfter(other) ? this : other;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(bytes, other.bytes);
    }

    /** PostgreSQL's text form, such as {@code 0/3000220}. */
    @Override
    public String toString() {
        return "%X/%X".formatted(bytes >>> 32, bytes & 0xFFFFFFFFL);
    }
}
