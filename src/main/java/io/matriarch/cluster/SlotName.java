package io.matriarch.cluster;

import java.util.Locale;

/** The replication slot of a member (reference 5.20). */
public final class SlotName {
    private static final int LONGEST = 63;

    private SlotName() {}

    /** Lower case; {@code -} and {@code .} become {@code _}, anything else outside {@code [a-z0-9_]} its code point; at most 63 characters. */
    public static String of(String member) {
        StringBuilder name = new StringBuilder();
        member.toLowerCase(Locale.ROOT).codePoints().forEach(point -> {
            if ((point >= 'a' && point <= 'z') || (point >= '0' && point <= '9') || point == '_') {
                name.appendCodePoint(point);
            } else if (point == '-' || point == '.') {
                name.append('_');
            } else {
                name.append("u%04d".formatted(point));
            }
        });
        return name.substring(0, Math.min(LONGEST, name.length()));
    }
}
