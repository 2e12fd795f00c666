package io.matriarch.value;

import io.matriarch.value.Value.Bool;
import io.matriarch.value.Value.Decimal;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Null;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import io.matriarch.value.Value.Whole;
import java.math.BigDecimal;
import java.math.BigInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;

/** Values as jqwik's domain: nested three deep, keys and texts from a small alphabet and from all of Unicode. */
final class Values extends DomainContextBase {
    @Provide
    Arbitrary<Value> values() {
        return nested(3);
    }

    @Provide
    Arbitrary<Mapping> mappings() {
        return mapping(nested(2));
    }

    private static Arbitrary<Value> nested(int depth) {
        if (depth == 0) {
            return scalars();
        }
        Arbitrary<Value> inner = nested(depth - 1);
        Arbitrary<Value> sequences = inner.list().ofMaxSize(4).map(Sequence::new);
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(3, scalars()),
                net.jqwik.api.Tuple.of(1, sequences),
                net.jqwik.api.Tuple.of(2, mapping(inner).map(Value.class::cast)));
    }

    private static Arbitrary<Mapping> mapping(Arbitrary<Value> inner) {
        return Arbitraries.maps(keys(), inner).ofMaxSize(4).map(Mapping::new);
    }

    private static Arbitrary<String> keys() {
        return Arbitraries.oneOf(Arbitraries.of("a", "b", "c", "on", "1"), texts());
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(6),
                Arbitraries.strings()
                        .withChars("aB1-:#'\"\\ \n\t.,[]{}&*!|>%@`~?\u00e9\u0085\u2028")
                        .ofMaxLength(12),
                Arbitraries.of(
                        "", "on", "No", "null", "~", "1", "0x1f", "1.5", "2026-01-01", "=", "<<", "- a", "a: b"));
    }

    private static Arbitrary<Value> scalars() {
        Arbitrary<Value> fractions =
                Arbitraries.bigDecimals().ofScale(3).map(number -> new Decimal(withFraction(number)));
        Arbitrary<Value> huge = Arbitraries.bigIntegers()
                .between(BigInteger.ONE.shiftLeft(64), BigInteger.ONE.shiftLeft(200))
                .map(number -> new Decimal(new BigDecimal(number)));
        return Arbitraries.oneOf(
                texts().map(Text::new),
                Arbitraries.longs().map(Whole::new),
                fractions,
                huge,
                Arbitraries.of(true, false).map(Bool::new),
                Arbitraries.create(Null::new));
    }

    private static BigDecimal withFraction(BigDecimal number) {
        BigDecimal shortest = number.stripTrailingZeros();
        return shortest.scale() < 1 ? shortest.setScale(1) : shortest;
    }
}
