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
record Layer(String source, Mapping content) {

    /** The layer of a variable that sets the value at {@code path}. */
    static Layer ofVariable(String variable, Value value, String... path) {
        Value inner = value;
        for (String key : Arrays.asList(path).reversed()) {
            inner = Mapping.empty().with(key, inner);
        }
        return new Layer(variable, (Mapping) inner);
    }

    static Mapping merge(List<Layer> layers) {
        Mapping merged = Mapping.empty();
        for (Layer layer : layers) {
            merged = merged.patchedWith(layer.content());
        }
        return merged;
    }

    /** Whether this layer has something at {@code key}, given as {@code restapi.listen}. */
    boolean has(String key) {
        Optional<Value> found = Optional.of(content);
        for (String part : key.split("\\.", -1)) {
            found = found.flatMap(value -> value instanceof Mapping mapping ? mapping.find(part) : Optional.empty());
        }
        return found.isPresent();
    }
}
