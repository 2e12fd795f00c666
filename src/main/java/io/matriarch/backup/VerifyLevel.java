package io.matriarch.backup;

import java.util.Locale;
import java.util.Optional;

/** How much is proven; each level includes those before it. */
enum VerifyLevel {
    OBJECTS("all objects are there"),
    CHECKSUMS("all objects hold what was written"),
    WAL("there is no gap in the WAL from the backup to the newest archived moment"),
    START("restored, it passes pg_verifybackup and starts"),
    QUERY("it answers queries in every database");

    private final String meaning;

    VerifyLevel(String meaning) {
        this.meaning = meaning;
    }

    static Optional<VerifyLevel> of(String word) {
        for (VerifyLevel level : values()) {
            if (level.word().equals(word)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    String meaning() {
        return meaning;
    }

    boolean includes(VerifyLevel other) {
        return compareTo(other) >= 0;
    }
}
