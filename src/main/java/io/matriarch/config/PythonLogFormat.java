package io.matriarch.config;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's log formats and strftime patterns, said in those of the JBoss log manager (reference 2.3). */
final class PythonLogFormat {
    private static final String STANDARD_DATE = "yyyy-MM-dd HH:mm:ss,SSS";
    private static final String STANDARD = "%(asctime)s %(levelname)s: %(message)s";
    private static final Pattern PLACEHOLDER = Pattern.compile("%(?:\\((\\w+)\\)([-0-9.]*)[sd]|(%))");
    private static final Map<String, String> SYMBOLS = Map.ofEntries(
            Map.entry("levelname", "p"),
            Map.entry("name", "c"),
            Map.entry("process", "i"),
            Map.entry("processName", "N"),
            Map.entry("thread", "t{id}"),
            Map.entry("threadName", "t"),
            Map.entry("filename", "F"),
            Map.entry("pathname", "F"),
            Map.entry("module", "C{1}"),
            Map.entry("funcName", "M"),
            Map.entry("lineno", "L"),
            Map.entry("relativeCreated", "r"));
    private static final Map<Character, String> DATE_FIELDS = Map.ofEntries(
            Map.entry('Y', "yyyy"),
            Map.entry('y', "yy"),
            Map.entry('m', "MM"),
            Map.entry('d', "dd"),
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
            Map.entry('B', "MMMM"),
            Map.entry('a', "EEE"),
            Map.entry('A', "EEEE"),
            Map.entry('F', "yyyy-MM-dd"),
            Map.entry('T', "HH:mm:ss"),
            Map.entry('%', "%"));

    private PythonLogFormat() {}

    /** The pattern, with the stack trace after the message and a line end. Unknown placeholders stay as they are written. */
    static String pattern(Optional<String> format, Optional<String> dateFormat) {
        String date = dateFormat.map(PythonLogFormat::datePattern).orElse(STANDARD_DATE);
        Matcher matcher = PLACEHOLDER.matcher(format.orElse(STANDARD));
        StringBuilder pattern = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(pattern, Matcher.quoteReplacement(replacement(matcher, date)));
        }
        matcher.appendTail(pattern);
        return pattern + "%n";
    }

    private static String replacement(Matcher matcher, String date) {
        String name = Optional.ofNullable(matcher.group(1)).orElse("%");
        String width = Optional.ofNullable(matcher.group(2)).orElse("");
        return switch (name) {
            case "%" -> "%%";
            case "asctime" -> "%d{" + date + "}";
            case "message" -> "%" + width + "s%e";
            default ->
                Optional.ofNullable(SYMBOLS.get(name))
                        .map(symbol -> "%" + width + symbol)
                        .orElseGet(() -> "%" + matcher.group());
        };
    }

    /** Fields that have no counterpart are left out. */
    private static String datePattern(String strftime) {
        StringBuilder pattern = new StringBuilder();
        StringBuilder literal = new StringBuilder();
        for (int index = 0; index < strftime.length(); index++) {
            if (strftime.charAt(index) == '%' && index + 1 < strftime.length()) {
                pattern.append(quoted(literal));
                literal.setLength(0);
                index++;
                pattern.append(Optional.ofNullable(DATE_FIELDS.get(strftime.charAt(index)))
                        .orElse(""));
            } else {
                literal.append(strftime.charAt(index));
            }
        }
        return pattern.append(quoted(literal)).toString();
    }

    /** Letters are fields to Java unless they are quoted. Braces would end the log manager's date. */
    private static String quoted(CharSequence literal) {
        String text = literal.toString().replaceAll("[{}]", "");
        boolean plain = text.chars().noneMatch(character -> Character.isLetter(character) || character == '\'');
        return plain ? text : "'" + text.replace("'", "''") + "'";
    }

    /** The log manager's name of a level. */
    static String level(String python) {
        String level = python.strip().toUpperCase(Locale.ROOT);
        return switch (level) {
            case "WARNING" -> "WARN";
            case "CRITICAL" -> "FATAL";
            case "NOTSET" -> "ALL";
            default -> level;
        };
    }
}
