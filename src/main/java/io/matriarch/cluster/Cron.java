package io.matriarch.cluster;

import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneRulesException;
import java.util.Map;
import java.util.Optional;

/**
 * A cron expression: minute, hour, day of month, month, day of week, as crontab(5) has them; or {@code @hourly}, {@code @daily}, {@code @weekly}, {@code @monthly}. When both
 * days are given, both must fit.
 *
 * <p>Local times that a change to summer time leaves out come an hour later, those that a change back repeats count once.
 *
 * @param text as it was written
 */
public record Cron(String text, ZoneId zone) {
    private static final Map<String, String> NICKNAMES = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *");

    /** What is wrong with an expression, for a person; absent when nothing is. */
    public static Optional<String> problem(String text) {
        try {
            Optional<Instant> next = new Cron(text, ZoneId.of("UTC")).after(Instant.EPOCH);
            return next.isPresent() ? Optional.empty() : Optional.of("'" + text + "' never comes");
        } catch (IllegalArgumentException wrong) {
            return Optional.of("'" + text + "' isn't a cron expression of five fields such as '30 2 * * 0' or @daily");
        }
    }

    /** The zone of a name such as {@code Europe/Berlin}; absent when there is none of it. */
    static Optional<ZoneId> zone(String name) {
        try {
            return Optional.of(ZoneId.of(name));
        } catch (ZoneRulesException unknown) {
            return Optional.empty();
        } catch (java.time.DateTimeException malformed) {
            return Optional.empty();
        }
    }

    /**
     * The next moment; absent when there is none.
     *
     * @throws IllegalArgumentException if {@code text} is none of {@link #problem}'s liking
     */
    public Optional<Instant> after(Instant moment) {
        CronParser parser =
                new CronParser(CronDefinitionBuilder.instanceDefinitionFor(com.cronutils.model.CronType.UNIX));
        ExecutionTime times = ExecutionTime.forCron(parser.parse(NICKNAMES.getOrDefault(text.strip(), text)));
        // by the clock on the wall, which has no gaps: the zone comes in at the end
        LocalDateTime wall = LocalDateTime.ofInstant(moment, zone);
        Instant found = moment;
        while (!found.isAfter(moment)) {
            Optional<ZonedDateTime> next = times.nextExecution(wall.atZone(ZoneOffset.UTC));
            if (next.isEmpty()) {
                return Optional.empty();
            }
            wall = next.get().toLocalDateTime();
            found = wall.atZone(zone).toInstant();
        }
        return Optional.of(found);
    }
}
