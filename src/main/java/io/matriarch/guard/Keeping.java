package io.matriarch.guard;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Until when a kept PostgreSQL may accept writes, and what its keeper does about it. Pure.
 *
 * @param until absent: as long as it likes, as a standby or in maintenance mode
 * @param words the beginning of a line that hasn't arrived whole yet
 */
record Keeping(OptionalLong until, String words) {
    /** The guard stops PostgreSQL earlier, if it can; half a second is left for killing. */
    static final Duration MARGIN = Duration.ofSeconds(1);

    /** A keeper that is frozen is killed by the kernel, and PostgreSQL with it. */
    static final Duration KERNEL_MARGIN = Duration.ofMillis(300);

    private static final String FOREVER = "forever";
    private static final int LONGEST_LINE = 64;

    /** The text of {@link #begin}, and of the lines that a keeper reads. */
    static String text(OptionalLong until) {
        return until.isPresent() ? Long.toString(until.getAsLong()) : FOREVER;
    }

    /** Absent when the text means nothing. */
    static Optional<Keeping> begin(String text) {
        return parse(text).map(until -> new Keeping(until, ""));
    }

    private static Optional<OptionalLong> parse(String text) {
        try {
            return Optional.of(text.equals(FOREVER) ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text)));
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    /** Some more of what the agent says: the last whole line that means something counts. */
    Keeping heard(String more) {
        String[] lines = (words + more).split("\n", -1);
        OptionalLong newest = until;
        for (int i = 0; i < lines.length - 1; i++) {
            newest = parse(lines[i]).orElse(newest);
        }
        String rest = lines[lines.length - 1];
        return new Keeping(newest, rest.length() > LONGEST_LINE ? "" : rest);
    }

    boolean due(long now) {
        return until.isPresent() && now - (until.getAsLong() - MARGIN.toNanos()) >= 0;
    }

    /** How long nothing has to be done; absent: until something is heard. */
    Optional<Duration> patience(long now) {
        return until.isPresent()
                ? Optional.of(Duration.ofNanos(Math.max(0, until.getAsLong() - MARGIN.toNanos() - now)))
                : Optional.empty();
    }

    /** When the kernel has to kill the keeper; 0 is never. */
    long killedAt() {
        return until.isPresent() ? Math.max(1, until.getAsLong() - KERNEL_MARGIN.toNanos()) : 0;
    }
}
