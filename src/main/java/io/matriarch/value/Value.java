package io.matriarch.value;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A JSON or YAML value. Mappings keep the order of their source. */
public sealed interface Value {

    /** Text. */
    record Text(String text) implements Value {}

    /** A number without fraction that fits 64 bits. */
    record Whole(long number) implements Value {}

    /** Any other number. */
    record Decimal(BigDecimal number) implements Value {}

    /** true or false. */
    record Bool(boolean truth) implements Value {}

    /** JSON's and YAML's null. */
    record Null() implements Value {}

    /** A list. */
    record Sequence(List<Value> items) implements Value {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** An object with text keys. */
    record Mapping(Map<String, Value> entries) implements Value {
        private static final Mapping EMPTY = new Mapping(Map.of());

        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        public static Mapping empty() {
            return EMPTY;
        }

        public boolean isEmpty() {
            return entries.isEmpty();
        }

        /** The value under {@code key}; a null value counts as absent. */
        public Optional<Value> find(String key) {
            return Optional.ofNullable(entries.get(key)).filter(value -> !(value instanceof Null));
        }

        /** The value under {@code key} as text, numbers and booleans rendered as in JSON; absent for mappings and sequences. */
        public Optional<String> text(String key) {
            return find(key).flatMap(Value::asText);
        }

        public OptionalLong whole(String key) {
            return find(key).map(Value::asWhole).orElse(OptionalLong.empty());
        }

        public Optional<Boolean> bool(String key) {
            return find(key).flatMap(Value::asBool);
        }

        /** The mapping under {@code key}; empty when absent or of another type. */
        public Mapping mapping(String key) {
            return find(key).orElse(EMPTY) instanceof Mapping mapping ? mapping : EMPTY;
        }

        /** The items under {@code key}; empty when absent or of another type. */
        public List<Value> items(String key) {
            return find(key).orElse(EMPTY) instanceof Sequence sequence ? sequence.items() : List.of();
        }

        public Mapping with(String key, Value value) {
            Map<String, Value> changed = new LinkedHashMap<>(entries);
            changed.put(key, value);
            return new Mapping(changed);
        }

        public Mapping with(String key, String value) {
            return with(key, new Text(value));
        }

        public Mapping with(String key, long value) {
            return with(key, new Whole(value));
        }

        public Mapping with(String key, boolean value) {
            return with(key, new Bool(value));
        }

        public Mapping with(String key, Optional<? extends Value> value) {
            return value.isPresent() ? with(key, value.get()) : this;
        }

        public Mapping with(String key, OptionalInt value) {
            return value.isPresent() ? with(key, value.getAsInt()) : this;
        }

        public Mapping with(String key, OptionalLong value) {
            return value.isPresent() ? with(key, value.getAsLong()) : this;
        }

        public Mapping without(String key) {
            if (!entries.containsKey(key)) {
                return this;
            }
            Map<String, Value> changed = new LinkedHashMap<>(entries);
            changed.remove(key);
            return new Mapping(changed);
        }

        /**
         * This mapping changed as PATCH /config does: null removes a key, mappings merge, other values replace (reference 2.1).
         */
        public Mapping patchedWith(Mapping patch) {
            Map<String, Value> changed = new LinkedHashMap<>(entries);
            patch.entries().forEach((key, value) -> {
                switch (value) {
                    case Null() -> changed.remove(key);
                    case Mapping inner -> {
                        Mapping before = changed.get(key) instanceof Mapping old ? old : EMPTY;
                        changed.put(key, before.patchedWith(inner));
                    }
                    case Text _, Whole _, Decimal _, Bool _, Sequence _ -> changed.put(key, value);
                }
            });
            return new Mapping(changed);
        }
    }

    static Text of(String text) {
        return new Text(text);
    }

    static Whole of(long number) {
        return new Whole(number);
    }

    static Bool of(boolean truth) {
        return new Bool(truth);
    }

    static Sequence texts(Iterable<String> texts) {
        List<Value> items = new ArrayList<>();
        texts.forEach(text -> items.add(new Text(text)));
        return new Sequence(items);
    }

    /** Scalars as text, numbers and booleans rendered as in JSON; absent for null, mappings and sequences. */
    default Optional<String> asText() {
        return switch (this) {
            case Text(String text) -> Optional.of(text);
            case Whole(long number) -> Optional.of(Long.toString(number));
            case Decimal(BigDecimal number) -> Optional.of(number.toPlainString());
            case Bool(boolean truth) -> Optional.of(Boolean.toString(truth));
            case Null _, Sequence _, Mapping _ -> Optional.empty();
        };
    }

    /** A whole number, also when written as text. */
    default OptionalLong asWhole() {
        return switch (this) {
            case Whole(long number) -> OptionalLong.of(number);
            case Text(String text) -> wholeIn(text);
            case Decimal _, Bool _, Null _, Sequence _, Mapping _ -> OptionalLong.empty();
        };
    }

    /** A boolean, also in the words that Patroni takes: on, off, true, false, yes, no, 1, 0 in any case. */
    default Optional<Boolean> asBool() {
        return switch (this) {
            case Bool(boolean truth) -> Optional.of(truth);
            case Whole(long number) when number == 0 || number == 1 -> Optional.of(number == 1);
            case Text(String text) -> boolIn(text);
            case Whole _, Decimal _, Null _, Sequence _, Mapping _ -> Optional.empty();
        };
    }

    private static OptionalLong wholeIn(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException notANumber) {
            return OptionalLong.empty();
        }
    }

    private static Optional<Boolean> boolIn(String text) {
        return switch (text.strip().toLowerCase(java.util.Locale.ROOT)) {
            case "on", "true", "yes", "1" -> Optional.of(true);
            case "off", "false", "no", "0" -> Optional.of(false);
            default -> Optional.empty();
        };
    }
}
