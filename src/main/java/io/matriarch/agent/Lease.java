package io.matriarch.agent;

import io.matriarch.time.Ticker;
import java.time.Duration;
import java.util.OptionalLong;

/** Until when the leader key is surely ours: counted from before the request that confirmed it, on the monotonic clock. */
final class Lease {
    /** The oldest keep-alive that a DCS client may let count for a renewal. */
    private static final Duration KEEP_ALIVE_AGE = Duration.ofSeconds(1);

    private final Ticker ticker;
    private OptionalLong until = OptionalLong.empty();

    Lease(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The key was confirmed by a request sent at {@code askedAt}, or by a keep-alive that the client sent a moment before and let count. */
    void confirmed(long askedAt, Duration ttl) {
        until = OptionalLong.of(askedAt + ttl.minus(KEEP_ALIVE_AGE).toNanos());
    }

    void lost() {
        until = OptionalLong.empty();
    }

    /** Absent when it is over. */
    OptionalLong until() {
        return until.isPresent() && until.getAsLong() - ticker.nanos() > 0 ? until : OptionalLong.empty();
    }
}
