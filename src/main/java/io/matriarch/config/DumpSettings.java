package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Optional;

/**
 * What is dumped and how long that is kept: {@code backup.dump}.
 *
 * @param databases their names; none: all that allow connections
 * @param count so many of the newest dumps are kept
 * @param days those of so many days are kept
 */
public record DumpSettings(List<String> databases, Optional<Integer> count, Optional<Integer> days) {
    private static final int MOST = 100_000;

    public DumpSettings {
        databases = List.copyOf(databases);
    }

    public static DumpSettings of(Configuration configuration) {
        Mapping section = configuration.raw().mapping("backup").mapping("dump");
        // what doesn't fit was refused when the configuration was loaded
        return read(Section.root(section, new Findings("", List.of())));
    }

    static DumpSettings read(Section section) {
        section.allowOnly(List.of("databases", "retention"));
        List<String> databases = section.texts("databases");
        if (section.has("databases") && (databases.isEmpty() || databases.contains(""))) {
            section.problem(
                    "databases", "the names of databases are expected here; without the setting all are dumped");
        }
        Section retention = section.section("retention");
        retention.allowOnly(List.of("keep_count", "keep_days"));
        return new DumpSettings(
                databases.stream().distinct().toList(),
                number(retention, "keep_count", 1),
                number(retention, "keep_days", 0));
    }

    private static Optional<Integer> number(Section section, String key, int least) {
        return section.has(key) ? Optional.of((int) section.whole(key, MOST, least, MOST, "")) : Optional.empty();
    }
}
