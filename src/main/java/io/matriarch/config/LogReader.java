package io.matriarch.config;

import io.matriarch.config.LogSettings.Field;
import io.matriarch.config.LogSettings.FileSettings;
import io.matriarch.config.LogSettings.Form;
import io.matriarch.config.LogSettings.JsonLines;
import io.matriarch.config.LogSettings.Plain;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Whole;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads the log section (reference 2.3). */
final class LogReader {
    static final List<String> LEVELS =
            List.of("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "NOTSET");

    private static final String STANDARD_FORMAT = "%(asctime)s %(levelname)s: %(message)s";
    private static final Pattern PLACEHOLDER = Pattern.compile("%\\((\\w+)\\)");
    private static final long DEFAULT_FILE_BYTES = 25_000_000;
    private static final int HIGHEST_MODE = 0777;
    private static final int OCTAL = 8;

    private final Section section;

    private LogReader(Section section) {
        this.section = section;
    }

    static LogSettings read(Section section) {
        LogReader reader = new LogReader(section);
        int queue = (int) section.whole("max_queue_size", 1000, 0, Integer.MAX_VALUE, "");
        return new LogSettings(
                section.word("level", LEVELS).orElse("INFO"),
                reader.form(),
                reader.files(),
                queue == 0 ? Integer.MAX_VALUE : queue,
                reader.loggers(),
                section.has("deduplicate_heartbeat_logs")
                        ? Optional.of(section.flag("deduplicate_heartbeat_logs", false))
                        : Optional.empty());
    }

    private Form form() {
        boolean tracesOnlyWhenDebugging =
                section.word("traceback_level", LEVELS).filter("DEBUG"::equals).isPresent();
        Optional<String> dateFormat = section.text("dateformat");
        Mapping constants = section.mapping("static_fields");
        Optional<Value> format = section.content().find("format");
        return switch (section.word("type", List.of("plain", "json")).orElse("plain")) {
            case "json" -> new JsonLines(fields(format), constants, dateFormat, tracesOnlyWhenDebugging);
            default -> new Plain(plain(format), dateFormat, tracesOnlyWhenDebugging);
        };
    }

    private String plain(Optional<Value> format) {
        if (format.filter(value -> value.asText().isEmpty()).isPresent()) {
            odd("format", "a list or a mapping is for log.type: json; the default counts");
        }
        return format.flatMap(Value::asText).filter(text -> !text.isEmpty()).orElse(STANDARD_FORMAT);
    }

    private List<Field> fields(Optional<Value> format) {
        Map<String, String> fields = new LinkedHashMap<>();
        switch (format.orElse(Value.of(STANDARD_FORMAT))) {
            case Sequence(List<Value> items) -> items.forEach(item -> addFields(item, fields));
            case Mapping _ -> odd("format", "a mapping isn't a format, put it into a list; the default counts");
            case Value text -> addNamed(text.asText().orElse(""), fields);
        }
        if (fields.isEmpty()) {
            addNamed(STANDARD_FORMAT, fields);
        }
        return fields.entrySet().stream()
                .map(field -> new Field(field.getKey(), field.getValue()))
                .toList();
    }

    /** A field's name, or a mapping of fields to the names that they get. A field that is named twice is there once, by its new name. */
    private void addFields(Value item, Map<String, String> fields) {
        if (item instanceof Mapping renamed) {
            renamed.entries().forEach((attribute, name) -> {
                if (name instanceof Value.Text(String text)) {
                    fields.put(attribute, text);
                } else {
                    odd("format", "the new name of the field " + attribute + " must be a text; the field is left out");
                }
            });
        } else if (item instanceof Value.Text(String attribute)) {
            fields.putIfAbsent(attribute, attribute);
        } else {
            odd(
                    "format",
                    "a field is a name or a mapping of a name to another; " + Section.shown(item) + " is left out");
        }
    }

    private static void addNamed(String format, Map<String, String> fields) {
        PLACEHOLDER.matcher(format).results().forEach(found -> fields.putIfAbsent(found.group(1), found.group(1)));
    }

    private void odd(String key, String text) {
        section.findings().warning(section.path(key) + ": " + text);
    }

    private Optional<FileSettings> files() {
        OptionalInt mode = mode();
        int kept = (int) section.whole("file_num", 4, 0, Integer.MAX_VALUE, "");
        long bytes = section.whole("file_size", DEFAULT_FILE_BYTES, 0, Long.MAX_VALUE, "B");
        return section.file("dir").map(directory -> {
            if (!Files.isDirectory(directory)) {
                section.mistake(
                        "dir",
                        directory + " is no directory here; make it, until then the log goes to standard" + " error");
            }
            return new FileSettings(directory, mode, kept, bytes);
        });
    }

    /** YAML reads 0644 as a number in base eight; a variable's text is in base eight as well. */
    private OptionalInt mode() {
        Optional<String> text = section.text("mode");
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        if (section.content().find("mode").orElseThrow() instanceof Whole(long number)) {
            if (number >= 0 && number <= HIGHEST_MODE) {
                return OptionalInt.of((int) number);
            }
        } else if (text.get().matches("0?[0-7]{1,3}")) {
            return OptionalInt.of(Integer.parseInt(text.get(), OCTAL));
        }
        section.problem("mode", Section.shown(text.get()) + " isn't an octal number from 0 to 0777");
        return OptionalInt.empty();
    }

    private Map<String, String> loggers() {
        Section loggers = section.section("loggers");
        Map<String, String> levels = new TreeMap<>();
        loggers.content()
                .entries()
                .keySet()
                .forEach(logger -> loggers.word(logger, LEVELS).ifPresent(level -> levels.put(logger, level)));
        return levels;
    }
}
