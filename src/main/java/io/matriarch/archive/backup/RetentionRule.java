package io.matriarch.archive.backup;

import java.time.Duration;
import java.util.Optional;

/**
 * How long backups are kept. One that any of these keeps is kept; with none of them all are.
 *
 * @param count so many of the newest
 * @param age those that ended so long ago at most
 * @param walAge so far back the cluster can be restored to any moment; without it, as far back as the oldest kept backup
 */
public record RetentionRule(Optional<Integer> count, Optional<Duration> age, Optional<Duration> walAge) {}
