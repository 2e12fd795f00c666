package io.matriarch.config;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One source of configuration. Later layers patch earlier ones.
 *
 * @param source a file, or the name of an environment variable
 */
public record Layer(String source, Mapping content) {

    /** The layer of a variable that sets the value at {@code path}. */
    static Layer ofVariable(String variable, Value value, String... path) {
        Value inner = value;
        for (String key : Arrays.asList(path).reversed()) {
            inner = Mapping.empty().with(key, inner);
        }
        return new Layer(variable, (Mapping) inner);
    }

    /** All of them, the later over the earlier. */
    public static Mapping merge(List<Layer> layers) {
        Mapping merged = Mapping.empty();
        for (Layer layer : layers) {
            merged = merged.patchedWith(layer.content());
        }
        return merged;
    }

    /** Whether this layer has something at {@code key}, given as {@code restapi.listen}. */
    boolean has(String key) {
        return find(key).isPresent();
    }

    /** What this layer has at {@code key}, given as {@code restapi.listen}; the last part may have dots, as names of parameters do. */
    public Optional<Value> find(String key) {
        return find(content, key);
    }

    private static Optional<Value> find(Mapping mapping, String key) {
        int dot = key.indexOf('.');
        Optional<Value> whole = mapping.find(key);
        if (whole.isPresent() || dot < 0) {
            return whole;
        }
        return mapping.find(key.substring(0, dot))
                .flatMap(inner ->
                        inner instanceof Mapping section ? find(section, key.substring(dot + 1)) : Optional.empty());
    }
}
