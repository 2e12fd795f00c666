package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.dcs.Reading;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ListCommandTest {
    private static final String THREE = """
            + Cluster: batman (7711390513889600592) --------+----+-------------+-----+------------+-----+
            | Member | Host           | Role    | State     | TL | Receive LSN | Lag | Replay LSN | Lag |
            +--------+----------------+---------+-----------+----+-------------+-----+------------+-----+
            | pg-0   | 127.0.0.1:5430 | Leader  | running   |  1 |             |     |            |     |
            | pg-1   | 127.0.0.1:5431 | Replica | streaming |  1 |   0/3000220 |   0 |  0/3000220 |   0 |
            | pg-2   | 127.0.0.1:5432 | Replica | streaming |  1 |   0/3000220 |   0 |  0/3000220 |   0 |
            +--------+----------------+---------+-----------+----+-------------+-----+------------+-----+
            """;

    @Test
    void listsTheConfiguredCluster() {
        Run run = new Run(Clusters.three().view());

        assertThat(run.patronictl("list")).isZero();
        assertThat(run.output()).isEqualTo(THREE);
        assertThat(run.errors()).isEmpty();
        assertThat(run.dcs().closed()).isTrue();
    }

    @Test
    void listsTheNamedClustersWithATimestampAbove() {
        Run run = new Run(Clusters.three().view());

        assertThat(run.patronictl("list", "-t", "batman", "robin")).isZero();
        assertThat(run.output())
                .startsWith("2026-11-23 15:36:54\n+ Cluster: batman (")
                .contains("\n+ Cluster: robin (");
    }

    @Test
    void watchesUntilInterrupted() {
        Run run = new Run(Clusters.three().view()).interruptedAfter(2);

        assertThat(run.patronictl("list", "-w", "0.5")).isEqualTo(1);
        assertThat(run.output()).isEqualTo("[clear]\n" + THREE + "[clear]\n" + THREE);
        assertThat(run.errors()).isEqualTo("Aborted!\n");
        assertThat(run.pauses).allMatch(pause -> pause.compareTo(Duration.ofMillis(500)) <= 0);
    }

    @Test
    void withoutAnyNameThereIsNothingToList() {
        Run run = new Run(Clusters.three().view()).withoutScope();

        assertThat(run.patronictl("list")).isZero();
        assertThat(run.output()).isEmpty();
        assertThat(run.errors())
                .isEqualTo("2026-11-23 15:36:54,874 - WARNING - Listing members: No cluster names were provided\n");
    }

    @Test
    void topologyShowsTheTree() {
        Run run = new Run(Clusters.three().view());

        assertThat(run.patronictl("topology")).isZero();
        assertThat(run.output()).contains("| + pg-1 | 127.0.0.1:5431 | Replica");
    }

    @Test
    void aDcsThatDoesNotAnswerIsAnError() {
        Run run = new Run(new Reading.Unavailable("connection refused: 127.0.0.1:2379"));

        assertThat(run.patronictl("list")).isEqualTo(1);
        assertThat(run.errors())
                .isEqualTo(
                        "Error: The cluster batman can't be read from the DCS: connection refused: 127.0.0.1:2379\n");
        assertThat(run.dcs().closed()).isTrue();
    }
}
