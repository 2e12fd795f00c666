package io.matriarch.log;

import io.matriarch.value.Value;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A format with Python's placeholders, such as {@code %(levelname)-8s}. What is none stays as it is written. */
final class PlainFormat implements LineFormat {
    private static final Pattern PLACEHOLDER =
            Pattern.compile("%(?:\\((\\w+)\\)([-+ 0#]*)(\\d{0,4})(?:\\.(\\d{1,4}))?([sdifr])|(%))");
    private static final int USUAL_DIGITS = 6;

    private final List<Part> parts = new ArrayList<>();
    private final Strftime dates;
    private final boolean traces;

    private sealed interface Part {
        /** As it is. */
        record Literal(String text) implements Part {}

        /** An attribute and how it is written. */
        record Placeholder(String source, String attribute, String flags, int width, int precision, char conversion)
                implements Part {}
    }

    PlainFormat(String format, Strftime dates, boolean traces) {
        this.dates = dates;
        this.traces = traces;
        Matcher matcher = PLACEHOLDER.matcher(format);
        int end = 0;
        while (matcher.find()) {
            parts.add(new Part.Literal(format.substring(end, matcher.start())));
            parts.add(part(matcher));
            end = matcher.end();
        }
        parts.add(new Part.Literal(format.substring(end)));
    }

    private static Part part(Matcher matcher) {
        Optional<String> attribute = Optional.ofNullable(matcher.group(1));
        return attribute.isEmpty()
                ? new Part.Literal("%")
                : new Part.Placeholder(
                        matcher.group(),
                        attribute.get(),
                        matcher.group(2),
                        number(matcher.group(3), 0),
                        number(matcher.group(4), -1),
                        matcher.group(5).charAt(0));
    }

    private static int number(@Nullable String digits, int otherwise) {
        return digits == null || digits.isEmpty() ? otherwise : Integer.parseInt(digits);
    }

    @Override
    public boolean needsCaller() {
        return parts.stream()
                .anyMatch(part -> part instanceof Part.Placeholder placeholder
                        && Entry.isAboutTheCaller(placeholder.attribute()));
    }

    @Override
    public String line(Entry entry) {
        StringBuilder line = new StringBuilder();
        for (Part part : parts) {
            switch (part) {
                case Part.Literal(String text) -> line.append(text);
                case Part.Placeholder placeholder -> line.append(text(placeholder, entry));
            }
        }
        if (traces) {
            entry.trace().ifPresent(trace -> line.append('\n').append(trace));
        }
        return line.toString();
    }

    private String text(Part.Placeholder placeholder, Entry entry) {
        Optional<Value> value = switch (placeholder.attribute()) {
            case "asctime" -> Optional.of(Value.of(dates.format(entry.time())));
            case "message" -> Optional.of(Value.of(LineFormat.message(entry, traces)));
            default -> entry.attribute(placeholder.attribute());
        };
        return value.map(known -> padded(placeholder, converted(placeholder, known)))
                .orElse(placeholder.source());
    }

    private static String converted(Part.Placeholder placeholder, Value value) {
        String text = value.asText().orElse("");
        return switch (placeholder.conversion()) {
            case 'd', 'i' -> text.replaceFirst("\\..*$", "");
            case 'f' ->
                value instanceof Value.Text
                        ? text
                        : new BigDecimal(text)
                                .setScale(
                                        placeholder.precision() < 0 ? USUAL_DIGITS : placeholder.precision(),
                                        RoundingMode.HALF_EVEN)
                                .toPlainString();
            default ->
                placeholder.precision() >= 0 && placeholder.precision() < text.length()
                        ? text.substring(0, placeholder.precision())
                        : text;
        };
    }

    private static String padded(Part.Placeholder placeholder, String text) {
        int missing = Math.max(0, placeholder.width() - text.length());
        if (placeholder.flags().contains("-")) {
            return text + " ".repeat(missing);
        }
        boolean zeroes = placeholder.flags().contains("0") && placeholder.conversion() != 's';
        return (zeroes ? "0" : " ").repeat(missing) + text;
    }
}
