package io.matriarch.sim;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.Random;

/** How a simulated cluster replicates. */
record SynchronousMode(Value mode, boolean strict, int count) {

    /** Asynchronous in a third of the cases. */
    static SynchronousMode any(Random random) {
        Value mode = switch (random.nextInt(3)) {
            case 0 -> Value.of(false);
            case 1 -> Value.of(true);
            default -> Value.of("quorum");
        };
        return new SynchronousMode(mode, random.nextInt(3) == 0, 1 + random.nextInt(2));
    }

    Mapping in(Mapping config) {
        return config.with("synchronous_mode", mode)
                .with("synchronous_mode_strict", strict)
                .with("synchronous_node_count", count);
    }
}
