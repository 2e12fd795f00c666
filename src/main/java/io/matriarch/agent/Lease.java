package io.matriarch.agent;

import io.matriarch.time.Ticker;
import java.time.Duration;
import java.util.OptionalLong;

/** Until when the leader key is surely ours: counted from before the request that confirmed it, on the monotonic clock. */
final class Lease {
    private final Ticker ticker;
    private OptionalLong until = OptionalLong.empty();

    Lease(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The key was confirmed by a request sent at {@code askedAt}. */
    void confirmed(long askedAt, Duration ttl) {
        until = OptionalLong.of(askedAt + ttl.toNanos());
    }

    void lost() {
        until = OptionalLong.empty();
    }

    OptionalLong until() {
        return until.isPresent() && until.getAsLong() - ticker.nanos() > 0 ? until : OptionalLong.empty();
    }
}
