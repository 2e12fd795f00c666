package io.matriarch.cluster;

import io.matriarch.value.Value.Mapping;
import java.time.Duration;

/**
 * The dynamic configuration, the JSON of the config key (reference 2.12); unknown keys are kept in {@code raw}.
 *
 * <p>Timing is returned as it must be used: at least the minimum, and adjusted so that {@code loop_wait + 2 * retry_timeout <= ttl} (reference 2.1).
 */
public record DynamicConfiguration(Mapping raw, long revision) {
    public static final DynamicConfiguration DEFAULTS = new DynamicConfiguration(Mapping.empty(), 0);

    private static final long LONG_TIMEOUT = 300;

    public Duration ttl() {
        return Duration.ofSeconds(atLeast("ttl", 30, 20));
    }

    public Duration retryTimeout() {
        long retry = atLeast("retry_timeout", 10, 3);
        long ttl = ttl().toSeconds();
        return Duration.ofSeconds(1 + 2 * retry > ttl ? (ttl - 1) / 2 : retry);
    }

    public Duration loopWait() {
        long wait = atLeast("loop_wait", 10, 1);
        return Duration.ofSeconds(Math.max(
                1, Math.min(wait, ttl().toSeconds() - 2 * retryTimeout().toSeconds())));
    }

    /** In bytes. */
    public long maximumLagOnFailover() {
        return raw.whole("maximum_lag_on_failover").orElse(1_048_576);
    }

    /** How long a crashed primary may take to start before another takes over; zero means at once. */
    public Duration primaryStartTimeout() {
        return Duration.ofSeconds(raw.whole("primary_start_timeout")
                .orElseGet(() -> raw.whole("master_start_timeout").orElse(LONG_TIMEOUT)));
    }

    public boolean paused() {
        return raw.bool("pause").orElse(false);
    }

    public boolean checkTimeline() {
        return raw.bool("check_timeline").orElse(false);
    }

    public boolean failsafeMode() {
        return raw.bool("failsafe_mode").orElse(false);
    }

    public int maxTimelinesHistory() {
        return (int) raw.whole("max_timelines_history").orElse(0);
    }

    /** How long the slot of an absent member is kept. */
    public Duration memberSlotsTtl() {
        return Duration.ofSeconds(raw.whole("member_slots_ttl").orElse(1800));
    }

    /** The section that may only partly be overridden by the local file. */
    public Mapping postgresql() {
        return raw.mapping("postgresql");
    }

    public boolean useSlots() {
        return postgresql().bool("use_slots").orElse(true);
    }

    private long atLeast(String key, long otherwise, long minimum) {
        return Math.max(minimum, raw.whole(key).orElse(otherwise));
    }
}
