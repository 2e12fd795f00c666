package io.matriarch.ha;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Whether this server can write, as far as can be told from outside.
 *
 * @param dataFree usable bytes where the data directory is; absent when not known, since the file system doesn't answer for example
 * @param walFree the same for the WAL directory
 * @param silence how long PostgreSQL has not answered although it runs and did answer before; zero while it answers
 * @param stall for how long not a byte of WAL that waits for it has reached the disk of a primary; zero while WAL is flushed, or none waits
 * @param primaryStarts how often this server was started as the primary within {@link #CRASH_WINDOW}
 */
public record Ability(
        OptionalLong dataFree, OptionalLong walFree, Duration silence, Duration stall, int primaryStarts) {
    /** Less than two WAL segments: PostgreSQL stops when it can't create the next one. */
    public static final long FULL = 32L << 20;

    /** Time to do something about it. */
    public static final long ALMOST_FULL = 256L << 20;

    public static final Duration CRASH_WINDOW = Duration.ofMinutes(5);

    public static final Ability UNKNOWN =
            new Ability(OptionalLong.empty(), OptionalLong.empty(), Duration.ZERO, Duration.ZERO, 0);

    /** How long it has done nothing for its clients. */
    public Duration idleness() {
        return silence.compareTo(stall) > 0 ? silence : stall;
    }

    public boolean diskFull() {
        return isLessThan(FULL);
    }

    public boolean diskAlmostFull() {
        return isLessThan(ALMOST_FULL);
    }

    private boolean isLessThan(long bytes) {
        return (dataFree.isPresent() && dataFree.getAsLong() < bytes)
                || (walFree.isPresent() && walFree.getAsLong() < bytes);
    }
}
