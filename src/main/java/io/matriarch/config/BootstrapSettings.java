package io.matriarch.config;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The bootstrap section (reference 2.7), with the users that Patroni before 4.0 created, from {@code bootstrap.users} and from PATRONI_name_PASSWORD.
 *
 * @param present a node without the section never initialises a cluster
 * @param initdb list or mapping of options, as written
 */
public record BootstrapSettings(
        boolean present,
        Mapping dcs,
        Optional<String> method,
        Value initdb,
        List<String> pgHba,
        Optional<String> postBootstrap,
        List<NewUser> users,
        Mapping raw) {
    /** Those that the agent sets itself, or that would make no cluster (reference 6.6). */
    public static final Set<String> FORBIDDEN_INITDB_OPTIONS =
            Set.of("pgdata", "nosync", "pwfile", "sync-only", "version");

    public BootstrapSettings {
        pgHba = List.copyOf(pgHba);
        users = List.copyOf(users);
    }

    /** Name and value of each option for initdb, the value empty when there is none. A name may be written with its value behind it. */
    public Map<String, String> initdbOptions() {
        Map<String, String> options = new LinkedHashMap<>();
        collect(initdb, options);
        return options;
    }

    private static void collect(Value value, Map<String, String> options) {
        switch (value) {
            case Value.Sequence(List<Value> items) -> items.forEach(item -> collect(item, options));
            case Mapping mapping ->
                mapping.entries()
                        .forEach((name, setting) ->
                                options.put(name, setting.asText().orElse("")));
            case Value.Text(String name) -> options.put(name, "");
            case Value.Whole _, Value.Decimal _, Value.Bool _, Value.Null _ -> {}
        }
    }

    /** The name alone of an option that may be written with its value behind it. */
    public static String optionName(String option) {
        return option.split("=", 2)[0].strip();
    }

    /** A role to create, with options such as createdb or createrole. */
    public record NewUser(String name, Optional<Secret> password, List<String> options) {
        public NewUser {
            options = List.copyOf(options);
        }
    }

    /** Without the raw sections, which hold passwords. */
    @Override
    public String toString() {
        return "BootstrapSettings[method=" + method.orElse("initdb") + "]";
    }
}
