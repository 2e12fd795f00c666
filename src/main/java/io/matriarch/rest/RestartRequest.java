package io.matriarch.rest;

import io.matriarch.agent.Commands.Answer;
import io.matriarch.agent.Commands.RestartConditions;
import io.matriarch.config.Units;
import io.matriarch.time.IsoTime;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** The body of POST /restart, checked in its own order (reference 4.5). */
sealed interface RestartRequest {
    /** Something is wrong with it. */
    record Wrong(Answer answer) implements RestartRequest {}

    /** Now. */
    record Immediate(RestartConditions conditions) implements RestartRequest {}

    /** Later; {@code body} goes into the member key. */
    record Later(RestartConditions conditions, Instant at, Mapping body) implements RestartRequest {}

    /** Three parts, or two of a version since 10. */
    Pattern VERSION = Pattern.compile("\\d+\\.\\d+\\.\\d+|\\d{2,}\\.\\d+");

    Pattern NUMBERS = Pattern.compile("\\d+(\\.\\d+)*");
    Set<String> ROLES = Set.of("primary", "standby_leader", "replica");

    static RestartRequest of(Mapping body, boolean paused, Instant now) {
        for (String key : body.entries().keySet()) {
            Optional<Answer> wrong = switch (key) {
                case "schedule" -> schedule(body, paused, now);
                case "role" ->
                    ROLES.contains(body.text("role").orElse(""))
                            ? Optional.empty()
                            : answer(400, "PostgreSQL role should be either primary, standby_leader, or replica");
                case "postgres_version" -> version(body.text("postgres_version").orElse(""));
                case "timeout" ->
                    timeout(body).isPresent()
                            ? Optional.empty()
                            : answer(400, "Timeout should be a positive number of seconds");
                case "restart_pending" -> Optional.empty();
                default -> answer(400, "Unknown filter for the scheduled restart: " + key);
            };
            if (wrong.isPresent()) {
                return new Wrong(wrong.get());
            }
        }
        RestartConditions conditions = new RestartConditions(
                body.text("role"),
                body.text("postgres_version"),
                body.entries().containsKey("restart_pending"),
                timeout(body));
        return body.text("schedule")
                .flatMap(IsoTime::parse)
                .<RestartRequest>map(time ->
                        new Later(conditions, time.local().toInstant(time.zone().orElseThrow()), read(body, time)))
                .orElseGet(() -> new Immediate(conditions));
    }

    /** What others read is what was understood. */
    private static Mapping read(Mapping body, IsoTime time) {
        Mapping scheduled = body.with(
                "schedule", IsoTime.format(time.local().atOffset(time.zone().orElseThrow())));
        return timeout(body)
                .map(patience -> scheduled.with("timeout", patience.toSeconds()))
                .orElse(scheduled);
    }

    private static Optional<Answer> schedule(Mapping body, boolean paused, Instant now) {
        if (body.find("schedule").isEmpty()) {
            return Optional.empty();
        }
        if (paused) {
            return answer(500, "Can't schedule restart in the paused state");
        }
        Optional<IsoTime> time = body.text("schedule").flatMap(IsoTime::parse);
        if (time.isEmpty()) {
            return answer(
                    422, "Unable to parse scheduled timestamp. It should be in an unambiguous format, e.g. ISO 8601");
        }
        if (time.get().zone().isEmpty()) {
            return answer(400, "Timezone information is mandatory for the scheduled restart");
        }
        boolean past = time.get().local().toInstant(time.get().zone().get()).isBefore(now);
        return past ? answer(422, "Cannot schedule restart in the past") : Optional.empty();
    }

    private static Optional<Answer> version(String text) {
        if (!NUMBERS.matcher(text).matches()) {
            return answer(400, "Invalid PostgreSQL version: " + text);
        }
        return VERSION.matcher(text).matches()
                ? Optional.empty()
                : answer(400, "Invalid PostgreSQL version format: X.Y or X.Y.Z is accepted: " + text);
    }

    private static Optional<Duration> timeout(Mapping body) {
        OptionalLong seconds = body.find("timeout")
                .flatMap(Value::asText)
                .map(text -> Units.whole(text, "s"))
                .orElse(OptionalLong.empty());
        return seconds.isPresent() && seconds.getAsLong() > 0
                ? Optional.of(Duration.ofSeconds(seconds.getAsLong()))
                : Optional.empty();
    }

    private static Optional<Answer> answer(int status, String text) {
        return Optional.of(new Answer(status, text));
    }
}
