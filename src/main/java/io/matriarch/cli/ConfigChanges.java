package io.matriarch.cli;

import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.util.List;

/** Changes of single keys of the dynamic configuration, as {@code edit-config -s} takes them. */
final class ConfigChanges {
    private static final List<String> PARAMETERS = List.of("postgresql", "parameters");

    private ConfigChanges() {}

    /**
     * @param pairs {@code path=value}: a path with dots, and a YAML value; null removes the key
     * @throws CtlError if one is anything else
     */
    static Mapping apply(Mapping config, List<String> pairs) {
        Mapping changed = config;
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw new CtlError("Invalid parameter setting " + pair);
            }
            List<String> path = List.of(pair.substring(0, equals).strip().split("\\.", -1));
            changed = set(changed, withoutDotsInParameters(path), parse(pair.substring(equals + 1), pair));
        }
        return changed;
    }

    /** Parameters of extensions have dots in their names. */
    private static List<String> withoutDotsInParameters(List<String> path) {
        return path.size() > 3 && path.subList(0, 2).equals(PARAMETERS)
                ? List.of(path.get(0), path.get(1), String.join(".", path.subList(2, path.size())))
                : path;
    }

    private static Value parse(String text, String pair) {
        try {
            return Yaml.parse(text);
        } catch (MalformedDocument malformed) {
            throw new CtlError("Invalid parameter setting " + pair + ": " + malformed.getMessage());
        }
    }

    private static Mapping set(Mapping config, List<String> path, Value value) {
        String key = path.getFirst();
        if (path.size() == 1) {
            return value instanceof Value.Null ? config.without(key) : config.with(key, value);
        }
        Mapping inner = set(config.mapping(key), path.subList(1, path.size()), value);
        return inner.isEmpty() ? config.without(key) : config.with(key, inner);
    }
}
