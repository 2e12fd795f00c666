package io.matriarch.agent;

import java.time.Duration;
import java.util.Optional;

/** A machine without one. */
final class NoWatchdog implements WatchdogDevice {
    @Override
    public boolean usable() {
        return false;
    }

    @Override
    public Optional<String> arm(Duration timeout) {
        return Optional.of("there is none");
    }

    @Override
    public Duration timeout() {
        return Duration.ZERO;
    }

    @Override
    public boolean keepAlive() {
        return false;
    }

    @Override
    public void disarm() {
        // nothing is armed
    }
}
