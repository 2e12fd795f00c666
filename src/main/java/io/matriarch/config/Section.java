package io.matriarch.config;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Text;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A mapping of the configuration, read with types; what doesn't fit is noted in the findings and counts as absent. Empty text counts as absent too. */
final class Section {
    private static final int LONGEST_SHOWN = 200;

    /** A value that stands there by mistake may be a password. */
    private static final Pattern MAY_HOLD_SECRETS =
            Pattern.compile("authentication|users|superuser|replication|rewind|headers");

    private final String path;
    private final Mapping content;
    private final Findings findings;

    private Section(String path, Mapping content, Findings findings) {
        this.path = path;
        this.content = content;
        this.findings = findings;
    }

    static Section root(Mapping content, Findings findings) {
        return new Section("", content, findings);
    }

    Findings findings() {
        return findings;
    }

    Mapping content() {
        return content;
    }

    boolean has(String key) {
        return content.find(key).isPresent();
    }

    String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    Section section(String key) {
        return new Section(path(key), mapping(key), findings);
    }

    /** The items of a list, which must be mappings. */
    List<Section> sections(String key) {
        Optional<Value> found = content.find(key);
        if (found.isEmpty()) {
            return List.of();
        }
        if (!(found.get() instanceof Sequence(List<Value> items))) {
            problem(key, "a list is expected here");
            return List.of();
        }
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Mapping mapping) {
                sections.add(new Section(path(key) + "[" + i + "]", mapping, findings));
            } else {
                problem(key + "[" + i + "]", "a mapping is expected here");
            }
        }
        return sections;
    }

    Mapping mapping(String key) {
        Optional<Value> found = content.find(key);
        if (found.isEmpty()) {
            return Mapping.empty();
        }
        if (found.get() instanceof Mapping mapping) {
            return mapping;
        }
        boolean secret = MAY_HOLD_SECRETS.matcher(path(key)).find() && !(found.get() instanceof Sequence);
        problem(key, "a mapping is expected here, not " + (secret ? "a single value" : shown(found.get())));
        return Mapping.empty();
    }

    /** For sections that nobody else writes into: a key that is overlooked could mean that nothing is encrypted. */
    void allowOnly(List<String> keys) {
        for (String key : content.entries().keySet()) {
            if (!keys.contains(key)) {
                problem(key, "there is no such setting; allowed here are " + String.join(", ", keys));
            }
        }
    }

    Optional<String> text(String key) {
        Optional<Value> found = content.find(key);
        Optional<String> text = found.flatMap(Value::asText);
        if (found.isPresent() && text.isEmpty()) {
            problem(key, "one value is expected here, not a list or a mapping");
        }
        return text.filter(value -> !value.isEmpty());
    }

    Optional<Secret> secret(String key) {
        return text(key).map(Secret::new);
    }

    /** The text of a key that must be there; when it isn't, that is noted, and the answer is empty text. */
    String required(String key, String allowed) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            missing(key, allowed);
        }
        return text.orElse("");
    }

    void missing(String key, String allowed) {
        if (content.find(key).filter(value -> !(value instanceof Text)).isEmpty()) {
            problem(key, "is missing; it must be " + allowed);
        }
    }

    boolean flag(String key, boolean otherwise) {
        Optional<Value> found = content.find(key).filter(value -> !value.equals(new Text("")));
        Optional<Boolean> flag = found.flatMap(Value::asBool);
        if (found.isPresent() && flag.isEmpty()) {
            problem(key, shown(found.get()) + " isn't a boolean; allowed are on, off, true, false, yes, no");
        }
        return flag.orElse(otherwise);
    }

    /** A number without fraction from {@code least} to {@code most}; units of {@code baseUnit} are allowed if it isn't empty. */
    long whole(String key, long otherwise, long least, long most, String baseUnit) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return otherwise;
        }
        OptionalLong number = Units.whole(text.get(), baseUnit);
        if (number.isEmpty() || number.getAsLong() < least || number.getAsLong() > most) {
            String unit = baseUnit.isEmpty() ? "" : ", in " + baseUnit + " unless a unit is given";
            problem(key, "%s isn't a number from %d to %d%s".formatted(shown(text.get()), least, most, unit));
            return otherwise;
        }
        return number.getAsLong();
    }

    /** The word among {@code allowed} that is there, in whatever case, spelt as in {@code allowed}. */
    Optional<String> word(String key, List<String> allowed) {
        Optional<String> text = text(key);
        Optional<String> word = text.flatMap(given ->
                allowed.stream().filter(given.strip()::equalsIgnoreCase).findFirst());
        if (text.isPresent() && word.isEmpty()) {
            problem(key, "%s isn't one of %s".formatted(shown(text.get()), String.join(", ", allowed)));
        }
        return word;
    }

    /** The texts of a list, or the parts of a text with commas. */
    List<String> texts(String key) {
        Optional<Value> found = content.find(key);
        if (found.isEmpty()) {
            return List.of();
        }
        return switch (found.get()) {
            case Sequence(List<Value> items) -> textsOf(key, items);
            case Mapping _ -> {
                problem(key, "a list is expected here, not a mapping");
                yield List.of();
            }
            case Value scalar ->
                Arrays.stream(scalar.asText().orElse("").split(",", -1))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList();
        };
    }

    private List<String> textsOf(String key, List<Value> items) {
        if (items.stream().anyMatch(item -> item.asText().isEmpty())) {
            problem(key, "each item of the list must be one value");
        }
        return items.stream()
                .flatMap(item -> item.asText().stream())
                .map(String::strip)
                .toList();
    }

    Optional<Path> file(String key) {
        Optional<Value> given = content.find(key);
        if (given.filter(value -> value instanceof Value.Whole || value instanceof Value.Decimal)
                .isPresent()) {
            problem(
                    key,
                    shown(given.get()) + " is a number and not a path; put it between quotes if it is a file's name");
            return Optional.empty();
        }
        return text(key).flatMap(text -> {
            try {
                return Optional.of(Path.of(text));
            } catch (InvalidPathException e) {
                problem(key, shown(text) + " isn't a path: " + e.getReason());
                return Optional.empty();
            }
        });
    }

    /** An address with a port; without one, {@code otherwisePort} counts, or 0 stands for: a port must be given. */
    Optional<HostPort> address(String key, int otherwisePort) {
        return text(key).flatMap(text -> {
            Optional<HostPort> address = Addresses.parse(text, otherwisePort);
            if (address.isEmpty()) {
                problem(key, shown(text) + " isn't host:port with a port from 1 to 65535");
            }
            return address;
        });
    }

    /** User name and password; neither counts without the other. */
    Optional<Credentials> credentials() {
        Optional<String> username = text("username");
        Optional<Secret> password = secret("password");
        if (username.isPresent() != password.isPresent()) {
            String missing = username.isPresent() ? "password" : "username";
            problem(missing, "is missing; username and password are needed together");
        }
        return username.flatMap(user -> password.map(secret -> new Credentials(user, secret)));
    }

    void problem(String key, String text) {
        findings.problem(path(key), text);
    }

    /** Wrong, but not a reason to refuse the configuration. */
    void mistake(String key, String text) {
        findings.mistake(path(key), text);
    }

    static String shown(Value value) {
        return value.asText().map(Section::shown).orElse(value instanceof Mapping ? "a mapping" : "a list");
    }

    static String shown(String text) {
        String line = text.chars()
                .mapToObj(character -> character < ' ' ? " " : Character.toString(character))
                .collect(Collectors.joining());
        // what stands before the host of a URL may be a password
        line = line.contains("@") ? "..." + line.substring(line.lastIndexOf('@')) : line;
        return "'" + (line.length() > LONGEST_SHOWN ? line.substring(0, LONGEST_SHOWN) + "..." : line) + "'";
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
