package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.agent.Commands.RestartConditions;
import io.matriarch.agent.RestartSchedule.Due;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a scheduled restart is carried out (reference 5.17). */
final class RestartScheduleTest {
    private static final Instant AT = Instant.parse("2026-11-24T12:00:00Z");
    private static final Instant STARTED = Instant.parse("2026-11-24T10:00:00Z");
    private static final Duration LOOP_WAIT = Duration.ofSeconds(10);

    private static Due due(Optional<Instant> started, long secondsAfter) {
        RestartConditions any = new RestartConditions(Optional.empty(), Optional.empty(), false, Optional.empty());
        return RestartSchedule.due(
                new RestartSchedule.Scheduled(any, AT, Optional.of(STARTED)),
                started,
                AT.plusSeconds(secondsAfter),
                LOOP_WAIT);
    }

    @ParameterizedTest
    @CsvSource({"-3600, NOT_YET", "-1, NOT_YET", "0, NOW", "15, NOW", "16, NEVER"})
    void atItsTime(long secondsAfter, Due expected) {
        assertThat(due(Optional.of(STARTED), secondsAfter)).isEqualTo(expected);
    }

    @Test
    void neverOfAServerThatWasStartedAnew() {
        assertThat(due(Optional.of(STARTED.plusSeconds(1)), -3600)).isEqualTo(Due.NEVER);
        assertThat(due(Optional.empty(), -3600)).isEqualTo(Due.NOT_YET);
    }
}
