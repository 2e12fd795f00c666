package io.matriarch.drill;

import io.matriarch.value.Value;
import java.math.BigDecimal;
import java.time.Duration;

/** Times as people and scripts read them. */
final class Seconds {
    private static final double MILLIS = 1000;

    private Seconds() {}

    static double of(Duration duration) {
        return duration.toMillis() / MILLIS;
    }

    static Value json(Duration duration) {
        return new Value.Decimal(BigDecimal.valueOf(duration.toMillis(), 3));
    }
}
