package io.matriarch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterDocumentTest {
    private static final Lsn OPTIME = Lsn.parse("0/3000300");

    @Test
    void theLeaderHasNoPositionAndAReplicaHasThreeInPatronisOrder() {
        ClusterView view = view(
                Mapping.empty(),
                member("pg-a", "primary").with("timeline", 2),
                member("pg-b", "replica")
                        .with("timeline", 2)
                        .with("receive_lsn", Lsn.parse("0/3000220").bytes())
                        .with("replay_lsn", Lsn.parse("0/3000400").bytes())
                        .with("replication_state", "streaming"));

        Mapping document = ClusterDocument.of(view, "batman");

        assertThat(document.entries().keySet()).containsExactly("members", "scope");
        Mapping leader = row(document, 0);
        Mapping replica = row(document, 1);
        assertThat(leader.entries().keySet())
                .containsExactly("name", "role", "state", "api_url", "host", "port", "timeline");
        assertThat(leader.text("role")).contains("leader");
        assertThat(replica.entries().keySet())
                .containsExactly(
                        "name",
                        "role",
                        "state",
                        "api_url",
                        "host",
                        "port",
                        "timeline",
                        "receive_lag",
                        "receive_lsn",
                        "replay_lag",
                        "replay_lsn",
                        "lsn",
                        "lag");
        assertThat(replica.text("role")).contains("replica");
        assertThat(replica.text("state")).contains("streaming");
        assertThat(replica.whole("receive_lag")).hasValue(0xE0);
        assertThat(replica.text("receive_lsn")).contains("0/3000220");
        assertThat(replica.whole("replay_lag")).hasValue(0);
        assertThat(replica.text("lag")).contains("unknown");
        assertThat(replica.whole("port")).hasValue(5432);
    }

    @Test
    void aStandbyIsSynchronousOnlyWhileTheClusterIs() {
        assertThat(roleOfReplica(Mapping.empty())).isEqualTo("replica");
        assertThat(roleOfReplica(Mapping.empty().with("synchronous_mode", true)))
                .isEqualTo("sync_standby");
        assertThat(roleOfReplica(Mapping.empty().with("synchronous_mode", "quorum")))
                .isEqualTo("quorum_standby");
    }

    @HardCase(50)
    @Test
    void theLeaderOfAStandbyClusterShowsHowItReplicates() {
        Mapping config = Mapping.empty()
                .with("synchronous_mode", true)
                .with("standby_cluster", Mapping.empty().with("host", "10.0.0.1"));
        ClusterView view = view(
                config,
                member("pg-a", "standby_leader").with("replication_state", "streaming"),
                member("pg-b", "replica"));

        Mapping leader = row(ClusterDocument.of(view), 0);

        assertThat(leader.text("role")).contains("standby_leader");
        assertThat(leader.text("state")).contains("streaming");
        assertThat(row(ClusterDocument.of(view), 1).text("role"))
                .as("whatever the sync key says")
                .contains("replica");
    }

    @Test
    void pauseAndAScheduledSwitchoverAreShown() {
        ClusterView quiet = view(Mapping.empty().with("pause", true), member("pg-a", "primary"));
        ClusterView view = new ClusterView(
                quiet.initialize(),
                quiet.config(),
                quiet.leader(),
                quiet.status(),
                quiet.members(),
                Optional.of(new FailoverRequest(
                        Optional.of("pg-a"), Optional.empty(), Optional.of("2030-01-01T00:00Z"), 7)),
                quiet.sync(),
                quiet.history(),
                quiet.failsafe());

        Mapping document = ClusterDocument.of(view);

        assertThat(document.bool("pause")).contains(true);
        assertThat(document.mapping("scheduled_switchover"))
                .isEqualTo(
                        Mapping.empty().with("at", "2030-01-01T00:00:00+00:00").with("from", "pg-a"));
        assertThat(ClusterDocument.of(quiet).find("scheduled_switchover")).isEmpty();
    }

    private static String roleOfReplica(Mapping config) {
        ClusterView view = view(config, member("pg-a", "primary"), member("PG-b", "replica"));
        return row(ClusterDocument.of(view), 0).text("role").orElseThrow();
    }

    private static Mapping row(Mapping document, int index) {
        return (Mapping) document.items("members").get(index);
    }

    private static Mapping member(String name, String role) {
        return Mapping.empty()
                .with("name", name)
                .with("conn_url", "postgres://10.0.0.11:5432/postgres")
                .with("api_url", "http://10.0.0.11:8008/patroni")
                .with("state", "running")
                .with("role", role);
    }

    private static ClusterView view(Mapping config, Mapping... members) {
        return new ClusterView(
                Optional.of("7711371126323781949"),
                Optional.of(new DynamicConfiguration(config, 5)),
                Optional.of(new Leader("pg-a", 6, 1)),
                new Status(OPTIME, Map.of(), List.of()),
                List.of(members).stream()
                        .map(data -> new Member(data.text("name").orElseThrow(), data.without("name"), 1, 1))
                        .toList(),
                Optional.empty(),
                new SyncState(Optional.of("pg-a"), 0, List.of("pg-b"), 4),
                History.EMPTY,
                Map.of());
    }
}
