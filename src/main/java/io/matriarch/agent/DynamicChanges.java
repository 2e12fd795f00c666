package io.matriarch.agent;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.DynamicConfigurationCheck;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Notices when the dynamic configuration in the DCS changes, and says once what is wrong with it (reference 2.1). */
final class DynamicChanges {
    private static final Logger LOG = Logger.getLogger(DynamicChanges.class);

    private Optional<DynamicConfiguration> seen = Optional.empty();

    /** What to take over instead of {@code inEffect}, if anything: never one that is to be rejected, and nothing of a wrong type. */
    Optional<DynamicConfiguration> news(DynamicConfiguration inDcs, DynamicConfiguration inEffect) {
        if (seen.equals(Optional.of(inDcs))) {
            return Optional.empty();
        }
        seen = Optional.of(inDcs);
        DynamicConfigurationCheck check = DynamicConfigurationCheck.of(inDcs.raw());
        if (!check.rejected().isEmpty()) {
            LOG.errorf(
                    "The configuration in the DCS is rejected as a whole, the one before stays in effect: %s",
                    String.join("; ", check.mistakes()));
            return Optional.empty();
        }
        warn(check.ignored(), "Ignored in the configuration in the DCS: %s");
        warn(check.unworkable(), "In the configuration in the DCS: %s");
        warn(check.adjusted(), "Timing in the configuration in the DCS: %s");
        DynamicConfiguration usable = new DynamicConfiguration(check.usable(), inDcs.revision());
        return usable.equals(inEffect) ? Optional.empty() : Optional.of(usable);
    }

    private static void warn(List<String> findings, String format) {
        findings.forEach(finding -> LOG.warnf(format, finding));
    }
}
