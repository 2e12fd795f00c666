package io.matriarch.value;

import java.math.BigDecimal;

/** Numbers beyond 64-bit integers as Python prints them. */
final class PythonNumbers {
    /** Beyond what a double holds; a longer exponent would cost memory without bound when printed. */
    private static final int LARGEST_EXPONENT = 400;

    private PythonNumbers() {}

    static boolean isTooLarge(BigDecimal number) {
        return Math.abs((long) number.precision() - number.scale()) > LARGEST_EXPONENT;
    }

    /** A number written with a fraction or exponent keeps a fraction, so that it isn't written as a whole number again. */
    static BigDecimal fraction(BigDecimal number) {
        BigDecimal shortest = number.stripTrailingZeros();
        return shortest.scale() < 1 ? shortest.setScale(1) : shortest;
    }

    /**
     * A number without scale is one of Python's unbounded integers; others are printed as repr of a float does: with a fraction, and with an exponent
     * outside 1e-4 to 1e16.
     */
    static String text(BigDecimal number) {
        if (number.scale() == 0) {
            return number.toPlainString();
        }
        if (number.signum() == 0) {
            return "0.0";
        }
        BigDecimal shortest = number.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            return fraction(shortest).toPlainString();
        }
        String digits = shortest.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        String sign = shortest.signum() < 0 ? "-" : "";
        return "%s%se%s%02d".formatted(sign, mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
