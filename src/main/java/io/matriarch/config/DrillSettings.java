package io.matriarch.config;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a drill may take and what must be right in it: {@code backup.drill}.
 *
 * @param scratch where it restores to; by default beside the data directory
 * @param maxDisk how many bytes it may take there
 * @param reserve how many bytes of the disk it leaves free
 * @param memory about how many bytes its server may take
 * @param checks of the user
 * @param heartbeat tells the moment to which nothing is lost
 * @param dump the checks of the newest dump; absent when that isn't drilled
 * @param maxRpo how much may be lost at most
 * @param maxRto how long it may take at most until the server answers
 */
public record DrillSettings(
        Optional<Path> scratch,
        Optional<Long> maxDisk,
        long reserve,
        long memory,
        Amcheck amcheck,
        List<Check> checks,
        Optional<Heartbeat> heartbeat,
        Optional<List<Check>> dump,
        Optional<Duration> maxRpo,
        Optional<Duration> maxRto) {
    private static final long LEAST_DISK = 1 << 20;
    private static final long RESERVE = 1L << 30;
    private static final long LEAST_MEMORY = 64L << 20;
    private static final long MEMORY = 256L << 20;
    private static final long MOST = 1L << 60;
    private static final long MOST_SECONDS = 10L * 365 * 86_400;
    private static final String DATABASE = "postgres";

    public DrillSettings {
        checks = List.copyOf(checks);
    }

    /** How much pg_amcheck looks at. */
    public enum Amcheck {
        OFF,
        /** Tables and the structure of B-tree indexes. */
        HEAP,
        /** And whether each row is in its indexes. */
        FULL
    }

    /** A query whose answer is known. */
    public record Check(String name, String database, String sql, Expectation expected) {}

    /** An answer that is right. */
    public sealed interface Expectation {
        /** What psql prints without alignment and headings. */
        record Text(String text) implements Expectation {}

        /** A number, or a greater one. */
        record AtLeast(BigDecimal number) implements Expectation {}
    }

    /** A query for the newest time that something writes again and again. */
    public record Heartbeat(String database, String sql) {}

    public static DrillSettings of(Configuration configuration) {
        Mapping section = configuration.raw().mapping("backup").mapping("drill");
        // what doesn't fit was refused when the configuration was loaded
        return read(Section.root(section, new Findings("", List.of())));
    }

    static DrillSettings read(Section section) {
        section.allowOnly(KnownKeys.in("backup.drill").orElseThrow());
        return new DrillSettings(
                BackupReader.absolute(section, "scratch"),
                section.has("max_disk")
                        ? Optional.of(section.whole("max_disk", MOST, LEAST_DISK, MOST, "B"))
                        : Optional.empty(),
                section.whole("reserve", RESERVE, 0, MOST, "B"),
                section.whole("memory", MEMORY, LEAST_MEMORY, MOST, "B"),
                amcheck(section),
                checks(section),
                heartbeat(section),
                dump(section),
                seconds(section, "max_rpo"),
                seconds(section, "max_rto"));
    }

    /** YAML takes off for false. */
    private static Amcheck amcheck(Section section) {
        return section.word("amcheck", List.of("off", "heap", "full", "false"))
                .map(word -> word.equals("false") ? Amcheck.OFF : Amcheck.valueOf(word.toUpperCase(Locale.ROOT)))
                .orElse(Amcheck.HEAP);
    }

    private static Optional<Duration> seconds(Section section, String key) {
        return section.has(key)
                ? Optional.of(Duration.ofSeconds(section.whole(key, MOST_SECONDS, 1, MOST_SECONDS, "s")))
                : Optional.empty();
    }

    private static List<Check> checks(Section section) {
        List<Check> checks = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section entry : section.sections("checks")) {
            entry.allowOnly(List.of("name", "database", "sql", "expect", "at_least"));
            String name = entry.required("name", "a name for messages");
            if (!name.isEmpty() && !names.add(name)) {
                entry.problem("name", "another check has the name " + Section.shown(name));
            }
            String sql = entry.required("sql", "a query with one answer");
            expectation(entry)
                    .ifPresent(expected ->
                            checks.add(new Check(name, entry.text("database").orElse(DATABASE), sql, expected)));
        }
        return checks;
    }

    /** An empty text is an answer, too: no row. */
    private static Optional<Expectation> expectation(Section entry) {
        if (entry.has("expect") == entry.has("at_least")) {
            entry.problem("expect", "either expect or at_least is needed: what the answer must be");
            return Optional.empty();
        }
        if (entry.has("expect")) {
            Optional<String> text = entry.content().find("expect").flatMap(Value::asText);
            if (text.isEmpty()) {
                entry.problem("expect", "one value is expected here, not a list or a mapping");
            }
            return text.map(String::strip).map(Expectation.Text::new);
        }
        Optional<BigDecimal> number = entry.text("at_least").flatMap(text -> Units.real(text, ""));
        if (number.isEmpty()) {
            entry.problem("at_least", "a number is expected here");
        }
        return number.map(Expectation.AtLeast::new);
    }

    private static Optional<List<Check>> dump(Section section) {
        if (!section.has("dump")) {
            return Optional.empty();
        }
        Section entry = section.section("dump");
        entry.allowOnly(List.of("checks"));
        return Optional.of(checks(entry));
    }

    private static Optional<Heartbeat> heartbeat(Section section) {
        if (!section.has("heartbeat")) {
            return Optional.empty();
        }
        Section entry = section.section("heartbeat");
        entry.allowOnly(List.of("database", "sql"));
        String sql = entry.required("sql", "a query for the newest time that was written");
        return Optional.of(new Heartbeat(entry.text("database").orElse(DATABASE), sql));
    }
}
