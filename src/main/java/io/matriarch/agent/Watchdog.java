package io.matriarch.agent;

import io.matriarch.config.WatchdogSettings;
import io.matriarch.config.WatchdogSettings.Mode;
import io.matriarch.ha.WatchdogState;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The watchdog with the rules of the configuration (reference 2.9 and 5.23). Belongs to the loop's thread. */
public final class Watchdog {
    private static final Logger LOG = Logger.getLogger(Watchdog.class);

    private final WatchdogSettings settings;
    private final WatchdogDevice device;
    private boolean active;
    private Duration wanted = Duration.ZERO;
    private String told = "";

    public Watchdog(WatchdogSettings settings, WatchdogDevice device) {
        this.settings = settings;
        this.device = device;
    }

    WatchdogState state() {
        if (settings.mode() == Mode.OFF) {
            return new WatchdogState(false, false, active, false);
        }
        boolean required = settings.mode() == Mode.REQUIRED;
        boolean usable = device.usable();
        return new WatchdogState(required || (usable && told.isEmpty()), required, active, usable);
    }

    /** Why this node may not lead, if so. */
    Optional<String> activate(Duration ttl, Duration loopWait) {
        Optional<String> problem = arm(ttl, loopWait);
        problem.ifPresent(why -> {
            if (!why.equals(told)) {
                LOG.warnf("Could not activate the watchdog: %s", why);
            }
        });
        told = problem.orElse("");
        return settings.mode() == Mode.REQUIRED ? problem : Optional.empty();
    }

    private Optional<String> arm(Duration ttl, Duration loopWait) {
        wanted = settings.timeout(ttl);
        if (wanted.compareTo(loopWait) < 0 || wanted.toSeconds() < 1) {
            return Optional.of("with ttl %d, loop_wait %d and safety_margin %d it would act between two signs of life"
                    .formatted(ttl.toSeconds(), loopWait.toSeconds(), settings.safetyMargin()));
        }
        Optional<String> problem = device.arm(wanted);
        if (problem.isPresent()) {
            return problem;
        }
        active = true;
        if (device.timeout().compareTo(wanted) > 0) {
            if (settings.mode() == Mode.REQUIRED) {
                disarm();
            }
            return Optional.of("it acts after %d s, but has to after %d s"
                    .formatted(device.timeout().toSeconds(), wanted.toSeconds()));
        }
        boolean alive = device.keepAlive();
        LOG.infof("Watchdog activated: the machine is reset %d s after the last sign of life", wanted.toSeconds());
        return alive ? Optional.empty() : Optional.of("it takes no sign of life");
    }

    /** Right after the lock was confirmed, and never else. A changed ttl counts from now on. */
    void keepAlive(Duration ttl) {
        if (!active) {
            return;
        }
        Duration now = settings.timeout(ttl);
        if (!now.equals(wanted) && now.toSeconds() >= 1) {
            wanted = now;
            device.arm(now).ifPresent(why -> LOG.warnf("The watchdog keeps its timeout: %s", why));
        }
        if (!device.keepAlive()) {
            LOG.error("The watchdog takes no sign of life; it may reset the machine");
        }
    }

    void disarm() {
        if (active) {
            device.disarm();
            active = false;
            LOG.info("Watchdog disarmed");
        }
    }
}
