package io.matriarch.explain;

import io.matriarch.explain.Source.Kind;
import io.matriarch.value.Value;
import java.util.List;
import java.util.Optional;

/**
 * A setting with its value.
 *
 * @param key dotted
 * @param effective what counts; absent when nobody sets it and it has no default
 * @param hidden what else is said, and doesn't count; the strongest first
 * @param notes sentences about it
 */
record Setting(String key, Optional<Source> effective, List<Source> hidden, Effect effect, List<String> notes) {
    Setting {
        hidden = List.copyOf(hidden);
        notes = List.copyOf(notes);
    }

    Optional<Value> value() {
        return effective.map(Source::value);
    }

    /** Whether somebody has set it to something else than its default. */
    boolean differsFromDefault() {
        if (effective.isEmpty() || effective.get().kind() == Kind.DEFAULT) {
            return hidden.stream().anyMatch(source -> source.kind() != Kind.DEFAULT);
        }
        Optional<Value> standard = hidden.stream()
                .filter(source -> source.kind() == Kind.DEFAULT)
                .map(Source::value)
                .findFirst();
        return standard.isEmpty()
                || !text(standard.get()).equals(text(effective.get().value()));
    }

    private static String text(Value value) {
        return value.asBool().map(String::valueOf).or(value::asText).orElseGet(value::toString);
    }
}
