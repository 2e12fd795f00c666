package io.matriarch.config;

import io.matriarch.cluster.PostgresFeature;
import io.matriarch.value.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** A parameter that must be the same on all members, so only the dynamic configuration may set it, if anybody (reference 2.13). */
public enum ControlledParameter {
    LISTEN_ADDRESSES(PostgresFeature.ALWAYS, "", new Rule.NotSettable()),
    PORT(PostgresFeature.ALWAYS, "", new Rule.NotSettable()),
    CLUSTER_NAME(PostgresFeature.CLUSTER_NAME, "", new Rule.NotSettable()),
    WAL_LEVEL(PostgresFeature.ALWAYS, "hot_standby", new Rule.OneOf(List.of("hot_standby", "replica", "logical"))),
    HOT_STANDBY(PostgresFeature.ALWAYS, "on", new Rule.MustBeTrue()),
    MAX_CONNECTIONS(PostgresFeature.ALWAYS, "100", new Rule.Between(25, Rule.MAX_BACKENDS, "")),
    MAX_WAL_SENDERS(PostgresFeature.ALWAYS, "10", new Rule.Between(3, Rule.MAX_BACKENDS, "")),
    MAX_PREPARED_TRANSACTIONS(PostgresFeature.ALWAYS, "0", new Rule.Between(0, Rule.MAX_BACKENDS, "")),
    MAX_LOCKS_PER_TRANSACTION(PostgresFeature.ALWAYS, "64", new Rule.Between(32, Integer.MAX_VALUE, "")),
    TRACK_COMMIT_TIMESTAMP(PostgresFeature.TRACK_COMMIT_TIMESTAMP, "off", new Rule.Truth()),
    MAX_REPLICATION_SLOTS(PostgresFeature.MAX_REPLICATION_SLOTS, "10", new Rule.Between(4, Rule.MAX_BACKENDS, "")),
    MAX_WORKER_PROCESSES(PostgresFeature.MAX_WORKER_PROCESSES, "8", new Rule.Between(2, Rule.MAX_BACKENDS, "")),
    WAL_LOG_HINTS(PostgresFeature.WAL_LOG_HINTS, "on", new Rule.Truth()),
    WAL_KEEP_SEGMENTS(PostgresFeature.ALWAYS, "8", new Rule.Between(1, Integer.MAX_VALUE, "")),
    WAL_KEEP_SIZE(PostgresFeature.WAL_KEEP_SIZE, "128MB", new Rule.Between(16, Integer.MAX_VALUE, "MB"));

    /** What the dynamic configuration may set it to. */
    private sealed interface Rule {
        /** PostgreSQL's limit for all that has a process, 2^18 - 1. */
        long MAX_BACKENDS = 262_143;

        record NotSettable() implements Rule {}

        record MustBeTrue() implements Rule {}

        record Truth() implements Rule {}

        record OneOf(List<String> words) implements Rule {}

        record Between(long minimum, long maximum, String baseUnit) implements Rule {}
    }

    private final PostgresFeature since;
    private final String standard;

    @SuppressWarnings("ImmutableEnumChecker") // records of immutable lists
    private final Rule rule;

    ControlledParameter(PostgresFeature since, String standard, Rule rule) {
        this.since = since;
        this.standard = standard;
        this.rule = rule;
    }

    public static Optional<ControlledParameter> of(String name) {
        return Arrays.stream(values())
                .filter(parameter -> parameter.parameterName().equalsIgnoreCase(name))
                .findFirst();
    }

    public String parameterName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value unless a valid one is set; empty for what the configuration determines. */
    public String standard() {
        return standard;
    }

    /** Whether a server of this major version, such as 150000, knows it; 0 stands for an unknown version. */
    boolean isKnownTo(int majorVersion) {
        return majorVersion == 0 || since.in(majorVersion);
    }

    /** All but how much WAL to keep are given on the command line too, out of ALTER SYSTEM's reach. */
    public boolean isOnCommandLine() {
        return this != WAL_KEEP_SEGMENTS && this != WAL_KEEP_SIZE;
    }

    /** The text for the server; absent if {@code value} isn't allowed. */
    public Optional<String> accept(Value value) {
        Optional<String> text = ParameterText.of(value);
        return switch (rule) {
            case Rule.NotSettable() -> Optional.empty();
            case Rule.MustBeTrue() -> value.asBool().filter(truth -> truth).flatMap(_ -> text);
            case Rule.Truth() -> value.asBool().flatMap(_ -> text);
            case Rule.OneOf(List<String> words) ->
                text.map(word -> word.toLowerCase(Locale.ROOT)).filter(words::contains);
            case Rule.Between(long minimum, long maximum, String baseUnit) ->
                text.flatMap(number -> accept(number, minimum, maximum, baseUnit));
        };
    }

    /** What is wrong with a value that isn't accepted; empty for parameters that nobody may set here: they are ignored without a word. */
    public Optional<String> expectation() {
        return switch (rule) {
            case Rule.NotSettable() -> Optional.empty();
            case Rule.MustBeTrue() -> Optional.of("only on is allowed");
            case Rule.Truth() -> Optional.of("allowed are on and off");
            case Rule.OneOf(List<String> words) -> Optional.of("allowed are " + String.join(", ", words));
            case Rule.Between(long minimum, long maximum, String baseUnit) ->
                Optional.of(
                        "allowed are whole numbers from %d%s to %d%s".formatted(minimum, baseUnit, maximum, baseUnit));
        };
    }

    /** Plain numbers are written in decimal, numbers with unit as they are. */
    private static Optional<String> accept(String number, long minimum, long maximum, String baseUnit) {
        OptionalLong whole = Units.whole(number, baseUnit);
        if (whole.isEmpty() || whole.getAsLong() < minimum || whole.getAsLong() > maximum) {
            return Optional.empty();
        }
        OptionalLong plain = Units.whole(number);
        return Optional.of(plain.isPresent() ? Long.toString(plain.getAsLong()) : number);
    }
}
