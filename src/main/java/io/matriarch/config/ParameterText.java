package io.matriarch.config;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Bool;
import io.matriarch.value.Value.Decimal;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Null;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import io.matriarch.value.Value.Whole;
import java.util.Optional;

/** The text of a parameter's value for PostgreSQL. */
final class ParameterText {
    private ParameterText() {}

    /** Booleans become on and off, which also the parameters with more words than these two understand; lists and mappings have no text. */
    static Optional<String> of(Value value) {
        return switch (value) {
            case Bool(boolean truth) -> Optional.of(truth ? "on" : "off");
            case Text _, Whole _, Decimal _ -> value.asText();
            case Null _, Sequence _, Mapping _ -> Optional.empty();
        };
    }
}
