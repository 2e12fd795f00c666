package io.matriarch.value;

import java.math.BigDecimal;

/** Numbers beyond 64-bit integers as Python prints them. */
final class PythonNumbers {
    private PythonNumbers() {}

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
            return (shortest.scale() < 1 ? shortest.setScale(1) : shortest).toPlainString();
        }
        String digits = shortest.unscaledValue().abs().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        String sign = shortest.signum() < 0 ? "-" : "";
        return "%s%se%s%02d".formatted(sign, mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
