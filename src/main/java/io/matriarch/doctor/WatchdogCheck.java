package io.matriarch.doctor;

import io.matriarch.config.WatchdogSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The kernel's watchdog can be used if it is asked for. */
final class WatchdogCheck implements Check {
    private final WatchdogSettings settings;
    private final Duration ttl;
    private final Duration loopWait;

    WatchdogCheck(WatchdogSettings settings, Duration ttl, Duration loopWait) {
        this.settings = settings;
        this.ttl = ttl;
        this.loopWait = loopWait;
    }

    @Override
    public String name() {
        return "watchdog";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        Path device = Path.of(settings.device());
        boolean usable = Files.exists(device) && Files.isWritable(device);
        boolean inTime = settings.timeout(ttl).compareTo(loopWait) >= 0;
        String advice = "load its module (softdog does without hardware), and give the device to the user of the agent";
        switch (settings.mode()) {
            case OFF -> report.ok(settings.device(), "not wanted (watchdog.mode: off)");
            case AUTOMATIC ->
                report.ok(
                        settings.device(),
                        usable
                                ? "can be used"
                                : "there is none that can be used, and watchdog.mode automatic does without");
            case REQUIRED -> {
                if (!usable) {
                    report.error(
                            settings.device(),
                            "watchdog.mode is required, and the device "
                                    + (Files.exists(device) ? "can't be written to" : "doesn't exist")
                                    + ": this node can't lead",
                            advice);
                } else {
                    report.ok(settings.device(), "can be used");
                }
            }
        }
        if (settings.mode() != WatchdogSettings.Mode.OFF && usable && !inTime) {
            report.error(
                    settings.device(),
                    "with this ttl, loop_wait and watchdog.safety_margin it would act between two signs of life",
                    "raise ttl or lower watchdog.safety_margin");
        }
        return report.findings();
    }
}
