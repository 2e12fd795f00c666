package io.matriarch.cluster;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is wrong with a dynamic configuration (reference 2.1 and 2.12). Whoever wrote it into the DCS was not asked for types there, so it is looked at before it is used.
 *
 * @param rejected mistakes for which Patroni rejects the whole configuration
 * @param ignored other mistakes: the default counts instead
 * @param unworkable what can't work as it is, but stays in {@code usable}: whoever took a standby cluster for an ordinary one would promote it, and one wrong schedule of a
 *     job doesn't stop the others
 * @param adjusted timing that can't work as it is, and what counts instead
 * @param usable the configuration without the keys that are wrong
 */
public record DynamicConfigurationCheck(
        List<String> rejected, List<String> ignored, List<String> unworkable, List<String> adjusted, Mapping usable) {
    private static final List<String> TIMING = List.of("ttl", "loop_wait", "retry_timeout");
    private static final List<String> NUMBERS = List.of(
            "maximum_lag_on_failover",
            "maximum_lag_on_syncnode",
            "max_timelines_history",
            "primary_start_timeout",
            "master_start_timeout",
            "primary_stop_timeout",
            "master_stop_timeout",
            "primary_race_backoff",
            "synchronous_node_count");
    private static final List<String> FLAGS = List.of(
            "synchronous_mode_strict", "failsafe_mode", "failsafe_quorum", "check_timeline", "pause", "failover_slots");
    private static final List<String> POSTGRESQL_FLAGS = List.of(
            "use_pg_rewind",
            "use_slots",
            "remove_data_directory_on_rewind_failure",
            "remove_data_directory_on_diverged_timelines");
    private static final List<String> MAPPINGS =
            List.of("standby_cluster", "slots", "permanent_slots", "permanent_replication_slots");

    /** Ten years in seconds: more is a slip of the finger, and too much to count in nanoseconds. */
    private static final long LONGEST = 315_360_000;

    public DynamicConfigurationCheck {
        rejected = List.copyOf(rejected);
        ignored = List.copyOf(ignored);
        unworkable = List.copyOf(unworkable);
        adjusted = List.copyOf(adjusted);
    }

    /** Looks at the keys that are there; a part, such as the body of PATCH /config, may be given. */
    public static DynamicConfigurationCheck of(Mapping raw) {
        List<String> rejected = new ArrayList<>();
        List<String> ignored = new ArrayList<>();
        Mapping usable = raw;
        for (Map.Entry<String, Value> entry : raw.entries().entrySet()) {
            Optional<String> severe = rejection(entry.getKey(), entry.getValue());
            Optional<String> light = mistake(entry.getKey(), entry.getValue());
            severe.ifPresent(rejected::add);
            light.ifPresent(ignored::add);
            if (severe.isPresent() || light.isPresent()) {
                usable = usable.patchedWith(without(
                        entry.getKey(),
                        entry.getValue(),
                        severe.isEmpty() && entry.getKey().equals("postgresql")));
            }
        }
        return new DynamicConfigurationCheck(rejected, ignored, unworkable(usable), adjustments(usable), usable);
    }

    private static List<String> unworkable(Mapping raw) {
        List<String> problems = new ArrayList<>(new DynamicConfiguration(raw, 0)
                .standbyClusterSettings()
                .map(StandbyCluster::problems)
                .orElse(List.of()));
        raw.find(JobSettings.SECTION).map(JobSettings::problems).ifPresent(problems::addAll);
        return problems;
    }

    /** The patch that takes a wrong key out; of the section postgresql only the wrong flags, unless the whole of it is of no use. */
    private static Mapping without(String key, Value value, boolean onlyFlags) {
        if (!onlyFlags || !(value instanceof Mapping section)) {
            return Mapping.empty().with(key, new Value.Null());
        }
        Mapping flags = Mapping.empty();
        for (String flag : wrongFlags(section)) {
            flags = flags.with(flag, new Value.Null());
        }
        return Mapping.empty().with(key, flags);
    }

    private static List<String> wrongFlags(Mapping section) {
        return POSTGRESQL_FLAGS.stream()
                .filter(flag -> section.find(flag)
                        .filter(given ->
                                !(given instanceof Value.Null) && given.asBool().isEmpty())
                        .isPresent())
                .toList();
    }

    /** All that isn't of its type, or can't work. */
    public List<String> mistakes() {
        List<String> all = new ArrayList<>(rejected);
        all.addAll(ignored);
        all.addAll(unworkable);
        return all;
    }

    private static Optional<String> rejection(String key, Value value) {
        if (value instanceof Value.Null) {
            return Optional.empty();
        }
        if (TIMING.contains(key)) {
            return wrongNumber(key, value, 1);
        }
        if (!key.equals("postgresql")) {
            return Optional.empty();
        }
        if (!(value instanceof Mapping section)) {
            return Optional.of("postgresql: " + shown(value) + " isn't a mapping");
        }
        return section.find("parameters")
                .filter(parameters -> !(parameters instanceof Mapping))
                .map(parameters -> "postgresql.parameters: " + shown(parameters) + " isn't a mapping");
    }

    private static Optional<String> mistake(String key, Value value) {
        if (value instanceof Value.Null) {
            return Optional.empty();
        }
        if (NUMBERS.contains(key)) {
            return wrongNumber(key, value, key.equals("maximum_lag_on_syncnode") ? -1 : 0);
        }
        if (key.equals("postgresql") && value instanceof Mapping section) {
            return wrongFlags(section).stream()
                    .map(flag ->
                            notABoolean("postgresql." + flag, section.find(flag).orElseThrow()))
                    .findFirst();
        }
        if (key.equals("member_slots_ttl")
                && value.asText().filter(DynamicConfiguration::isTime).isEmpty()) {
            return Optional.of(key + ": " + shown(value)
                    + " isn't a time; allowed are seconds, or a number with one of the units ms, s, min, h, d");
        }
        boolean flagExpected = FLAGS.contains(key) || key.equals("synchronous_mode");
        boolean quorum = key.equals("synchronous_mode")
                && value.asText().filter("quorum"::equalsIgnoreCase).isPresent();
        if (flagExpected && !quorum && value.asBool().isEmpty()) {
            return Optional.of(notABoolean(key, value) + (key.equals("synchronous_mode") ? ", quorum" : ""));
        }
        return MAPPINGS.contains(key) && !(value instanceof Mapping)
                ? Optional.of(key + ": " + shown(value) + " isn't a mapping")
                : Optional.empty();
    }

    private static String notABoolean(String key, Value value) {
        return key + ": " + shown(value) + " isn't a boolean; allowed are on, off, true, false";
    }

    private static Optional<String> wrongNumber(String key, Value value, long least) {
        long most = key.startsWith("maximum_lag") ? Long.MAX_VALUE : LONGEST;
        return value.asWhole().stream().anyMatch(number -> number >= least && number <= most)
                ? Optional.empty()
                : Optional.of("%s: %s isn't a number from %d to %d".formatted(key, shown(value), least, most));
    }

    private static List<String> adjustments(Mapping raw) {
        DynamicConfiguration configuration = new DynamicConfiguration(raw, 0);
        List<String> adjustments = new ArrayList<>();
        adjust(adjustments, raw, "ttl", configuration.ttl().toSeconds());
        adjust(adjustments, raw, "retry_timeout", configuration.retryTimeout().toSeconds());
        adjust(adjustments, raw, "loop_wait", configuration.loopWait().toSeconds());
        return adjustments;
    }

    private static void adjust(List<String> adjustments, Mapping raw, String key, long counts) {
        raw.whole(key).ifPresent(given -> {
            if (given != counts) {
                adjustments.add("%s=%d can't be used, %d counts: the least are ttl 20, retry_timeout 3, "
                                .formatted(key, given, counts)
                        + "loop_wait 1, and loop_wait + 2*retry_timeout must not exceed ttl");
            }
        });
    }

    private static String shown(Value value) {
        return value.asText().map(text -> "'" + text + "'").orElse(value instanceof Sequence ? "a list" : "a mapping");
    }
}
