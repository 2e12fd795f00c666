package io.matriarch.it;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Takes out of texts what differs between any two clusters, and leaves its form: addresses, times, WAL positions, identifiers, versions. */
final class Likeness {
    private static final Map<Pattern, String> VOLATILE = new LinkedHashMap<>();

    static {
        VOLATILE.put(Pattern.compile("127\\.0\\.[12]\\.1"), "ADDRESS");
        VOLATILE.put(Pattern.compile("\\b[0-9A-F]{1,8}/[0-9A-F]{5,8}\\b"), "LSN");
        VOLATILE.put(Pattern.compile("\\b7\\d{18}\\b"), "IDENTIFIER");
        VOLATILE.put(
                Pattern.compile("\\b20[0-2]\\d-\\d\\d-\\d\\d([ T])\\d\\d:\\d\\d:\\d\\d\\.\\d+"), "DATE$1TIME.FRACTION");
        VOLATILE.put(Pattern.compile("\\b20[0-2]\\d-\\d\\d-\\d\\d([ T])\\d\\d:\\d\\d:\\d\\d"), "DATE$1TIME");
        VOLATILE.put(Pattern.compile("\\b20[0-2]\\d-\\d\\d-\\d\\d([ T])\\d\\d:\\d\\d\\b"), "DATE$1MINUTE");
        VOLATILE.put(Pattern.compile("\\b4\\.[01]\\.\\d+\\b"), "VERSION");
    }

    private Likeness() {}

    static String of(String text) {
        String like = text;
        for (Map.Entry<Pattern, String> each : VOLATILE.entrySet()) {
            like = each.getKey().matcher(like).replaceAll(each.getValue());
        }
        return like;
    }
}
