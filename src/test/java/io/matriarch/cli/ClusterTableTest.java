package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Compares with what Patroni 4.1.4 and 4.0.7 print, byte by byte. */
class ClusterTableTest {
    private static final String PENDING = """
            ,"pending_restart":true,"pending_restart_reason":{"max_connections":{"old_value":"101","new_value":"100"}}""";

    @Test
    void theSampleOfTheReference() {
        ClusterView view = new Clusters()
                .leader("pg-0")
                .config("{\"synchronous_mode\":true,\"pause\":true}")
                .synchronous("pg-0", List.of("pg-1"))
                .scheduled("pg-0", "pg-1", "2030-01-01T00:00:00+00:00")
                .member("pg-0", Clusters.fields(35430, "primary", PENDING))
                .member("pg-1", Clusters.fields(35431, "replica", PENDING + Clusters.streaming()))
                .view();

        assertThat(ClusterTable.render(view, "livetest", OutputFormat.PRETTY, false))
                .isEqualTo("""
                        + Cluster: livetest (7711390513889600592) +-----------+----+-------------+-----+------------+-----+-----------------+---------------------------+
                        | Member | Host            | Role         | State     | TL | Receive LSN | Lag | Replay LSN | Lag | Pending restart | Pending restart reason    |
                        +--------+-----------------+--------------+-----------+----+-------------+-----+------------+-----+-----------------+---------------------------+
                        | pg-0   | 127.0.0.1:35430 | Leader       | running   |  1 |             |     |            |     | *               | max_connections: 101->100 |
                        | pg-1   | 127.0.0.1:35431 | Sync Standby | streaming |  1 |   0/3000220 |   0 |  0/3000220 |   0 | *               | max_connections: 101->100 |
                        +--------+-----------------+--------------+-----------+----+-------------+-----+------------+-----+-----------------+---------------------------+
                         Maintenance mode: on
                         Switchover scheduled at: 2030-01-01T00:00:00+00:00
                                            from: pg-0
                                              to: pg-1""");
    }

    @Test
    void aClusterWithoutMembersIsAnEmptyTable() {
        assertThat(ClusterTable.render(ClusterView.EMPTY, "nobody", OutputFormat.PRETTY, false))
                .isEqualTo(EMPTY);
    }

    private static final String EMPTY = """
            + Cluster: nobody (uninitialized) --+-------------+-----+------------+-----+
            | Member | Host | Role | State | TL | Receive LSN | Lag | Replay LSN | Lag |
            +--------+------+------+-------+----+-------------+-----+------------+-----+
            +--------+------+------+-------+----+-------------+-----+------------+-----+""";

    @Test
    void tagsPutARuleBetweenTheRows() {
        ClusterView view = new Clusters()
                .leader("a")
                .initialize(Optional.of(""))
                .member("a", Clusters.fields(5432, "primary", ",\"tags\":{\"nofailover\":true,\"clonefrom\":true}"))
                .member(
                        "b",
                        "{\"conn_url\":\"postgres://127.0.0.2:5432/postgres\",\"state\":\"running\",\"timeline\":1}")
                .view();

        assertThat(ClusterTable.render(view, "c", OutputFormat.PRETTY, false)).isEqualTo("""
                        + Cluster: c (initializing) ---+---------+----+-------------+-----+------------+-----+------------------+
                        | Member | Host      | Role    | State   | TL | Receive LSN | Lag | Replay LSN | Lag | Tags             |
                        +--------+-----------+---------+---------+----+-------------+-----+------------+-----+------------------+
                        | a      | 127.0.0.1 | Leader  | running |  1 |             |     |            |     | clonefrom: true  |
                        |        |           |         |         |    |             |     |            |     | nofailover: true |
                        +--------+-----------+---------+---------+----+-------------+-----+------------+-----+------------------+
                        | b      | 127.0.0.2 | Replica | running |  1 |     unknown |     |    unknown |     |                  |
                        +--------+-----------+---------+---------+----+-------------+-----+------------+-----+------------------+""");
    }

    @Test
    void topologyIndentsWhoReplicatesFromWhom() {
        ClusterView view = new Clusters()
                .leader("b")
                .member(
                        "a",
                        Clusters.fields(5432, "replica", ",\"tags\":{\"replicatefrom\":\"c\"}" + Clusters.streaming()))
                .member("b", Clusters.fields(5433, "primary", ""))
                .member("c", Clusters.fields(5434, "replica", Clusters.streaming()))
                .view();

        assertThat(ClusterTable.render(view, "c", OutputFormat.TOPOLOGY, false)).isEqualTo("""
                        + Cluster: c (7711390513889600592) -+-----------+----+-------------+-----+------------+-----+--------------------+
                        | Member | Host           | Role    | State     | TL | Receive LSN | Lag | Replay LSN | Lag | Tags               |
                        +--------+----------------+---------+-----------+----+-------------+-----+------------+-----+--------------------+
                        | b      | 127.0.0.1:5433 | Leader  | running   |  1 |             |     |            |     |                    |
                        | + c    | 127.0.0.1:5434 | Replica | streaming |  1 |   0/3000220 |   0 |  0/3000220 |   0 |                    |
                        |   + a  | 127.0.0.1:5432 | Replica | streaming |  1 |   0/3000220 |   0 |  0/3000220 |   0 | {replicatefrom: c} |
                        +--------+----------------+---------+-----------+----+-------------+-----+------------+-----+--------------------+""");
    }

    @Test
    void machinesGetTheirFormats() {
        ClusterView view = new Clusters()
                .leader("pg-0")
                .optime("0/6000220")
                .member("pg-0", Clusters.fields(5432, "primary", ",\"tags\":{\"clonefrom\":true}"))
                .member("pg-1", Clusters.fields(5433, "replica", PENDING + Clusters.streaming()))
                .view();

        assertThat(ClusterTable.render(view, "batman", OutputFormat.JSON, false))
                .isEqualTo("""
                        [{"Cluster": "batman", "Member": "pg-0", "Host": "127.0.0.1:5432", "Role": "Leader", "State": "running", "TL": 1, \
                        "Tags": {"clonefrom": true}}, \
                        {"Cluster": "batman", "Member": "pg-1", "Host": "127.0.0.1:5433", "Role": "Replica", "State": "streaming", "TL": 1, \
                        "Receive LSN": "0/3000220", "Receive Lag": 48, "Replay LSN": "0/3000220", "Replay Lag": 48, \
                        "Pending restart": "*", "Pending restart reason": "max_connections: 101->100"}]""");
        assertThat(ClusterTable.render(view, "batman", OutputFormat.TSV, false)).isEqualTo("""
                        Cluster\tMember\tHost\tRole\tState\tTL\tReceive LSN\tReceive Lag\tReplay LSN\tReplay Lag\tPending restart\tPending restart reason\tTags
                        batman\tpg-0\t127.0.0.1:5432\tLeader\trunning\t1\t\t\t\t\t\t\t{clonefrom: true}
                        batman\tpg-1\t127.0.0.1:5433\tReplica\tstreaming\t1\t0/3000220\t48\t0/3000220\t48\t*\tmax_connections: 101->100\t""");
        assertThat(ClusterTable.render(view, "batman", OutputFormat.YAML, false))
                .isEqualTo("""
                        - Cluster: batman
                          Host: 127.0.0.1:5432
                          Member: pg-0
                          Role: Leader
                          State: running
                          TL: 1
                          Tags:
                            clonefrom: true
                        - Cluster: batman
                          Host: 127.0.0.1:5433
                          Member: pg-1
                          Pending restart: '*'
                          Pending restart reason: 'max_connections: 101->100'
                          Receive LSN: 0/3000220
                          Receive Lag: 48
                          Replay LSN: 0/3000220
                          Replay Lag: 48
                          Role: Replica
                          State: streaming
                          TL: 1
                        """);
    }

    @Test
    void theExtendedTableHasAllColumnsAndLongReasonsAreHidden() {
        ClusterView view = new Clusters()
                .leader("a")
                .member("a", Clusters.fields(5432, "primary", """
                                ,"pending_restart":true,"pending_restart_reason":{"shared_preload_libraries":{"old_value":"",\
                                "new_value":"pg_stat_statements,auto_explain"}},\
                                "scheduled_restart":{"schedule":"2030-01-01T00:00:00+00:00","postgres_version":"15.9"}"""))
                .view();

        String table = ClusterTable.render(view, "c", OutputFormat.PRETTY, true);

        assertThat(table)
                .contains("| Pending restart | Pending restart reason                        | Scheduled restart")
                .contains("| shared_preload_libraries: [hidden - too long] |")
                .contains("| 2030-01-01T00:00:00+00:00 if version < 15.9 |")
                .contains("| Tags |");
        assertThat(ClusterTable.render(view, "c", OutputFormat.TSV, true))
                .contains("shared_preload_libraries: ->pg_stat_statements,auto_explain");
    }

    @Test
    void anUnknownPositionHasNoLagAndAnOldMembersOnlyPositionIsShownWhereItBelongs() {
        ClusterView view = new Clusters()
                .leader("a")
                .optime("0/4000220")
                .member("b", Clusters.fields(5432, "replica", ""))
                .member("c", Clusters.fields(5432, "replica", ",\"xlog_location\":50332192"))
                .member(
                        "d",
                        Clusters.fields(
                                5432, "replica", ",\"replication_state\":\"streaming\",\"xlog_location\":50332192"))
                .view();

        assertThat(ClusterTable.render(view, "c", OutputFormat.TSV, false)
                        .lines()
                        .skip(1))
                .containsExactly(
                        "c\tb\t127.0.0.1:5432\tReplica\trunning\t1\tunknown\t\tunknown\t",
                        "c\tc\t127.0.0.1:5432\tReplica\trunning\t1\tunknown\t\t0/3000220\t16",
                        "c\td\t127.0.0.1:5432\tReplica\tstreaming\t1\t0/3000220\t16\tunknown\t");
    }
}
