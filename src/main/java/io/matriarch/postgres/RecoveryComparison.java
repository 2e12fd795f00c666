package io.matriarch.postgres;

import io.matriarch.cluster.PostgresFeature;
import io.matriarch.config.Units;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Whether a running standby recovers as its configuration wants (reference 6.5). */
final class RecoveryComparison {
    private static final Set<String> NOT_COMPARED = Set.of("recovery_target_inclusive", "recovery_target_action");
    private static final Set<String> A_PERSONS = Set.of(
            "archive_cleanup_command",
            "promote_trigger_file",
            "recovery_end_command",
            "recovery_min_apply_delay",
            "restore_command");

    private RecoveryComparison() {}

    /**
     * What the server says of a parameter.
     *
     * @param ours it comes from the file that this agent writes, or from nowhere
     */
    record Current(String value, boolean ours) {}

    /** The names of the parameters that differ. */
    static Set<String> differences(Map<String, String> wanted, Map<String, Current> current, int version) {
        Set<String> names = new TreeSet<>();
        current.forEach((name, now) -> {
            Optional<String> value = Optional.ofNullable(wanted.get(name));
            boolean elsewhere = value.isEmpty() && !now.ours() && A_PERSONS.contains(name);
            boolean slotOfNobody = name.equals("primary_slot_name") && !wanted.containsKey("primary_conninfo");
            if (!NOT_COMPARED.contains(name)
                    && !elsewhere
                    && !slotOfNobody
                    && !same(name, value.orElse(""), now.value(), version)) {
                names.add(name);
            }
        });
        return names;
    }

    private static boolean same(String name, String wanted, String now, int version) {
        return switch (name) {
            case "primary_conninfo" -> sameServer(wanted, now, version);
            case "recovery_min_apply_delay" -> milliseconds(wanted).equals(milliseconds(now));
            case "recovery_target_timeline" -> now.equals(wanted.isEmpty() ? "latest" : wanted);
            default -> wanted.equals(now);
        };
    }

    private static OptionalLong milliseconds(String text) {
        return text.isEmpty() ? OptionalLong.of(0) : Units.whole(text, "ms");
    }

    private static boolean sameServer(String wanted, String now, int version) {
        Map<String, String> parts = parse(wanted);
        Map<String, String> nows = parse(now);
        return parts.isEmpty() == nows.isEmpty()
                && parts.entrySet().stream()
                        .filter(part ->
                                !part.getKey().equals("dbname") || PostgresFeature.DBNAME_OF_A_STANDBY.in(version))
                        .allMatch(part -> part.getValue().equals(nows.get(part.getKey())));
    }

    /** A connection string of keywords and values, as libpq reads it. */
    static Map<String, String> parse(String text) {
        Map<String, String> parts = new LinkedHashMap<>();
        int at = 0;
        while (at < text.length()) {
            int equals = text.indexOf('=', at);
            if (equals < 0) {
                return parts;
            }
            String name = text.substring(at, equals).strip();
            StringBuilder value = new StringBuilder();
            at = value(text, equals + 1, value);
            parts.put(name, value.toString());
        }
        return parts;
    }

    private static int value(String text, int from, StringBuilder value) {
        int at = from;
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        boolean quoted = at < text.length() && text.charAt(at) == '\'';
        at += quoted ? 1 : 0;
        char end = quoted ? '\'' : ' ';
        while (at < text.length() && text.charAt(at) != end) {
            at += text.charAt(at) == '\\' ? 1 : 0;
            if (at < text.length()) {
                value.append(text.charAt(at));
            }
            at++;
        }
        return at + 1;
    }
}
