package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.ServerStatus.Finished;
import io.matriarch.cluster.ServerStatus.Running;
import io.matriarch.ha.Ability;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** From when on a server that doesn't answer should have answered, and how often it was started. */
final class AbilitiesTest {
    private static final Operation START =
            new Operation.Start(Operation.Start.As.PRIMARY, Optional.empty(), "start", Optional.empty());
    private static final ServerReading READING = new ServerReading(
            150018,
            Instant.EPOCH,
            false,
            OptionalInt.of(3),
            new Lsn(2_000),
            new Lsn(1_500),
            new Lsn(1_000),
            true,
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            false,
            List.of(),
            List.of(),
            ServerReading.Commits.LOCAL);

    private final Abilities abilities = new Abilities();

    private Duration silence(int second, boolean alive, boolean answers, Optional<Operation> operation) {
        Optional<ServerReading> reading = answers ? Optional.of(READING) : Optional.empty();
        Optional<Running> running = operation.map(begun -> new Running(1, begun, 0));
        return look(second, server(alive, reading, running, Optional.empty())).silence();
    }

    private Ability look(int second, ServerStatus server) {
        return abilities.seen(server, Duration.ofSeconds(second).toNanos());
    }

    private static ServerStatus server(
            boolean alive, Optional<ServerReading> reading, Optional<Running> operation, Optional<Finished> finished) {
        return new ServerStatus(
                new DataDirectory.Present(
                        new ControlData("7711371126323781949", "in production", new Lsn(100), 3), false),
                alive,
                PostgresState.RUNNING,
                Role.PRIMARY,
                reading,
                Optional.empty(),
                operation,
                finished,
                Map.of(),
                false,
                History.EMPTY,
                false,
                Map.of());
    }

    @Test
    void silenceCountsFromTheLastAnswerOfARunningServer() {
        assertThat(silence(10, true, false, Optional.empty())).as("may recover").isZero();
        assertThat(silence(20, true, true, Optional.empty())).isZero();
        assertThat(silence(31, true, false, Optional.empty())).hasSeconds(11);
        assertThat(silence(32, true, false, Optional.of(START))).as("starts").isZero();
        assertThat(silence(90, true, false, Optional.empty()))
                .as("may recover since")
                .isZero();
        assertThat(silence(91, true, true, Optional.empty())).isZero();
        assertThat(silence(92, false, false, Optional.empty())).as("is dead").isZero();
    }

    private Duration stall(int second, long position, long unflushed, Optional<Operation> operation) {
        ServerReading reading = new ServerReading(
                150018,
                Instant.EPOCH,
                false,
                OptionalInt.of(3),
                new Lsn(position),
                Lsn.ZERO,
                Lsn.ZERO,
                true,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                false,
                List.of(),
                List.of(),
                new ServerReading.Commits("", "on", unflushed));
        Optional<Running> running = operation.map(begun -> new Running(1, begun, 0));
        return look(second, server(true, Optional.of(reading), running, Optional.empty()))
                .stall();
    }

    @Test
    void walThatWaitsForTheDiskAtTheSamePositionIsAStall() {
        assertThat(stall(10, 1_000, 0, Optional.empty())).as("nothing waits").isZero();
        assertThat(stall(20, 1_000, 40, Optional.empty())).as("a page's header").isZero();
        assertThat(stall(30, 1_000, 500, Optional.empty())).as("it begins").isZero();
        assertThat(stall(41, 1_000, 900, Optional.empty())).hasSeconds(11);
        assertThat(stall(42, 1_200, 700, Optional.empty())).as("it moves").isZero();
        assertThat(stall(72, 1_200, 700, Optional.of(START))).as("works").isZero();
        assertThat(stall(80, 1_200, 700, Optional.empty())).hasSeconds(38);
        assertThat(stall(90, 1_200, 0, Optional.empty())).as("all is flushed").isZero();
        assertThat(stall(95, 1_200, 100, Optional.empty())).isZero();
    }

    private int starts(int second, long operation) {
        return look(second, server(true, Optional.of(READING), Optional.empty(), Optional.of(finished(operation))))
                .primaryStarts();
    }

    private static Finished finished(long id) {
        return new Finished(id, START, new OperationResult.Succeeded());
    }

    @Test
    void startsAsThePrimaryCountForFiveMinutes() {
        assertThat(starts(10, 1)).isEqualTo(1);
        assertThat(starts(11, 1)).as("the same").isEqualTo(1);
        assertThat(starts(60, 2)).isEqualTo(2);
        assertThat(starts(309, 2)).isEqualTo(2);
        assertThat(starts(310, 2)).isEqualTo(1);
    }

    @Test
    void theDisksSayWhatTheyHave() {
        abilities.use(() -> new Disks.Space(OptionalLong.of(1L << 40), OptionalLong.of(100L << 20)));
        Ability almost = look(1, server(true, Optional.of(READING), Optional.empty(), Optional.empty()));
        assertThat(almost.diskFull()).isFalse();
        assertThat(almost.diskAlmostFull()).isTrue();
        abilities.use(() -> new Disks.Space(OptionalLong.of(31L << 20), OptionalLong.empty()));
        assertThat(look(2, server(true, Optional.of(READING), Optional.empty(), Optional.empty()))
                        .diskFull())
                .isTrue();
    }
}
