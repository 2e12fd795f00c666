package io.matriarch.cluster;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is done by schedule, once in the whole cluster; in the order in which they are done when several are due. */
public enum JobKind {
    /** A whole base backup. */
    BASE,
    /** A base backup of what has changed since the last one. */
    INCREMENTAL,
    /** A logical dump. */
    DUMP,
    /** The removal of what the retention no longer keeps. */
    EXPIRE,
    /** The proof that the newest backup can be restored. */
    DRILL;

    /** As in the configuration, in the DCS and in metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All of them, for a person. */
    static String words() {
        return Stream.of(values()).map(JobKind::word).collect(Collectors.joining(", "));
    }

    public static Optional<JobKind> of(String word) {
        for (JobKind kind : values()) {
            if (kind.word().equals(word)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
