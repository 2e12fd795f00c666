package io.matriarch.config;

import io.matriarch.cluster.PostgresFeature;
import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Null;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Collects parameters from their sources, the later over the earlier. */
final class ParameterMerge {
    private static final int WAL_SEGMENT_MEGABYTES = 16;

    /** What recovery.conf had and PostgreSQL 12 did away with. */
    private static final Set<String> GONE = Set.of("pause_at_recovery_target", "standby_mode", "trigger_file");

    private final Configuration configuration;
    private final Map<String, String> parameters = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, String> recovery = new TreeMap<>();
    private final List<String> warnings = new ArrayList<>();

    ParameterMerge(Configuration configuration) {
        this.configuration = configuration;
        for (ControlledParameter parameter : ControlledParameter.values()) {
            if (parameter.isOnCommandLine()) {
                parameters.put(parameter.parameterName(), parameter.standard());
            }
        }
        parameters.put("cluster_name", configuration.scope());
        parameters.put(
                "listen_addresses", String.join(",", configuration.postgresql().listenAddresses()));
        parameters.put("port", Integer.toString(configuration.postgresql().port()));
    }

    void dynamic(Mapping given) {
        given.entries()
                .forEach((name, value) -> ControlledParameter.of(name)
                        .ifPresentOrElse(
                                controlled -> putControlled(controlled, value), () -> put("parameters", name, value)));
    }

    void local(Mapping given) {
        uncontrolled("parameters", given);
    }

    void forRole(String section, Mapping given) {
        uncontrolled(section, given);
    }

    private void uncontrolled(String section, Mapping given) {
        given.entries().forEach((name, value) -> {
            if (ControlledParameter.of(name).isPresent()) {
                warnings.add(("Ignoring postgresql.%s.%s: it must be the same on all members; set it under "
                                + "postgresql.parameters with patronictl edit-config")
                        .formatted(section, name));
            } else {
                put(section, name, value);
            }
        });
    }

    private void putControlled(ControlledParameter controlled, Value value) {
        controlled
                .accept(value)
                .ifPresentOrElse(
                        text -> parameters.put(controlled.parameterName(), text),
                        () -> warnings.add("postgresql parameter %s=%s failed validation, defaulting to %s"
                                .formatted(controlled.parameterName(), shown(value), standard(controlled))));
    }

    private void put(String section, String name, Value value) {
        if (value instanceof Null) {
            return;
        }
        Optional<String> text = ParameterText.of(value);
        if (text.isEmpty()) {
            warnings.add("Ignoring postgresql.%s.%s: it is a list or a mapping, but PostgreSQL takes one value"
                    .formatted(section, name));
        } else if (isRecovery(name.toLowerCase(Locale.ROOT))) {
            recovery.put(name.toLowerCase(Locale.ROOT), text.get());
        } else {
            parameters.put(name, text.get());
        }
    }

    EffectiveParameters result(int majorVersion, boolean synchronous) {
        if (synchronous) {
            parameters.remove("synchronous_standby_names");
        }
        replace(
                "wal_level",
                level -> PostgresFeature.WAL_LEVEL_REPLICA.in(majorVersion) && level.equals("hot_standby"),
                "replica");
        replace(
                "wal_level",
                level -> majorVersion != 0
                        && !PostgresFeature.WAL_LEVEL_REPLICA.in(majorVersion)
                        && level.equals("replica"),
                "hot_standby");
        convertWalKeep(majorVersion);
        for (ControlledParameter parameter : ControlledParameter.values()) {
            if (!parameter.isKnownTo(majorVersion)) {
                parameters.remove(parameter.parameterName());
            }
        }
        absolute("hba_file");
        absolute("ident_file");
        return new EffectiveParameters(parameters, recovery, EffectiveParameters.commandLine(parameters), warnings);
    }

    private void replace(String name, Predicate<String> condition, String replacement) {
        parameters.computeIfPresent(name, (_, text) -> condition.test(text) ? replacement : text);
    }

    /** Each version gets the one it knows, on the assumption of segments of the usual size. */
    private void convertWalKeep(int majorVersion) {
        Optional<String> segments = Optional.ofNullable(parameters.get("wal_keep_segments"));
        Optional<String> size = Optional.ofNullable(parameters.get("wal_keep_size"));
        if (PostgresFeature.WAL_KEEP_SIZE.in(majorVersion)) {
            parameters.remove("wal_keep_segments");
            long count = Long.parseLong(segments.orElse(ControlledParameter.WAL_KEEP_SEGMENTS.standard()));
            parameters.putIfAbsent("wal_keep_size", count * WAL_SEGMENT_MEGABYTES + "MB");
        } else if (majorVersion != 0) {
            parameters.remove("wal_keep_size");
            OptionalLong megabytes = Units.whole(size.orElse(ControlledParameter.WAL_KEEP_SIZE.standard()), "MB");
            long count = (megabytes.orElse(0) + WAL_SEGMENT_MEGABYTES / 2) / WAL_SEGMENT_MEGABYTES;
            parameters.putIfAbsent("wal_keep_segments", Long.toString(count));
        }
    }

    private void absolute(String name) {
        parameters.computeIfPresent(
                name,
                (_, file) -> configuration
                        .postgresql()
                        .configDirectory()
                        .resolve(file)
                        .toString());
    }

    private String standard(ControlledParameter controlled) {
        return Optional.ofNullable(parameters.get(controlled.parameterName())).orElse(controlled.standard());
    }

    private static String shown(Value value) {
        return value.asText().orElseGet(() -> Json.compact(value));
    }

    /** Matriarch writes these apart from the others: recovery_conf and the leader to follow come before them. */
    private static boolean isRecovery(String name) {
        return RecoveryParameterNames.ALL.contains(name) || GONE.contains(name);
    }
}
