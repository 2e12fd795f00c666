package io.matriarch.cli;

import io.matriarch.value.Json;
import io.matriarch.value.Value;
import java.util.stream.Collectors;

/** Values as Python prints them, which is what scripts find in Patroni's tables. */
final class PythonText {
    private PythonText() {}

    /** Inside of a list: text is quoted there. */
    static String of(Value value) {
        return switch (value) {
            case Value.Text(String text) -> quoted(text);
            case Value.Bool(boolean truth) -> truth ? "True" : "False";
            case Value.Null() -> "None";
            case Value.Whole _, Value.Decimal _ -> Json.compact(value);
            case Value.Sequence(var items) ->
                items.stream().map(PythonText::of).collect(Collectors.joining(", ", "[", "]"));
            case Value.Mapping(var entries) ->
                entries.entrySet().stream()
                        .map(entry -> quoted(entry.getKey()) + ": " + of(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }

    private static String quoted(String text) {
        String escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
        return text.contains("'") && !text.contains("\"")
                ? '"' + escaped + '"'
                : "'" + escaped.replace("'", "\\'") + "'";
    }
}
