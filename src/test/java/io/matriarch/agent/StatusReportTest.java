package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.Logged;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.ReplicationSlot;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotKind;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.Tags;
import io.matriarch.ha.Beginnings;
import io.matriarch.ha.Observation;
import io.matriarch.ha.WatchdogState;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whose slots the leader {@code node1} says are kept, and what it logs of that (reference 5.20). */
final class StatusReportTest {
    private static final String EXPIRED = "Replication slot 'node2' for absent cluster member is expired after 25 sec.";
    private static final Duration TTL = Duration.ofSeconds(25);

    private final StatusReport report = new StatusReport();
    private Duration now = Duration.ofHours(1);
    private boolean useSlots = true;
    private Set<String> members = Set.of("node1", "node2");
    private Set<String> slots = Set.of("node2");

    private List<String> retained() {
        return report.of(observation()).orElseThrow().retainSlots();
    }

    private List<String> loggedAfterTtl() {
        now = now.plus(TTL);
        try (Logged log = new Logged(StatusReport.class)) {
            assertThat(retained()).doesNotContain("node2");
            return log.messages();
        }
    }

    private Observation observation() {
        Lsn position = new Lsn(1000);
        DynamicConfiguration config = new DynamicConfiguration(
                Mapping.empty()
                        .with("member_slots_ttl", TTL.toSeconds())
                        .with("postgresql", Mapping.empty().with("use_slots", useSlots)),
                1);
        ClusterView view = new ClusterView(
                Optional.of("7711371126323781949"),
                Optional.of(config),
                Optional.of(new Leader("node1", 1, 2)),
                Status.UNKNOWN,
                members.stream()
                        .map(name -> new Member(name, Mapping.empty(), 3, 4))
                        .toList(),
                Optional.empty(),
                SyncState.NONE,
                History.EMPTY,
                Map.of());
        ServerReading reading = new ServerReading(
                150_000,
                Instant.EPOCH,
                false,
                OptionalInt.of(1),
                position,
                Lsn.ZERO,
                Lsn.ZERO,
                true,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                false,
                List.of(),
                slots.stream().map(StatusReportTest::slot).toList(),
                ServerReading.Commits.LOCAL);
        ServerStatus server = new ServerStatus(
                new DataDirectory.Present(new ControlData("7711371126323781949", "in production", position, 1), false),
                true,
                PostgresState.RUNNING,
                Role.PRIMARY,
                Optional.of(reading),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                false,
                History.EMPTY,
                false,
                Map.of());
        return new Observation(
                "node1",
                Tags.NONE,
                new Beginnings(false, false),
                now.toNanos(),
                Instant.EPOCH,
                Optional.of(view),
                config,
                OptionalLong.empty(),
                server,
                Map.of(),
                List.of(),
                WatchdogState.OFF,
                Optional.empty());
    }

    private static ReplicationSlot slot(String name) {
        return new ReplicationSlot(
                name, new SlotKind.Physical(), false, false, false, Optional.of(new Lsn(900)), false, false);
    }

    @Test
    void theSlotOfAnAbsentMemberIsKeptForMemberSlotsTtlAndThenItIsSaidThatItEnded() {
        assertThat(retained()).containsExactly("node1", "node2");
        members = Set.of("node1");
        now = now.plus(TTL.minusSeconds(1));
        assertThat(retained()).containsExactly("node1", "node2");
        now = now.minus(TTL.minusSeconds(1));
        assertThat(loggedAfterTtl()).containsExactly(EXPIRED);
        assertThat(loggedAfterTtl()).as("once").isEmpty();
    }

    @Test
    void ofAMemberThatIsPresentWithoutASlotNothingIsSaid() {
        assertThat(retained()).contains("node2");
        slots = Set.of();
        assertThat(loggedAfterTtl()).isEmpty();
    }

    @Test
    void withoutUseSlotsNobodysIsKeptAndNothingIsSaid() {
        assertThat(retained()).contains("node2");
        slots = Set.of();
        members = Set.of("node1");
        useSlots = false;
        assertThat(retained()).isEmpty();
        assertThat(loggedAfterTtl()).isEmpty();
    }
}
