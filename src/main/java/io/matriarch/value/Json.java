package io.matriarch.value;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.matriarch.value.Value.Bool;
import io.matriarch.value.Value.Decimal;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Null;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import io.matriarch.value.Value.Whole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads JSON, and writes it byte for byte as Python's json.dumps does, because other members and scripts compare texts: non-ASCII escaped, fractions in
 * their shortest form.
 */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /**
     * Reads one value, and nothing after it but white space. Of a repeated key the last value counts.
     *
     * @throws MalformedDocument if {@code text} isn't JSON
     */
    public static Value parse(String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                throw malformed("a JSON value is expected, but there is none", parser.currentLocation());
            }
            Value value = read(parser);
            if (parser.nextToken() != null) {
                throw malformed("nothing may follow the JSON value", parser.currentTokenLocation());
            }
            return value;
        } catch (JsonProcessingException e) {
            MalformedDocument malformed = malformed(
                    e.getOriginalMessage(), Optional.ofNullable(e.getLocation()).orElse(JsonLocation.NA));
            malformed.initCause(e);
            throw malformed;
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    /** Without any white space, as in the DCS. */
    public static String compact(Value value) {
        return write(value, ",", ":");
    }

    /** With a space after commas and colons, as in REST answers. */
    public static String spaced(Value value) {
        return write(value, ", ", ": ");
    }

    private static String write(Value value, String comma, String colon) {
        StringBuilder text = new StringBuilder();
        new JsonWriter(text, comma, colon).write(value);
        return text.toString();
    }

    private static Value read(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> readMapping(parser);
            case START_ARRAY -> readSequence(parser);
            case VALUE_STRING -> new Text(parser.getText());
            case VALUE_NUMBER_INT -> readWhole(parser);
            case VALUE_NUMBER_FLOAT -> readDecimal(parser);
            case VALUE_TRUE -> new Bool(true);
            case VALUE_FALSE -> new Bool(false);
            case VALUE_NULL -> new Null();
            case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw malformed("a value is expected here", parser.currentTokenLocation());
        };
    }

    private static Mapping readMapping(JsonParser parser) throws IOException {
        Map<String, Value> entries = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            entries.put(key, read(parser));
        }
        return new Mapping(entries);
    }

    private static Sequence readSequence(JsonParser parser) throws IOException {
        List<Value> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(read(parser));
        }
        return new Sequence(items);
    }

    private static Value readWhole(JsonParser parser) throws IOException {
        return parser.getNumberType() == NumberType.BIG_INTEGER
                ? new Decimal(new BigDecimal(parser.getBigIntegerValue()))
                : new Whole(parser.getLongValue());
    }

    private static Decimal readDecimal(JsonParser parser) throws IOException {
        BigDecimal number = parser.getDecimalValue();
        if (PythonNumbers.isTooLarge(number)) {
            throw malformed("the number's exponent is too large", parser.currentTokenLocation());
        }
        return new Decimal(PythonNumbers.fraction(number));
    }

    private static MalformedDocument malformed(String reason, JsonLocation location) {
        return new MalformedDocument(reason, Math.max(location.getLineNr(), 1), Math.max(location.getColumnNr(), 1));
    }
}
