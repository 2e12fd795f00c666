package io.matriarch.config;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes and durations with PostgreSQL's units, whose case matters: B, kB, MB, GB, TB; us, ms, s, min, h, d (reference 2.14).
 *
 * <p>A base unit is what pg_settings shows as a parameter's unit: one of those with an optional factor, such as {@code 8kB}. A number without unit counts in
 * the base unit. Rounding is to the nearest, halves to the even neighbour.
 */
public final class Units {
    private record Unit(String name, BigDecimal factor) {}

    private record Base(BigDecimal factor, List<Unit> family) {}

    private static final List<Unit> SIZES = List.of(
            unit("TB", 1L << 40), unit("GB", 1L << 30), unit("MB", 1L << 20), unit("kB", 1L << 10), unit("B", 1));
    private static final List<Unit> DURATIONS = List.of(
            unit("d", 86_400_000_000L),
            unit("h", 3_600_000_000L),
            unit("min", 60_000_000L),
            unit("s", 1_000_000L),
            unit("ms", 1_000L),
            unit("us", 1));
    private static final Pattern NUMBER = Pattern.compile(
            "\\s*([-+]?)(?:(0[xX][0-9a-fA-F]+)|(0[0-7]*)(?![.eE0-9])"
                    + "|((?!0[0-9])[0-9]+(?:\\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\\.[0-9]+(?:[eE][-+]?[0-9]+)?))\\s*([A-Za-z]*)\\s*");
    private static final Pattern BASE = Pattern.compile("([0-9]*)([A-Za-z]+)");
    private static final int LONGEST_NUMBER = 50;
    private static final int LARGEST_EXPONENT = 400;

    private Units() {}

    private static Unit unit(String name, long factor) {
        return new Unit(name, BigDecimal.valueOf(factor));
    }

    /** {@code text} as a number without fraction of {@code baseUnit}s; absent if it isn't one, or its unit doesn't fit. */
    public static OptionalLong whole(String text, String baseUnit) {
        return toLong(real(text, baseUnit));
    }

    /** {@code text} as a number without fraction and unit; hexadecimal and octal count too. */
    public static OptionalLong whole(String text) {
        return toLong(real(text, ""));
    }

    /** {@code text} as a number of {@code baseUnit}s; an empty base unit means that no unit is allowed. */
    public static Optional<BigDecimal> real(String text, String baseUnit) {
        Matcher matcher = NUMBER.matcher(text);
        if (text.length() > LONGEST_NUMBER || !matcher.matches()) {
            return Optional.empty();
        }
        return number(matcher).flatMap(number -> inBaseUnit(number, matcher.group(5), baseUnit));
    }

    /** {@code number} of {@code baseUnit}s in the largest unit that needs no fraction: 131072 kB are 128MB. */
    public static String readable(long number, String baseUnit) {
        Optional<Base> base = base(baseUnit);
        if (base.isEmpty() || number <= 0) {
            return Long.toString(number);
        }
        BigDecimal smallest = BigDecimal.valueOf(number).multiply(base.get().factor());
        return base.get().family().stream()
                .filter(unit -> smallest.remainder(unit.factor()).signum() == 0)
                .findFirst()
                .map(unit -> smallest.divideToIntegralValue(unit.factor()).toBigInteger() + unit.name())
                .orElseGet(() -> Long.toString(number));
    }

    private static Optional<BigDecimal> number(Matcher matcher) {
        Optional<String> hexadecimal = Optional.ofNullable(matcher.group(2));
        Optional<String> octal = Optional.ofNullable(matcher.group(3));
        BigDecimal number = hexadecimal
                .map(digits -> new BigDecimal(new BigInteger(digits.substring(2), 16)))
                .or(() -> octal.map(digits -> new BigDecimal(new BigInteger(digits, 8))))
                .orElseGet(() ->
                        new BigDecimal(Optional.ofNullable(matcher.group(4)).orElse("0")));
        if (Math.abs((long) number.precision() - number.scale()) > LARGEST_EXPONENT) {
            return Optional.empty();
        }
        return Optional.of("-".equals(matcher.group(1)) ? number.negate() : number);
    }

    private static Optional<BigDecimal> inBaseUnit(BigDecimal number, String unitName, String baseUnit) {
        if (unitName.isEmpty()) {
            return Optional.of(number);
        }
        return base(baseUnit)
                .flatMap(base -> base.family().stream()
                        .filter(unit -> unit.name().equals(unitName))
                        .findFirst()
                        .map(unit -> convert(number, unit, base)));
    }

    /** A fraction of a unit is first rounded to the next smaller unit, as PostgreSQL does. */
    private static BigDecimal convert(BigDecimal number, Unit unit, Base base) {
        int next = base.family().indexOf(unit) + 1;
        BigDecimal step = next < base.family().size() ? base.family().get(next).factor() : BigDecimal.ONE;
        BigDecimal steps = number.multiply(unit.factor()).divide(step, 0, RoundingMode.HALF_EVEN);
        return steps.multiply(step).divide(base.factor(), 20, RoundingMode.HALF_EVEN);
    }

    private static Optional<Base> base(String baseUnit) {
        Matcher matcher = BASE.matcher(baseUnit);
        if (!matcher.matches() || matcher.group(1).length() > 12) {
            return Optional.empty();
        }
        BigDecimal count = matcher.group(1).isEmpty() ? BigDecimal.ONE : new BigDecimal(matcher.group(1));
        return List.of(SIZES, DURATIONS).stream()
                .flatMap(family -> family.stream()
                        .filter(unit -> unit.name().equals(matcher.group(2)))
                        .map(unit -> new Base(unit.factor().multiply(count), family)))
                .filter(base -> base.factor().signum() > 0)
                .findFirst();
    }

    private static OptionalLong toLong(Optional<BigDecimal> number) {
        return number.map(exact -> exact.setScale(0, RoundingMode.HALF_EVEN).toBigInteger())
                .filter(rounded -> rounded.bitLength() < Long.SIZE)
                .map(rounded -> OptionalLong.of(rounded.longValue()))
                .orElse(OptionalLong.empty());
    }
}
