package io.matriarch.agent;

import java.time.Duration;
import java.util.Optional;

/** What resets the machine when nobody shows a sign of life. Closed without {@link #disarm} it does so, too. Belongs to one thread. */
public interface WatchdogDevice {
    /** It is there and may be written to. */
    boolean usable();

    /**
     * Starts it.
     *
     * @return why that failed, if so; then it isn't active
     */
    Optional<String> arm(Duration timeout);

    /** After how long it really resets the machine, which may be something else than what was asked for. */
    Duration timeout();

    /** Whether the sign of life has reached it. */
    boolean keepAlive();

    void disarm();
}
