package io.matriarch.explain;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Takes passwords and other secrets out of what is shown: by the key that they stand under, and inside of texts such as connection strings, commands and URLs. */
final class Redaction {
    private static final String SET = "(set)";
    private static final String NOT_SET = "(not set)";
    private static final String WORDS =
            "passw(?:or)?d|passphrase|passwd|secret|token|credential|access_?key|api_?key|private_?key|auth_data";
    private static final Pattern SECRET_KEY =
            Pattern.compile("(?i).*(?:" + WORDS + "|encryption_?key).*|.*\\.https?_extra_headers\\..*");
    /** Names that speak of secrets without being any. */
    private static final Pattern HARMLESS_KEY =
            Pattern.compile("(?i)(?:.*\\.)?(?:password_encryption|restapi\\.server_tokens)");

    private static final Pattern ASSIGNED =
            Pattern.compile("(?i)([\\w-]*(?:" + WORDS + ")[\\w-]*\"?\\s*[=:]\\s*|--[\\w-]*(?:" + WORDS + ")[\\w-]*\\s+)"
                    + "(\"[^\"]*\"|'[^']*'|(?:\\\\.|[^\\s\\\\;&|,])+)");
    private static final Pattern IN_URL = Pattern.compile("://([^:/@\\s]*):[^@\\s]*@");

    private Redaction() {}

    /** The value as it may be shown. */
    static Value of(String key, Value value) {
        if (SECRET_KEY.matcher(key).matches() && !HARMLESS_KEY.matcher(key).matches()) {
            boolean nothing = value instanceof Value.Null || value.equals(new Text(""));
            return new Text(nothing ? NOT_SET : SET);
        }
        return switch (value) {
            case Text(String text) -> new Text(text(text));
            case Sequence(var items) ->
                new Sequence(items.stream().map(item -> of(key, item)).toList());
            case Mapping mapping -> {
                Map<String, Value> shown = new LinkedHashMap<>();
                mapping.entries().forEach((name, inner) -> shown.put(name, of(key + "." + name, inner)));
                yield new Mapping(shown);
            }
            case Value.Whole _, Value.Decimal _, Value.Bool _, Value.Null _ -> value;
        };
    }

    static String text(String text) {
        String withoutUrls = IN_URL.matcher(text).replaceAll("://$1:***@");
        return ASSIGNED.matcher(withoutUrls).replaceAll("$1***");
    }
}
