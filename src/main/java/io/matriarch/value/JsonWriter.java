package io.matriarch.value;

import io.matriarch.value.Value.Bool;
import io.matriarch.value.Value.Decimal;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Null;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import io.matriarch.value.Value.Whole;
import java.math.BigDecimal;
import java.util.Map;

/** Writes a value as Python's json.dumps does with its default of escaping all but printable ASCII. */
final class JsonWriter {
    private static final String HEXADECIMAL = "0123456789abcdef";

    private final StringBuilder out;
    private final String comma;
    private final String colon;

    JsonWriter(StringBuilder out, String comma, String colon) {
        this.out = out;
        this.comma = comma;
        this.colon = colon;
    }

    void write(Value value) {
        switch (value) {
            case Text(String text) -> writeText(text);
            case Whole(long number) -> out.append(number);
            case Decimal(BigDecimal number) -> out.append(PythonNumbers.text(number));
            case Bool(boolean truth) -> out.append(truth);
            case Null() -> out.append("null");
            case Sequence sequence -> writeSequence(sequence);
            case Mapping mapping -> writeMapping(mapping);
        }
    }

    private void writeSequence(Sequence sequence) {
        out.append('[');
        String separator = "";
        for (Value item : sequence.items()) {
            out.append(separator);
            write(item);
            separator = comma;
        }
        out.append(']');
    }

    private void writeMapping(Mapping mapping) {
        out.append('{');
        String separator = "";
        for (Map.Entry<String, Value> entry : mapping.entries().entrySet()) {
            out.append(separator);
            writeText(entry.getKey());
            out.append(colon);
            write(entry.getValue());
            separator = comma;
        }
        out.append('}');
    }

    private void writeText(String text) {
        out.append('"');
        for (int index = 0; index < text.length(); index++) {
            writeCharacter(text.charAt(index));
        }
        out.append('"');
    }

    private void writeCharacter(char character) {
        switch (character) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (character >= ' ' && character <= '~') {
                    out.append(character);
                } else {
                    writeEscaped(character);
                }
            }
        }
    }

    private void writeEscaped(char character) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEXADECIMAL.charAt((character >> shift) & 0xF));
        }
    }
}
