package io.matriarch.guard;

/**
 * How a process ended.
 *
 * @param bySignal whether a signal ended it
 * @param number the signal, or the status given to exit (0 to 255)
 */
public record ExitStatus(boolean bySignal, int number) {
    private static final int SIGNAL_BASE = 128;

    /** What a shell would say: the status, or 128 plus the signal. */
    public int code() {
        return bySignal ? SIGNAL_BASE + number : number;
    }

    @Override
    public String toString() {
        return bySignal ? "was ended by signal " + number : "ended with status " + number;
    }
}
