package io.matriarch.time;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * Moments as people and Patroni write them: ISO 8601, a space allowed for the T, seconds and minutes of the zone optional. Read by hand, because
 * java.time's formatters cost patronictl milliseconds.
 *
 * @param zone absent when the text names none
 */
public record IsoTime(LocalDateTime local, Optional<ZoneOffset> zone) {

    /** Absent when {@code text} is anything else. */
    public static Optional<IsoTime> parse(String text) {
        try {
            return Optional.of(new Reader(text.strip()).read());
        } catch (DateTimeException | NumberFormatException | IndexOutOfBoundsException malformed) {
            return Optional.empty();
        }
    }

    /** As Python's isoformat writes it: {@code 2030-01-01T00:00:00+00:00}, six digits of a fraction when there is one. */
    public static String format(OffsetDateTime moment) {
        return text(moment.toLocalDateTime(), 'T', true) + zone(moment.getOffset());
    }

    /** As Python's str writes it: {@code 2026-11-23 14:18:25.326985+00:00}. */
    public static String formatWithSpace(OffsetDateTime moment) {
        return text(moment.toLocalDateTime(), ' ', true) + zone(moment.getOffset());
    }

    /** {@code 2026-11-23 15:36:54.874502}: always six digits. */
    public static String formatLocal(LocalDateTime moment) {
        return text(moment, ' ', false);
    }

    private static String text(LocalDateTime moment, char separator, boolean leaveOutZeroes) {
        StringBuilder text = new StringBuilder(32);
        digits(text, moment.getYear(), 4).append('-');
        digits(text, moment.getMonthValue(), 2).append('-');
        digits(text, moment.getDayOfMonth(), 2).append(separator);
        digits(text, moment.getHour(), 2).append(':');
        digits(text, moment.getMinute(), 2).append(':');
        digits(text, moment.getSecond(), 2);
        int microseconds = moment.getNano() / 1000;
        if (microseconds != 0 || !leaveOutZeroes) {
            digits(text.append('.'), microseconds, 6);
        }
        return text.toString();
    }

    private static String zone(ZoneOffset zone) {
        return zone.getTotalSeconds() == 0 ? "+00:00" : zone.getId();
    }

    private static StringBuilder digits(StringBuilder text, int number, int width) {
        String digits = Integer.toString(number);
        return text.repeat('0', Math.max(0, width - digits.length())).append(digits);
    }

    /** A cursor over the text. */
    private static final class Reader {
        private final String text;
        private int at;

        private Reader(String text) {
            this.text = text;
        }

        private IsoTime read() {
            int year = number(4);
            expect('-');
            int month = number(2);
            expect('-');
            int day = number(2);
            int hour = 0;
            int minute = 0;
            int second = 0;
            int nanos = 0;
            if (accept('T') || accept('t') || accept(' ')) {
                hour = number(2);
                minute = accept(':') ? number(2) : 0;
                second = accept(':') ? number(2) : 0;
                nanos = accept('.') || accept(',') ? fraction() : 0;
            }
            return new IsoTime(LocalDateTime.of(year, month, day, hour, minute, second, nanos), zone());
        }

        private int fraction() {
            int nanos = 0;
            int scale = 100_000_000;
            int first = at;
            while (at < text.length() && isDigit(text.charAt(at))) {
                nanos += (text.charAt(at) - '0') * scale;
                scale /= 10;
                at++;
            }
            if (at == first) {
                throw new DateTimeException("no digits after the point");
            }
            return nanos;
        }

        private Optional<ZoneOffset> zone() {
            accept(' ');
            if (at == text.length()) {
                return Optional.empty();
            }
            ZoneOffset zone = acceptUtc() ? ZoneOffset.UTC : offset();
            if (at < text.length()) {
                throw new DateTimeException("text after the zone");
            }
            return Optional.of(zone);
        }

        private boolean acceptUtc() {
            if (text.startsWith("UTC", at)) {
                at += 3;
                return true;
            }
            return accept('Z') || accept('z');
        }

        private ZoneOffset offset() {
            int sign = accept('-') ? -1 : 1;
            if (sign > 0) {
                expect('+');
            }
            boolean oneDigit = at + 1 == text.length() || !isDigit(text.charAt(at + 1));
            int hours = number(oneDigit ? 1 : 2);
            accept(':');
            int minutes = at < text.length() ? number(2) : 0;
            return ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
        }

        private int number(int digits) {
            int value = 0;
            for (int digit = 0; digit < digits; digit++) {
                char character = text.charAt(at);
                if (!isDigit(character)) {
                    throw new DateTimeException("a digit is missing at " + at);
                }
                value = value * 10 + character - '0';
                at++;
            }
            return value;
        }

        private boolean accept(char character) {
            boolean found = at < text.length() && text.charAt(at) == character;
            if (found) {
                at++;
            }
            return found;
        }

        private void expect(char character) {
            if (!accept(character)) {
                throw new DateTimeException(character + " is missing at " + at);
            }
        }

        private static boolean isDigit(char character) {
            return character >= '0' && character <= '9';
        }
    }
}
