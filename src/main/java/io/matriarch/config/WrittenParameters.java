package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * PostgreSQL's parameters as a person wrote them in one place, without those that have rules of their own: the controlled ones (reference 2.13) and recovery parameters.
 *
 * @param key where, such as {@code postgresql.parameters}
 * @param values by name, as PostgreSQL is given them
 */
public record WrittenParameters(String key, Map<String, String> values) {
    private static final List<String> KEYS =
            List.of("parameters", "parameters_primary", "parameters_replica", "parameters_standby_leader");

    public WrittenParameters {
        values = Map.copyOf(values);
    }

    /** All places of the local configuration. */
    public static List<WrittenParameters> of(Configuration configuration) {
        return Stream.concat(
                        in("postgresql", configuration.postgresql().raw()),
                        in(
                                "bootstrap.dcs.postgresql",
                                configuration.bootstrap().dcs().mapping("postgresql")))
                .toList();
    }

    /** All places of a dynamic configuration, or of a part of one. */
    public static List<WrittenParameters> ofDynamic(Mapping dynamic) {
        return in("postgresql", dynamic.mapping("postgresql")).toList();
    }

    private static Stream<WrittenParameters> in(String path, Mapping section) {
        return KEYS.stream()
                .map(key -> new WrittenParameters(path + "." + key, texts(section.mapping(key))))
                .filter(written -> !written.values().isEmpty());
    }

    private static Map<String, String> texts(Mapping parameters) {
        Map<String, String> texts = new TreeMap<>();
        parameters.entries().forEach((name, value) -> {
            if (ControlledParameter.of(name).isEmpty()
                    && !RecoveryParameterNames.ALL.contains(name.toLowerCase(Locale.ROOT))) {
                ParameterText.of(value).ifPresent(text -> texts.put(name, text));
            }
        });
        return texts;
    }
}
