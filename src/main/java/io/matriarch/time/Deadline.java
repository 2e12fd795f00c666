package io.matriarch.time;

import java.time.Duration;

/** A moment of monotonic time after which nobody waits any longer. */
public final class Deadline {
    private final Ticker ticker;
    private final long expiresAt;

    private Deadline(Ticker ticker, long expiresAt) {
        this.ticker = ticker;
        this.expiresAt = expiresAt;
    }

    /** The deadline that expires when {@code patience} has passed from now on. */
    public static Deadline after(Ticker ticker, Duration patience) {
        return new Deadline(ticker, ticker.nanos() + patience.toNanos());
    }

    /** A deadline on the machine's monotonic clock. */
    public static Deadline after(Duration patience) {
        return after(Ticker.system(), patience);
    }

    /** What is left, never negative. */
    public Duration remaining() {
        return Duration.ofNanos(Math.max(0, expiresAt - ticker.nanos()));
    }

    public boolean expired() {
        return expiresAt - ticker.nanos() <= 0;
    }

    /** This deadline, or an earlier one that leaves at most {@code patience} from now on. */
    public Deadline atMost(Duration patience) {
        long sooner = ticker.nanos() + patience.toNanos();
        return sooner - expiresAt < 0 ? new Deadline(ticker, sooner) : this;
    }
}
