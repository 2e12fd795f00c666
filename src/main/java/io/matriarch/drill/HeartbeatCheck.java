package io.matriarch.drill;

import io.matriarch.archive.ArchiveException;
import io.matriarch.config.DrillSettings.Heartbeat;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the newest heartbeat that was recovered.
 *
 * @param wanted the moment that recovery was to get to; absent when that is no moment
 */
record HeartbeatCheck(Heartbeat heartbeat, Queries server, Optional<Instant> wanted) {
    /** What was found: the heartbeat, and what is lost between it and the moment that was wanted. */
    record Found(Instant newest, Optional<Duration> lost) {
        Outcome outcome(Optional<Duration> most) {
            if (lost.isPresent()
                    && most.filter(limit -> lost.get().compareTo(limit) > 0).isPresent()) {
                return Outcome.failed(String.format(
                        Locale.ROOT,
                        "the newest heartbeat is of %s: %.1f s would be lost, and backup.drill.max_rpo is %d s",
                        newest,
                        Seconds.of(lost.get()),
                        most.get().toSeconds()));
            }
            return Outcome.passed("the newest is of " + newest);
        }
    }

    /** @throws ArchiveException if there is no heartbeat */
    Found find() throws ArchiveException {
        // on a line of its own, so that a comment ends before the parenthesis
        String query = heartbeat.sql().strip().replaceAll(";+$", "");
        String answer = server.answer(
                heartbeat.database(), "SELECT extract(epoch FROM (\n" + query + "\n)::timestamp with time zone)");
        if (answer.isBlank()) {
            throw new ArchiveException("no heartbeat was recovered: backup.drill.heartbeat.sql finds none");
        }
        Instant newest = instant(answer);
        return new Found(
                newest,
                wanted.map(moment -> newest.isAfter(moment) ? Duration.ZERO : Duration.between(newest, moment)));
    }

    private static Instant instant(String epoch) throws ArchiveException {
        try {
            return Instant.ofEpochMilli(
                    new BigDecimal(epoch.strip()).movePointRight(3).longValue());
        } catch (NumberFormatException e) {
            throw new ArchiveException("backup.drill.heartbeat.sql finds no moment, but " + epoch, e);
        }
    }
}
