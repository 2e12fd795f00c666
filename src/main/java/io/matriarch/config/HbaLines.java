package io.matriarch.config;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds lines of pg_hba that PostgreSQL would refuse; with one of them it doesn't start, and a running server goes on with the old file. Only the form is looked at, as PostgreSQL's
 * documentation of pg_hba.conf gives it: type, database, user, address for the types with a host, method.
 */
public final class HbaLines {
    private static final List<String> HOST_TYPES =
            List.of("host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc");
    private static final List<String> KEYS =
            List.of("pg_hba", "pg_hba_primary", "pg_hba_replica", "pg_hba_standby_leader");
    private static final List<String> INCLUDES = List.of("include", "include_if_exists", "include_dir");
    private static final List<String> METHODS = List.of(
            "trust",
            "reject",
            "scram-sha-256",
            "md5",
            "password",
            "gss",
            "sspi",
            "ident",
            "peer",
            "ldap",
            "radius",
            "cert",
            "pam",
            "bsd",
            "oauth");
    private static final Pattern COMMENT = Pattern.compile("\"[^\"]*\"|#.*");
    private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|[^\\s\"])+");
    private static final Pattern IP = Pattern.compile("[0-9]+\\.[0-9.]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+");
    private static final Pattern NETWORK = Pattern.compile("(" + IP.pattern() + ")/[0-9]{1,3}");

    private HbaLines() {}

    /** The lists for each role in a section. */
    static void check(Section section) {
        KEYS.forEach(key -> mistakes(section.content(), key).forEach(mistake -> section.mistake(key, mistake)));
    }

    /** Those of a dynamic configuration, with their keys. */
    static List<String> inDynamic(Mapping dynamic) {
        Mapping section = dynamic.mapping("postgresql");
        return KEYS.stream()
                .flatMap(key -> mistakes(section, key).stream().map(mistake -> "postgresql." + key + ": " + mistake))
                .toList();
    }

    private static List<String> mistakes(Mapping section, String key) {
        return section.find(key).map(HbaLines::mistakes).orElse(List.of());
    }

    /** A sentence for each line that is wrong, of a list or of a text with several lines. */
    public static List<String> mistakes(Value lines) {
        return lines(lines)
                .flatMap(line -> mistake(line).stream().map(why -> "'%s': %s".formatted(line, why)))
                .toList();
    }

    private static Stream<String> lines(Value value) {
        return switch (value) {
            case Sequence(List<Value> items) -> items.stream().flatMap(item -> item.asText().stream());
            case Value.Text(String text) -> text.lines();
            case Value.Whole _, Value.Decimal _, Value.Bool _, Value.Null _, Mapping _ -> Stream.empty();
        };
    }

    static Optional<String> mistake(String line) {
        List<String> words = words(line);
        if (words.isEmpty() || INCLUDES.contains(words.getFirst())) {
            return Optional.empty();
        }
        String type = words.getFirst();
        if (!type.equals("local") && !HOST_TYPES.contains(type)) {
            return Optional.of("a line begins with local, " + String.join(", ", HOST_TYPES) + ", or an include");
        }
        int method = type.equals("local") ? 3 : 4;
        if (words.size() > method && method == 4) {
            String address = words.get(3);
            if (IP.matcher(address).matches()) {
                if (!IP.matcher(words.get(4)).matches()) {
                    return Optional.of("the address " + address + " needs a mask, such as " + address
                            + (address.contains(":") ? "/128" : "/32"));
                }
                method = 5;
            } else if (address.contains("/") && !NETWORK.matcher(address).matches()) {
                return Optional.of(address + " is no network such as 10.0.0.0/8 or fd00::/8");
            }
        }
        if (words.size() <= method) {
            return Optional.of("it ends too early; expected is: "
                    + (type.equals("local") ? "local database user method" : type + " database user address method"));
        }
        String given = unquoted(words.get(method));
        return METHODS.contains(given)
                ? Optional.empty()
                : Optional.of(given + " isn't a method; allowed are " + String.join(", ", METHODS));
    }

    /** A list with blanks after its commas counts as one word. */
    private static List<String> words(String line) {
        String bare = COMMENT.matcher(line)
                .replaceAll(found -> Matcher.quoteReplacement(found.group().startsWith("#") ? "" : found.group()));
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(bare.replaceAll("\\s*,\\s*", ","));
        while (word.find()) {
            words.add(word.group());
        }
        return words;
    }

    private static String unquoted(String word) {
        return word.replace("\"", "");
    }
}
