package io.matriarch.value;

import io.matriarch.value.Value.Bool;
import io.matriarch.value.Value.Decimal;
import io.matriarch.value.Value.Null;
import io.matriarch.value.Value.Text;
import io.matriarch.value.Value.Whole;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/** What an unquoted word of YAML 1.1 means to PyYAML, which differs from other libraries: 1e5 is text, 0777 is octal, 1:30 is ninety, on is true. */
enum YamlScalar {
    TEXT,
    NULL,
    BOOL,
    WHOLE,
    DECIMAL,
    TIMESTAMP,
    MERGE,
    EQUALS;

    private static final Pattern BOOLS =
            Pattern.compile("yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF");
    private static final Pattern NULLS = Pattern.compile("~|null|Null|NULL|");
    private static final Pattern WHOLES = Pattern.compile("[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)"
            + "|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+");
    private static final Pattern DECIMALS =
            Pattern.compile("[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?|\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
                    + "|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");
    private static final Pattern TIMESTAMPS = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"
            + "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?"
            + "(?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?");
    private static final BigDecimal SIXTY = BigDecimal.valueOf(60);

    /** What the plain, untagged word is. */
    static YamlScalar of(String word) {
        if (NULLS.matcher(word).matches()) {
            return NULL;
        }
        char first = word.charAt(0);
        if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.') {
            return number(word);
        }
        if (BOOLS.matcher(word).matches()) {
            return BOOL;
        }
        return switch (word) {
            case "<<" -> MERGE;
            case "=" -> EQUALS;
            default -> TEXT;
        };
    }

    private static YamlScalar number(String word) {
        if (DECIMALS.matcher(word).matches()) {
            return DECIMAL;
        }
        if (WHOLES.matcher(word).matches()) {
            return WHOLE;
        }
        return TIMESTAMPS.matcher(word).matches() ? TIMESTAMP : TEXT;
    }

    /**
     * The value of {@code word}, read as this. Timestamps, infinity and not-a-number stay text.
     *
     * @throws IllegalArgumentException if it can't be read so, which only explicit tags can cause
     */
    Value value(String word) {
        return switch (this) {
            case TEXT, TIMESTAMP, MERGE, EQUALS -> new Text(word);
            case NULL -> new Null();
            case BOOL -> bool(word);
            case WHOLE -> whole(word.replace("_", ""));
            case DECIMAL -> decimal(word);
        };
    }

    private static Value bool(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on" -> new Bool(true);
            case "no", "false", "off" -> new Bool(false);
            default -> throw new IllegalArgumentException("not a boolean");
        };
    }

    private static Value whole(String word) {
        String digits = unsigned(word);
        BigInteger number;
        if (digits.startsWith("0b")) {
            number = new BigInteger(digits.substring(2), 2);
        } else if (digits.startsWith("0x")) {
            number = new BigInteger(digits.substring(2), 16);
        } else if (digits.startsWith("0")) {
            number = new BigInteger(digits, 8);
        } else {
            number = sexagesimal(digits).toBigIntegerExact();
        }
        BigInteger signed = word.startsWith("-") ? number.negate() : number;
        return signed.bitLength() < Long.SIZE ? new Whole(signed.longValue()) : new Decimal(new BigDecimal(signed));
    }

    private static Value decimal(String word) {
        String digits = unsigned(word.replace("_", ""));
        String lower = digits.toLowerCase(Locale.ROOT);
        if (lower.equals(".inf") || lower.equals(".nan")) {
            return new Text(word);
        }
        BigDecimal number = sexagesimal(digits);
        if (PythonNumbers.isTooLarge(number)) {
            throw new IllegalArgumentException("the number's exponent is too large");
        }
        return new Decimal(PythonNumbers.fraction(word.startsWith("-") ? number.negate() : number));
    }

    private static BigDecimal sexagesimal(String digits) {
        BigDecimal sum = BigDecimal.ZERO;
        for (String part : digits.split(":", -1)) {
            sum = sum.multiply(SIXTY).add(new BigDecimal(part));
        }
        return sum;
    }

    private static String unsigned(String word) {
        return word.startsWith("-") || word.startsWith("+") ? word.substring(1) : word;
    }
}
