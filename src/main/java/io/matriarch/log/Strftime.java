package io.matriarch.log;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Python's strftime in English: a date format of the configuration, said in Java's. */
final class Strftime {
    private static final String STANDARD = "yyyy-MM-dd HH:mm:ss,SSS";
    private static final Map<Character, String> FIELDS = Map.ofEntries(
            Map.entry('Y', "yyyy"),
            Map.entry('y', "yy"),
            Map.entry('m', "MM"),
            Map.entry('d', "dd"),
            Map.entry('e', "ppd"),
            Map.entry('j', "DDD"),
            Map.entry('H', "HH"),
            Map.entry('I', "hh"),
            Map.entry('p', "a"),
            Map.entry('M', "mm"),
            Map.entry('S', "ss"),
            Map.entry('f', "SSSSSS"),
            Map.entry('z', "xx"),
            Map.entry('Z', "zzz"),
            Map.entry('b', "MMM"),
            Map.entry('h', "MMM"),
            Map.entry('B', "MMMM"),
            Map.entry('a', "EEE"),
            Map.entry('A', "EEEE"),
            Map.entry('F', "yyyy-MM-dd"),
            Map.entry('T', "HH:mm:ss"),
            Map.entry('R', "HH:mm"),
            Map.entry('D', "MM/dd/yy"),
            Map.entry('x', "MM/dd/yy"),
            Map.entry('X', "HH:mm:ss"),
            Map.entry('c', "EEE MMM ppd HH:mm:ss yyyy"),
            Map.entry('%', "'%'"));

    private final DateTimeFormatter formatter;

    /** Without a format, milliseconds follow a comma. */
    Strftime(Optional<String> format, ZoneId zone) {
        this.formatter = DateTimeFormatter.ofPattern(
                        format.map(Strftime::pattern).orElse(STANDARD), Locale.ENGLISH)
                .withZone(zone);
    }

    String format(Instant time) {
        return formatter.format(time);
    }

    /** Fields that have no counterpart are left out. */
    private static String pattern(String strftime) {
        StringBuilder pattern = new StringBuilder();
        StringBuilder literal = new StringBuilder();
        for (int index = 0; index < strftime.length(); index++) {
            if (strftime.charAt(index) == '%' && index + 1 < strftime.length()) {
                pattern.append(quoted(literal));
                literal.setLength(0);
                index++;
                pattern.append(
                        Optional.ofNullable(FIELDS.get(strftime.charAt(index))).orElse(""));
            } else {
                literal.append(strftime.charAt(index));
            }
        }
        return pattern.append(quoted(literal)).toString();
    }

    /** Everything is a field to Java, or may become one, unless it is quoted. */
    private static String quoted(CharSequence literal) {
        return literal.isEmpty() ? "" : "'" + literal.toString().replace("'", "''") + "'";
    }
}
