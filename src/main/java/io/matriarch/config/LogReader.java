package io.matriarch.config;

import io.matriarch.value.Value.Sequence;
import io.matriarch.value.Value.Whole;
import java.util.List;
import java.util.Optional;

/** Reads the log section (reference 2.3). */
final class LogReader {
    static final List<String> LEVELS =
            List.of("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL", "NOTSET");

    private static final long DEFAULT_FILE_BYTES = 25_000_000;
    private static final int HIGHEST_MODE = 0777;

    private LogReader() {}

    static LogSettings read(Section section) {
        Optional<String> format = section.content().find("format").orElse(new Whole(0)) instanceof Sequence
                ? Optional.empty()
                : section.text("format");
        section.word("traceback_level", LEVELS);
        section.flag("deduplicate_heartbeat_logs", false);
        section.mapping("static_fields");
        section.whole("max_queue_size", 1000, 1, Integer.MAX_VALUE, "");
        checkMode(section);
        Section loggers = section.section("loggers");
        loggers.content().entries().keySet().forEach(logger -> loggers.word(logger, LEVELS));
        String type = section.word("type", List.of("plain", "json")).orElse("plain");
        if (type.equals("json")) {
            section.findings().warning("log.type: json isn't supported yet; plain lines are written");
        }
        return new LogSettings(
                type,
                section.word("level", LEVELS).orElse("INFO"),
                format,
                section.text("dateformat"),
                section.file("dir"),
                (int) section.whole("file_num", 4, 0, Integer.MAX_VALUE, ""),
                section.whole("file_size", DEFAULT_FILE_BYTES, 0, Long.MAX_VALUE, "B"),
                loggers.content(),
                section.content());
    }

    /** YAML reads 0644 as a number in base eight; a variable's text is in base eight as well. */
    private static void checkMode(Section section) {
        Optional<String> text = section.text("mode");
        boolean right = section.content().find("mode").orElse(new Whole(0)) instanceof Whole(long number)
                ? number >= 0 && number <= HIGHEST_MODE
                : text.filter(mode -> mode.matches("0?[0-7]{1,3}")).isPresent();
        if (text.isPresent() && !right) {
            section.problem("mode", Section.shown(text.get()) + " isn't an octal number from 0 to 0777");
        }
    }
}
