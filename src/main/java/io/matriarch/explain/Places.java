package io.matriarch.explain;

import io.matriarch.config.Layer;
import io.matriarch.explain.Source.Kind;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds what the local files, the variables and the dynamic configuration say at a key. */
final class Places {
    private final Situation situation;

    Places(Situation situation) {
        this.situation = situation;
    }

    /** The strongest first. */
    List<Source> local(String key) {
        List<Source> found = new ArrayList<>();
        for (Layer layer : situation.layers().reversed()) {
            layer.find(key).ifPresent(value -> found.add(local(layer, key, value)));
        }
        return found;
    }

    static Source local(Layer layer, String key, Value value) {
        boolean variable = layer.source().startsWith("PATRONI_");
        return new Source(
                variable ? Kind.VARIABLE : Kind.LOCAL,
                variable && !layer.source().equals("PATRONI_CONFIGURATION")
                        ? layer.source()
                        : layer.source() + ": " + key,
                value);
    }

    boolean localHas(String key) {
        return situation.layers().stream().anyMatch(layer -> layer.find(key).isPresent());
    }

    Optional<Source> dynamic(String key) {
        return new Layer("", situation.dynamic().raw())
                .find(key)
                .map(value -> new Source(Kind.DYNAMIC, dynamicWhere(key), value));
    }

    String dynamicWhere(String key) {
        return situation.dynamic().where() + ": " + key;
    }

    /** The keys of all that is set below {@code mapping}; lists are not looked into. */
    static List<String> leaves(Mapping mapping) {
        Map<String, Value> found = new LinkedHashMap<>();
        collect("", mapping, found);
        return List.copyOf(found.keySet());
    }

    private static void collect(String path, Mapping mapping, Map<String, Value> found) {
        mapping.entries().forEach((key, value) -> {
            String whole = path.isEmpty() ? key : path + "." + key;
            if (value instanceof Mapping inner && !inner.isEmpty()) {
                collect(whole, inner, found);
            } else {
                found.put(whole, value);
            }
        });
    }
}
