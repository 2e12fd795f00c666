package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.Locale;

/**
 * The watchdog section (reference 2.9).
 *
 * @param testing the device is a FIFO that tells a test what is done
 * @param safetyMargin how long before the end of the lease the machine is reset; negative: at half of the ttl
 */
public record WatchdogSettings(Mode mode, String device, boolean testing, long safetyMargin) {
    /** What becomes of a node without a working watchdog. */
    public enum Mode {
        OFF,
        /** It leads nevertheless. */
        AUTOMATIC,
        /** It doesn't lead. */
        REQUIRED
    }

    /** The section has been validated. */
    public static WatchdogSettings of(Mapping section) {
        Mode mode = switch (section.text("mode").orElse("automatic").toLowerCase(Locale.ROOT)) {
            case "required", "require" -> Mode.REQUIRED;
            case "off", "disabled", "disable", "false" -> Mode.OFF;
            default -> Mode.AUTOMATIC;
        };
        return new WatchdogSettings(
                mode,
                section.text("device").orElse("/dev/watchdog"),
                section.text("driver").filter("testing"::equals).isPresent(),
                section.whole("safety_margin").orElse(5));
    }

    /** After how long without a sign of life the machine is to be reset. */
    public Duration timeout(Duration ttl) {
        return safetyMargin < 0 ? Duration.ofSeconds(ttl.toSeconds() / 2) : ttl.minusSeconds(safetyMargin);
    }
}
