package io.matriarch.cluster;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The dynamic configuration, the JSON of the config key (reference 2.12); unknown keys are kept in {@code raw}.
 *
 * <p>Timing is returned as it must be used: at least the minimum, and adjusted so that {@code loop_wait + 2 * retry_timeout <= ttl} (reference 2.1).
 */
public record DynamicConfiguration(Mapping raw, long revision) {
    public static final DynamicConfiguration DEFAULTS = new DynamicConfiguration(Mapping.empty(), 0);

    private static final long LONG_TIMEOUT = 300;
    private static final Duration LONGEST = Duration.ofDays(3650);
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9}) ?(ms|s|min|h|d|)");

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

    /** How much of the lease a primary that can't reach the DCS keeps for a clean stop. */
    public Duration timeToStop() {
        return ttl().dividedBy(6);
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

    /** The leader streams from another cluster: where to, or how to restore its WAL, is said. */
    public boolean standbyCluster() {
        Mapping section = raw.mapping("standby_cluster");
        return Stream.of("host", "port", "restore_command")
                .anyMatch(key ->
                        section.find(key).filter(DynamicConfiguration::says).isPresent());
    }

    /** What the section says; absent when this is an ordinary cluster. */
    public Optional<StandbyCluster> standbyClusterSettings() {
        return standbyCluster() ? Optional.of(StandbyCluster.of(raw.mapping("standby_cluster"))) : Optional.empty();
    }

    /** How long a leaderless standby that still receives WAL holds back from the race, at most (reference 5.10). */
    public Duration primaryRaceBackoff() {
        return Duration.ofSeconds(raw.whole("primary_race_backoff").orElse(0));
    }

    /** Commits wait for some standbys out of those in the sync key. */
    public boolean quorumCommit() {
        return raw.text("synchronous_mode").filter("quorum"::equalsIgnoreCase).isPresent() && !standbyCluster();
    }

    /** Commits wait for the standbys in the sync key. A standby cluster has no commits. */
    public boolean synchronous() {
        return (raw.bool("synchronous_mode").orElse(false) && !standbyCluster()) || quorumCommit();
    }

    /** No commit without a synchronous standby. */
    public boolean synchronousModeStrict() {
        return raw.bool("synchronous_mode_strict").orElse(false);
    }

    /** How many standbys a commit waits for, if there are as many. */
    public int synchronousNodeCount() {
        int count = Math.clamp(raw.whole("synchronous_node_count").orElse(1), 0, Short.MAX_VALUE);
        return Math.max(count, synchronousModeStrict() ? 1 : 0);
    }

    /** In bytes; absent when a synchronous standby may lag as much as it wants. */
    public OptionalLong maximumLagOnSyncnode() {
        long lag = raw.whole("maximum_lag_on_syncnode").orElse(-1);
        return lag > 0 ? OptionalLong.of(lag) : OptionalLong.empty();
    }

    /** How long a primary may take to stop in synchronous mode before it is stopped at once; absent when as long as it needs. */
    public Optional<Duration> primaryStopTimeout() {
        long seconds = raw.whole("primary_stop_timeout")
                .orElseGet(() -> raw.whole("master_stop_timeout").orElse(0));
        return synchronous() && seconds > 0 ? Optional.of(Duration.ofSeconds(seconds)) : Optional.empty();
    }

    public boolean checkTimeline() {
        return raw.bool("check_timeline").orElse(false);
    }

    public boolean failsafeMode() {
        return raw.bool("failsafe_mode").orElse(false);
    }

    /** Matriarch's own key, for Patroni unknown: in failsafe mode a majority of the members is enough (docs/failsafe.md). */
    public boolean failsafeQuorum() {
        return failsafeMode() && raw.bool("failsafe_quorum").orElse(false);
    }

    public int maxTimelinesHistory() {
        return (int) raw.whole("max_timelines_history").orElse(0);
    }

    /** How long the slot of an absent member is kept: seconds, or a number with one of PostgreSQL's units. */
    public Duration memberSlotsTtl() {
        Matcher ttl = TIME.matcher(raw.text("member_slots_ttl").orElse(""));
        if (!ttl.matches()) {
            return Duration.ofMinutes(30);
        }
        long number = Long.parseLong(ttl.group(1));
        Duration wanted = switch (ttl.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "min" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> Duration.ofSeconds(number);
        };
        return wanted.compareTo(LONGEST) > 0 ? LONGEST : wanted;
    }

    /** Whether {@link #memberSlotsTtl} can be read from it. */
    static boolean isTime(String text) {
        return TIME.matcher(text).matches();
    }

    /** The section that may only partly be overridden by the local file. */
    public Mapping postgresql() {
        return raw.mapping("postgresql");
    }

    public boolean useSlots() {
        return postgresql().bool("use_slots").orElse(true);
    }

    private static boolean says(Value value) {
        return switch (value) {
            case Value.Text(String text) -> !text.isEmpty();
            case Value.Whole(long number) -> number != 0;
            case Value.Bool(boolean truth) -> truth;
            case Value.Sequence(List<Value> items) -> !items.isEmpty();
            case Value.Null _ -> false;
            case Value.Decimal _, Mapping _ -> true;
        };
    }

    private long atLeast(String key, long otherwise, long minimum) {
        return Math.max(minimum, raw.whole(key).orElse(otherwise));
    }
}
