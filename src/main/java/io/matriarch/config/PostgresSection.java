package io.matriarch.config;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The postgresql section in effect, apart from its parameters (for those see {@link EffectiveParameters}): reference 2.1, rules 2 to 4. */
public final class PostgresSection {
    private static final Set<String> ONLY_LOCAL = Set.of(
            "connect_address",
            "proxy_address",
            "listen",
            "config_dir",
            "data_dir",
            "pgpass",
            "authentication",
            "parameters");

    private PostgresSection() {}

    /** Whether the dynamic configuration's {@code key} in this section is passed over. */
    public static boolean isOnlyLocal(String key) {
        return ONLY_LOCAL.contains(key) && !key.equals("parameters");
    }

    /** Each key as the local section has it, else as the dynamic one has; use_slots only from the dynamic one, parameters left out. */
    public static Mapping effective(PostgresSettings local, DynamicConfiguration dynamic) {
        Map<String, Value> merged = new LinkedHashMap<>();
        dynamic.postgresql().entries().forEach((key, value) -> {
            if (!ONLY_LOCAL.contains(key)) {
                merged.put(key, value);
            }
        });
        local.raw().entries().forEach((key, value) -> {
            if (!key.equals("use_slots") && !key.equals("parameters")) {
                merged.put(key, value);
            }
        });
        return new Mapping(merged);
    }
}
