package io.matriarch.guard;

import io.matriarch.guard.GuardAction.Severity;
import java.time.LocalDateTime;
import java.time.ZoneId;

/** Writes to stderr in Patroni's format, without a logging framework. */
final class GuardLog {
    private GuardLog() {}

    static void say(Severity severity, String text) {
        System.err.println(line(LocalDateTime.now(ZoneId.systemDefault()), severity, text));
    }

    /** Such as {@code 2026-07-24 09:05:01,007 INFO: text}. */
    static String line(LocalDateTime now, Severity severity, String text) {
        StringBuilder line = new StringBuilder(40 + text.length());
        line.append(now.getYear());
        padded(line, '-', now.getMonthValue(), 2);
        padded(line, '-', now.getDayOfMonth(), 2);
        padded(line, ' ', now.getHour(), 2);
        padded(line, ':', now.getMinute(), 2);
        padded(line, ':', now.getSecond(), 2);
        padded(line, ',', now.getNano() / 1_000_000, 3);
        return line.append(' ').append(severity).append(": ").append(text).toString();
    }

    private static void padded(StringBuilder line, char before, int number, int width) {
        String digits = Integer.toString(number);
        line.append(before).repeat('0', width - digits.length()).append(digits);
    }
}
