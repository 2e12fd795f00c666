package io.matriarch.cluster;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far a {@link Takeover} has come, in the order in which it happens. */
public enum TakeoverPhase {
    /** Its time has not come yet. */
    SCHEDULED,
    /** It is in the DCS, and the leader has not begun. */
    REQUESTED,
    /** PostgreSQL on the leader writes its checkpoint and stops. */
    STOPPING,
    /** The leader has stopped, and keeps the lock until a candidate has all WAL. */
    WAITING_FOR_CANDIDATE,
    /** Nobody holds the lock. */
    RELEASED,
    /** Another member holds the lock, and is no primary yet. */
    PROMOTING,
    /** Another member leads. */
    DONE,
    /** It came to nothing. */
    FAILED,
    /** Nothing has changed for so long that it may never end; it may end all the same. */
    TIMED_OUT;

    /** The text in REST. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Nothing comes after it. */
    public boolean isLast() {
        return this == DONE || this == FAILED;
    }

    static Optional<TakeoverPhase> of(String text) {
        return Arrays.stream(values())
                .filter(phase -> phase.text().equals(text))
                .findFirst();
    }
}
