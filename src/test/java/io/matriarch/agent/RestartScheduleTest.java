package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.agent.Commands.RestartConditions;
import io.matriarch.agent.RestartSchedule.Due;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a scheduled restart is carried out (reference 5.17). */
final class RestartScheduleTest {
    private static final Instant AT = Instant.parse("2026-11-24T12:00:00Z");
    private static final Instant STARTED = Instant.parse("2026-11-24T10:00:00Z");
    private static final Duration LOOP_WAIT = Duration.ofSeconds(10);

    private static final RestartConditions ANY =
            new RestartConditions(Optional.empty(), Optional.empty(), false, Optional.empty());

    /** Of a replica of version 15.4 on which nothing waits for a restart. */
    private static Due due(RestartConditions conditions, Optional<Instant> started, long secondsAfter) {
        return RestartSchedule.due(
                new RestartSchedule.Scheduled(conditions, AT, Optional.of(STARTED)),
                Optional.of(replica(started)),
                AT.plusSeconds(secondsAfter),
                LOOP_WAIT);
    }

    private static ServerStatus replica(Optional<Instant> started) {
        Lsn position = new Lsn(100);
        return new ServerStatus(
                new DataDirectory.Present(
                        new ControlData("7711371126323781949", "in archive recovery", position, 1), true),
                true,
                PostgresState.RUNNING,
                Role.REPLICA,
                started.map(since -> new ServerReading(
                        150_004,
                        since,
                        true,
                        OptionalInt.of(1),
                        Lsn.ZERO,
                        position,
                        position,
                        true,
                        Optional.empty(),
                        false,
                        Optional.of("streaming"),
                        Optional.empty(),
                        false,
                        List.of(),
                        List.of(),
                        ServerReading.Commits.LOCAL)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                false,
                History.EMPTY,
                false,
                Map.of());
    }

    @ParameterizedTest
    @CsvSource({"-3600, NotYet", "-1, NotYet", "0, Now", "15, Now", "16, Never"})
    void atItsTime(long secondsAfter, String expected) {
        assertThat(due(ANY, Optional.of(STARTED), secondsAfter).getClass().getSimpleName())
                .isEqualTo(expected);
    }

    @Test
    void aMissedOneIsForgottenAndWhenItWasIsSaid() {
        assertThat(due(ANY, Optional.of(STARTED), 16))
                .isEqualTo(new Due.Never("Found a stale restart value, cleaning up: 2026-11-24T12:00:00+00:00"));
    }

    @Test
    void neverOfAServerThatWasStartedAnew() {
        assertThat(due(ANY, Optional.of(STARTED.plusSeconds(1)), -3600))
                .isEqualTo(new Due.Never("Cancelling scheduled restart: postgres restart has already happened at"
                        + " 2026-11-24T10:00:01+00:00"));
        assertThat(due(ANY, Optional.empty(), -3600)).isEqualTo(new Due.NotYet());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            primary |      | false | host role mismatch
            replica | 15.4 | false | postgres version mismatch
            replica | 15.5 | true  | pending restart flag is not set
            """)
    void whyAServerThatIsNotTheOneThatWasMeantIsNotRestartedIsSaid(
            String role, @Nullable String olderThan, boolean onlyIfPending, String why) {
        RestartConditions conditions = new RestartConditions(
                Optional.of(role), Optional.ofNullable(olderThan), onlyIfPending, Optional.empty());
        assertThat(due(conditions, Optional.of(STARTED), 0))
                .isEqualTo(new Due.Never("Scheduled restart: restart conditions are not satisfied: " + why));
        assertThat(due(conditions, Optional.of(STARTED), -1)).as("before").isEqualTo(new Due.NotYet());
    }

    @Test
    void itIsSaidThatAServerThatDoesNotAnswerIsNotRestarted() {
        assertThat(due(ANY, Optional.empty(), 0))
                .isEqualTo(new Due.Never("Scheduled restart: PostgreSQL doesn't answer"));
    }
}
