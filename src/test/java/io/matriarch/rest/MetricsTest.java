package io.matriarch.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Names and values of reference 4.6, so that dashboards go on working. */
final class MetricsTest {
    private static final List<String> NAMES = List.of(
            "patroni_version",
            "patroni_postgres_running",
            "patroni_postmaster_start_time",
            "patroni_primary",
            "patroni_xlog_location",
            "patroni_standby_leader",
            "patroni_replica",
            "patroni_sync_standby",
            "patroni_quorum_standby",
            "patroni_xlog_received_location",
            "patroni_xlog_replayed_location",
            "patroni_xlog_replayed_timestamp",
            "patroni_xlog_paused",
            "patroni_postgres_streaming",
            "patroni_postgres_in_archive_recovery",
            "patroni_postgres_server_version",
            "patroni_cluster_unlocked",
            "patroni_failsafe_mode_is_active",
            "patroni_failsafe_mode_enabled",
            "patroni_failsafe_member",
            "patroni_postgres_timeline",
            "patroni_dcs_last_seen",
            "patroni_pending_restart",
            "patroni_is_paused",
            "patroni_postgres_state",
            "patroni_failover_priority");

    private static String text(Looks look) {
        return Metrics.of(look.snapshot(), look.status());
    }

    @Test
    void allOfPatronisInItsOrder() {
        List<String> names = text(Looks.replica())
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(0, line.indexOf('{')))
                .toList();
        assertThat(names).containsExactlyElementsOf(NAMES);
    }

    @Test
    void eachHasHelpAndType() {
        for (String name : NAMES) {
            assertThat(text(Looks.primary()))
                    .containsPattern(Pattern.compile("# HELP " + name + " .*\n(# Values: .*\n)?# TYPE " + name
                            + " (gauge|counter)\n" + name + "\\{scope=\"batman\",name=\"a\"} \\S+\n"));
        }
    }

    @Test
    @HardCase(101)
    void theTimelineIsAGauge() {
        assertThat(text(Looks.primary())).contains("# TYPE patroni_postgres_timeline gauge\n");
    }

    @Test
    void valuesOfAReplica() {
        assertThat(text(Looks.replica()))
                .contains(
                        "patroni_version{scope=\"batman\",name=\"a\"} 040104\n",
                        "patroni_postgres_running{scope=\"batman\",name=\"a\"} 1\n",
                        "patroni_postmaster_start_time{scope=\"batman\",name=\"a\"} 1795443616.615542\n",
                        "patroni_primary{scope=\"batman\",name=\"a\"} 0\n",
                        "patroni_replica{scope=\"batman\",name=\"a\"} 1\n",
                        "patroni_xlog_received_location{scope=\"batman\",name=\"a\"} 1500\n",
                        "patroni_xlog_replayed_location{scope=\"batman\",name=\"a\"} 1000\n",
                        "patroni_postgres_streaming{scope=\"batman\",name=\"a\"} 1\n",
                        "patroni_failover_priority{scope=\"batman\",name=\"a\"} 1\n");
    }

    @Test
    void valuesOfAPrimaryAndOfAStoppedServer() {
        assertThat(text(Looks.primary()))
                .contains(
                        "patroni_primary{scope=\"batman\",name=\"a\"} 1\n",
                        "patroni_xlog_location{scope=\"batman\",name=\"a\"} 2000\n",
                        "patroni_postgres_timeline{scope=\"batman\",name=\"a\"} 3\n");
        assertThat(text(Looks.stopped()))
                .contains(
                        "patroni_postgres_running{scope=\"batman\",name=\"a\"} 0\n",
                        "patroni_postmaster_start_time{scope=\"batman\",name=\"a\"} 0\n")
                .doesNotContain("patroni_postgres_streaming");
    }
}
