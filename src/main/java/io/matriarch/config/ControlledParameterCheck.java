package io.matriarch.config;

import io.matriarch.cluster.DynamicConfigurationCheck;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether a dynamic configuration gives the parameters that must be the same everywhere (reference 2.13) values that count. */
public final class ControlledParameterCheck {
    private ControlledParameterCheck() {}

    /** A sentence for each value for which a default counts instead; {@code dynamic} may be a part, such as the body of PATCH /config. */
    public static List<String> mistakes(Mapping dynamic) {
        return dynamic.mapping("postgresql").mapping("parameters").entries().entrySet().stream()
                .flatMap(ControlledParameterCheck::mistake)
                .toList();
    }

    /** These and all other mistakes that a person who writes a dynamic configuration is told, so that nothing is changed. */
    public static List<String> withAllOthers(Mapping dynamic) {
        List<String> all = new ArrayList<>(DynamicConfigurationCheck.of(dynamic).mistakes());
        all.addAll(mistakes(dynamic));
        all.addAll(HbaLines.inDynamic(dynamic));
        return all;
    }

    private static Stream<String> mistake(Map.Entry<String, Value> entry) {
        Optional<ControlledParameter> parameter = ControlledParameter.of(entry.getKey())
                .filter(_ -> !(entry.getValue() instanceof Value.Null))
                .filter(known -> known.accept(entry.getValue()).isEmpty());
        return parameter.flatMap(ControlledParameter::expectation).stream()
                .map(expected -> "postgresql.parameters.%s: '%s': %s"
                        .formatted(entry.getKey(), entry.getValue().asText().orElse("a list or mapping"), expected));
    }
}
