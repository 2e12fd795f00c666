package io.matriarch.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.value.Value.Decimal;
import io.matriarch.value.Value.Mapping;
import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
    @Test
    void keepsOrderAndTypes() {
        String text = "{\"z\":1,\"a\":[true,false,null,\"x\",-2.5],\"m\":{}}";
        assertThat(Json.compact(Json.parse(text))).isEqualTo(text);
        assertThat(Json.spaced(Json.parse(text)))
                .isEqualTo("{\"z\": 1, \"a\": [true, false, null, \"x\", -2.5], \"m\": {}}");
    }

    @Test
    void escapesAsPythonDoes() {
        assertThat(Json.compact(Value.of("\u00e9\"\\/\b\f\n\r\t\u0001\u007f\ud83d\udc18")))
                .isEqualTo("\"\\u00e9\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\\ud83d\\udc18\"");
    }

    // the right column is what Python 3 prints for json.dumps(json.loads(left))
    @ParameterizedTest
    @CsvSource({
        "1.0,1.0",
        "1.50,1.5",
        "1e5,100000.0",
        "0.0,0.0",
        "1e15,1000000000000000.0",
        "1e16,1e+16",
        "12345678901234568e0,1.2345678901234568e+16",
        "0.0001,0.0001",
        "0.00001,1e-05",
        "-1.5e-7,-1.5e-07",
        "1e100,1e+100",
        "9223372036854775807,9223372036854775807",
        "9223372036854775808,9223372036854775808",
        "-123456789012345678901234567890,-123456789012345678901234567890"
    })
    void printsNumbersAsPythonDoes(String read, String written) {
        assertThat(Json.compact(Json.parse(read))).isEqualTo(written);
    }

    @Test
    void lastOfRepeatedKeysCounts() {
        assertThat(Json.parse("{\"a\":1,\"b\":2,\"a\":3}"))
                .isEqualTo(Mapping.empty().with("a", 3).with("b", 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\": }|1|7",
                "{\"a\": 1|1|8",
                "nonsense|1|1",
                "1 2|1|3",
                "' '|1|2",
                "[1,; tru]|2|2",
                "NaN|1|4",
                "1e999999999|1|1"
            })
    void saysWhereItIsMalformed(String text, int line, int column) {
        assertThatThrownBy(() -> Json.parse(text.replace(';', '\n')))
                .isInstanceOfSatisfying(MalformedDocument.class, malformed -> {
                    assertThat(malformed.line()).as(malformed.getMessage()).isEqualTo(line);
                    assertThat(malformed.column()).as(malformed.getMessage()).isEqualTo(column);
                    assertThat(malformed)
                            .hasMessage("line %d, column %d: %s".formatted(line, column, malformed.reason()));
                    assertThat(malformed.in("a.json")).hasMessageStartingWith("a.json, line ");
                });
    }

    @Test
    void refusesNestingWithoutEnd() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000))).isInstanceOf(MalformedDocument.class);
    }

    @Property
    @Domain(Values.class)
    void whatIsWrittenIsReadAgain(@ForAll Value value) {
        assertThat(Json.parse(Json.compact(value))).isEqualTo(value);
        assertThat(Json.parse(Json.spaced(value))).isEqualTo(value);
        assertThat(Json.compact(value)).matches("[ -~]*");
    }

    @Test
    void wholeNumbersBeyond64BitsAreKept() {
        assertThat(Json.parse("18446744073709551616")).isEqualTo(new Decimal(new BigDecimal("18446744073709551616")));
    }
}
