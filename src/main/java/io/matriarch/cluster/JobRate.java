package io.matriarch.cluster;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How fast a base backup may be: what PostgreSQL takes as its {@code MAX_RATE}, in kB without a unit. */
final class JobRate {
    static final String RANGE = "32kB to 1GB";

    private static final Pattern RATE = Pattern.compile("([1-9][0-9]{0,6}) ?(kB|MB|GB|)");
    private static final long LEAST = 32;
    private static final long MOST = 1 << 20;

    private JobRate() {}

    static boolean isOne(String text) {
        Matcher found = RATE.matcher(text);
        if (!found.matches()) {
            return false;
        }
        long rate = Long.parseLong(found.group(1)) * factor(found.group(2));
        return rate >= LEAST && rate <= MOST;
    }

    private static long factor(String unit) {
        return switch (unit) {
            case "GB" -> 1 << 20;
            case "MB" -> 1 << 10;
            default -> 1;
        };
    }
}
