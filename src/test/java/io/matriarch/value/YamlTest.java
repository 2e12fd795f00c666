package io.matriarch.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Null;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are what PyYAML 6.0.3 gives. */
class YamlTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "on|true",
                "Off|false",
                "YES|true",
                "no|false",
                "y|\"y\"",
                "~|null",
                "Null|null",
                "0777|511",
                "0x1f|31",
                "-0b101|-5",
                "1_000|1000",
                "1:30|90",
                "1:2:3|3723",
                "127:5432|\"127:5432\"",
                "08|\"08\"",
                "1e5|\"1e5\"",
                "1.5e3|\"1.5e3\"",
                "1.5e+3|1500.0",
                "1.|1.0",
                ".5|0.5",
                "-.5|\"-.5\"",
                "1:30.5|90.5",
                "18446744073709551616|18446744073709551616",
                "2026-01-01|\"2026-01-01\"",
                "'on'|\"on\"",
                "!!str 1|\"1\"",
                "!!int '5'|5",
                "=|\"=\"",
                "{on: 1, 2: 3, ~: 4}|{\"true\":1,\"2\":3,\"null\":4}",
                "{a: 1, b: 2, a: 3}|{\"a\":3,\"b\":2}"
            })
    void wordsMeanWhatTheyMeanToPyYaml(String yaml, String json) {
        assertThat(Json.compact(Yaml.parse(yaml))).isEqualTo(json);
    }

    @Test
    void mergeKeysGiveWayToOwnKeys() {
        assertThat(Json.compact(Yaml.parse("a: &x {b: 1, c: 2}\nd:\n  c: 3\n  <<: *x\n")))
                .isEqualTo("{\"a\":{\"b\":1,\"c\":2},\"d\":{\"b\":1,\"c\":3}}");
        assertThat(Json.compact(Yaml.parse("l: [&x {a: 1}, &y {a: 2, b: 3}]\nm: {z: 0, <<: [*x, *y]}\n")))
                .isEqualTo("{\"l\":[{\"a\":1},{\"a\":2,\"b\":3}],\"m\":{\"a\":1,\"b\":3,\"z\":0}}");
    }

    @Test
    void emptyDocumentsAreNull() {
        assertThat(Yaml.parse("")).isEqualTo(new Null());
        assertThat(Yaml.parse("# only this\n")).isEqualTo(new Null());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a: [1, 2|1|9|expected ',' or ']'",
                "a: 1;b: 2: 3|2|5|mapping values are not allowed here",
                "a: *u|1|4|undefined alias",
                "a: !!python/object:os.system x|1|4|tag is not allowed",
                "a: !foo [b]|1|4|only those of plain data",
                "<<: 3|1|5|<< takes a mapping",
                "a: &a [*a]|1|4|contains itself",
                "? [a];: b|1|3|a key must be a word",
                "a: !!int x|1|4|doesn't fit its type",
                "a: 1;---;b: 2|2|1|single document",
                "a: 1;b: \u0007x|2|4|U+0007 isn't allowed"
            })
    void saysWhereItIsMalformed(String yaml, int line, int column, String reason) {
        assertThatThrownBy(() -> Yaml.parse(yaml.replace(';', '\n')))
                .isInstanceOfSatisfying(MalformedDocument.class, malformed -> {
                    assertThat(malformed).hasMessageContaining(reason);
                    assertThat(List.of(malformed.line(), malformed.column()))
                            .as(malformed.getMessage())
                            .isEqualTo(List.of(line, column));
                });
    }

    @Test
    void aliasesCannotExplode() {
        String bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
                + IntStream.range(1, 9)
                        .mapToObj(level -> "a%d: &a%d [%s]\n"
                                .formatted(
                                        level,
                                        level,
                                        String.join(",", java.util.Collections.nCopies(9, "*a" + (level - 1)))))
                        .collect(Collectors.joining());
        assertThatThrownBy(() -> Yaml.parse(bomb))
                .isInstanceOf(MalformedDocument.class)
                .hasMessageContaining("aliases");
    }

    @Test
    void depthAndSizeAreBounded() {
        assertThatThrownBy(() -> Yaml.parse("[".repeat(10_000))).isInstanceOf(MalformedDocument.class);
        assertThatThrownBy(() -> Yaml.parse("a".repeat(4 * 1024 * 1024))).isInstanceOf(MalformedDocument.class);
    }

    @Test
    void writesAsPyYamlDoes() {
        Value value = Json.parse("""
                {"ttl":30,"postgresql":{"use_pg_rewind":true,"parameters":{"max_connections":100,"wal_level":"replica",
                "shared_buffers":"128MB","archive_command":"test ! -f /a/%f && cp %p '/a/%f'","autovacuum":"on"},
                "pg_hba":["host all all 0.0.0.0/0 md5","local all all trust"]},"slots":{},"ignore_slots":[],
                "x":[[1,2],[{"a":null,"b":1.5}]],"port":"5432","text":"a\\n  b\\n","two":"a\\n\\nb","e":"","f":1e16,"n":"é"}""");
        assertThat(Yaml.write(value, Yaml.Order.SORTED)).isEqualTo("""
                        e: ''
                        f: 1.0e+16
                        ignore_slots: []
                        n: é
                        port: '5432'
                        postgresql:
                          parameters:
                            archive_command: test ! -f /a/%f && cp %p '/a/%f'
                            autovacuum: 'on'
                            max_connections: 100
                            shared_buffers: 128MB
                            wal_level: replica
                          pg_hba:
                          - host all all 0.0.0.0/0 md5
                          - local all all trust
                          use_pg_rewind: true
                        slots: {}
                        text: "a\\n  b\\n"
                        ttl: 30
                        two: 'a


                          b'
                        x:
                        - - 1
                          - 2
                        - - a: null
                            b: 1.5
                        """);
        assertThat(Yaml.write(Mapping.empty().with("b", 1).with("a", 2), Yaml.Order.KEPT))
                .isEqualTo("b: 1\na: 2\n");
    }

    @Property
    @Domain(Values.class)
    void whatIsWrittenIsReadAgain(@ForAll Value value) {
        assertThat(Yaml.parse(Yaml.write(value, Yaml.Order.KEPT))).isEqualTo(value);
        assertThat(Yaml.parse(Yaml.write(value, Yaml.Order.SORTED))).isEqualTo(value);
    }
}
