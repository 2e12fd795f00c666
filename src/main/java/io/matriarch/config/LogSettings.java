package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The log section (reference 2.3); levels are Python's names.
 *
 * @param files where the log goes, or absent: to standard error
 * @param queueLength of lines that wait to be written; more are lost
 * @param loggers levels by the names of Patroni's modules, or of ours
 * @param deduplicated whether a line that only repeats the one before is left out; absent: as the agent likes
 */
public record LogSettings(
        String level,
        Form form,
        Optional<FileSettings> files,
        int queueLength,
        Map<String, String> loggers,
        Optional<Boolean> deduplicated) {
    public LogSettings {
        loggers = Map.copyOf(loggers);
    }

    /** How a line looks. */
    public sealed interface Form {
        /** With {@code traceback_level: DEBUG}, stack traces are for those who debug: otherwise a line ends with the exception's text. */
        boolean tracesOnlyWhenDebugging();

        /** In strftime's language. */
        Optional<String> dateFormat();
    }

    /** @param format with Python's placeholders */
    public record Plain(String format, Optional<String> dateFormat, boolean tracesOnlyWhenDebugging) implements Form {}

    /**
     * A JSON object a line.
     *
     * @param constants further fields of each line
     */
    public record JsonLines(
            List<Field> fields, Mapping constants, Optional<String> dateFormat, boolean tracesOnlyWhenDebugging)
            implements Form {
        public JsonLines {
            fields = List.copyOf(fields);
        }
    }

    /**
     * A field of a JSON line.
     *
     * @param attribute Python's name of it, such as levelname
     * @param name its name in the line
     */
    public record Field(String attribute, String name) {}

    /**
     * The files in which the log goes round.
     *
     * @param mode permissions, or else those of the umask
     * @param kept how many full files are kept
     * @param bytes after which a file is full; 0: never
     */
    public record FileSettings(Path directory, OptionalInt mode, int kept, long bytes) {
        /** The name of the file that is written. */
        public Path current() {
            return directory.resolve("patroni.log");
        }
    }
}
