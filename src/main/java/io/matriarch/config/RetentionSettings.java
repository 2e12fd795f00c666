package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Optional;

/**
 * How long backups are kept: {@code backup.retention}. Nothing is removed unless somebody says how much is kept.
 *
 * @param count so many of the newest
 * @param days those of so many days
 * @param walDays restoring to any moment of so many days
 */
public record RetentionSettings(Optional<Integer> count, Optional<Integer> days, Optional<Integer> walDays) {
    private static final int MOST = 100_000;

    public static RetentionSettings of(Configuration configuration) {
        Mapping section = configuration.raw().mapping("backup").mapping("retention");
        // what doesn't fit was refused when the configuration was loaded
        return read(Section.root(section, new Findings("", List.of())));
    }

    static RetentionSettings read(Section section) {
        section.allowOnly(List.of("keep_count", "keep_days", "keep_wal_days"));
        return new RetentionSettings(
                number(section, "keep_count", 1), number(section, "keep_days", 0), number(section, "keep_wal_days", 0));
    }

    private static Optional<Integer> number(Section section, String key, int least) {
        return section.has(key) ? Optional.of((int) section.whole(key, MOST, least, MOST, "")) : Optional.empty();
    }
}
