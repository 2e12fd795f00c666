package io.matriarch.ha;

/**
 * The kernel watchdog as far as a decision depends on it (reference 5.23).
 *
 * @param wanted a primary should have it active, as far as there is a device
 * @param required without it this node may not lead
 * @param active it resets the machine unless it is kept alive
 * @param usable the device is there and may be written to
 */
public record WatchdogState(boolean wanted, boolean required, boolean active, boolean usable) {
    public static final WatchdogState OFF = new WatchdogState(false, false, false, false);

    /** For the others in the race: this node can't lead. */
    public boolean failed() {
        return required && !active && !usable;
    }
}
