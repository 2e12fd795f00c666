package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.Upstream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the guard is told of who holds the lock of a standby cluster: nothing is to be stopped, until it is promoted. */
final class WriteRightTest {
    private static final OptionalLong LEASE = OptionalLong.of(7);
    private static final Optional<Upstream> REMOTE = Optional.of(Upstream.remote("postgres://there:5432/"));

    private static ServerStatus server(boolean inRecovery, Role role, Optional<Operation> operation) {
        ServerReading reading = new ServerReading(
                150000,
                Instant.EPOCH,
                inRecovery,
                OptionalInt.of(1),
                Lsn.ZERO,
                Lsn.ZERO,
                Lsn.ZERO,
                true,
                Optional.empty(),
                false,
                Optional.of("streaming"),
                Optional.empty(),
                false,
                List.of(),
                List.of(),
                ServerReading.Commits.LOCAL);
        return new ServerStatus(
                new DataDirectory.Present(new ControlData("1", "in archive recovery", Lsn.ZERO, 1), inRecovery),
                true,
                PostgresState.RUNNING,
                role,
                Optional.of(reading),
                REMOTE,
                operation.map(running -> new ServerStatus.Running(1, running, 0)),
                Optional.empty(),
                Map.of(),
                false,
                History.EMPTY,
                true,
                Map.of());
    }

    @Test
    void aStandbyLeaderIsNotStoppedWhenItsLeaseEnds() {
        assertThat(WriteRight.of(server(true, Role.STANDBY_LEADER, Optional.empty()), false, LEASE))
                .contains(new WriteRight.Unlimited());
        Operation start = new Operation.Start(Operation.Start.As.REPLICA, REMOTE, "starting", Optional.empty());
        assertThat(WriteRight.of(start, false, LEASE)).contains(new WriteRight.Unlimited());
    }

    @Test
    void fromItsPromotionOnItIs() {
        WriteRight untilTheLeaseEnds = new WriteRight.Until(7);
        Operation promote = new Operation.Promote();
        assertThat(WriteRight.of(promote, false, LEASE)).contains(untilTheLeaseEnds);
        assertThat(WriteRight.of(server(true, Role.STANDBY_LEADER, Optional.of(promote)), false, LEASE))
                .contains(untilTheLeaseEnds);
        assertThat(WriteRight.of(server(true, Role.PROMOTED, Optional.empty()), false, LEASE))
                .contains(untilTheLeaseEnds);
        assertThat(WriteRight.of(server(false, Role.PRIMARY, Optional.empty()), false, LEASE))
                .contains(untilTheLeaseEnds);
    }

    @Test
    void aPrimaryThatIsBeingDemotedToAStandbyLeaderCountsUntilItIsOne() {
        Operation stop = new Operation.Stop(Operation.Stop.Mode.FAST, false, "demote-cluster");
        assertThat(WriteRight.of(stop, false, LEASE))
                .as("what was said before counts")
                .isEmpty();
        assertThat(WriteRight.of(server(false, Role.DEMOTED, Optional.of(stop)), false, LEASE))
                .contains(new WriteRight.Until(7));
    }
}
