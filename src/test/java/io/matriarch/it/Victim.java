package io.matriarch.it;

import java.util.List;
import java.util.Optional;

/** What is killed. */
enum Victim {
    PUSH("", Optional.empty(), 3),
    PUSH_AHEAD("", Optional.empty(), 2),
    BACKUP("backup create --jobs 2 --label", Optional.empty(), 4),
    BACKUP_EXPIRE("backup expire --keep-count 1", Optional.empty(), 3),
    DUMP("dump create --jobs 2 --label", Optional.of("dump"), 3),
    DUMP_EXPIRE("dump expire --keep-count 1", Optional.empty(), 2),
    VERIFY("backup verify --level start", Optional.of("verify"), 2),
    DRILL("drill", Optional.of("drill"), 3);

    private final String words;
    private final Optional<String> scratch;
    private final int weight;

    Victim(String words, Optional<String> scratch, int weight) {
        this.words = words;
        this.scratch = scratch;
        this.weight = weight;
    }

    List<String> words() {
        return List.of(words.split(" ", -1));
    }

    /** For what it uses a scratch place. */
    Optional<String> scratch() {
        return scratch;
    }

    /** How often it's chosen, in proportion to the others. */
    int weight() {
        return weight;
    }

    /** Whether PostgreSQL starts it. */
    boolean archives() {
        return this == PUSH || this == PUSH_AHEAD;
    }

    /** Whether it needs a label. */
    boolean creates() {
        return this == BACKUP || this == DUMP;
    }

    /** What it removes, if it does. */
    Optional<String> expires() {
        return switch (this) {
            case BACKUP_EXPIRE -> Optional.of("backup");
            case DUMP_EXPIRE -> Optional.of("dump");
            case PUSH, PUSH_AHEAD, BACKUP, DUMP, VERIFY, DRILL -> Optional.empty();
        };
    }
}
