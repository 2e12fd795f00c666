package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import org.junit.jupiter.api.Test;

/** patronictl pause and resume. */
class MaintenanceTest {
    private static final ClusterView THREE = Clusters.three().view();
    private static final ClusterView PAUSED =
            Clusters.three().config("{\"pause\":true}").view();

    @Test
    void theLeaderIsAskedFirst() {
        Run run = new Run(Clusters.three().leader("pg-1").view());
        run.members.answer(200, "{}");

        assertThat(run.patronictl("pause")).isZero();
        assertThat(run.members.requests()).containsExactly("PATCH pg-1/config {\"pause\":true}");
        assertThat(run.output()).isEqualTo("Success: cluster management is paused\n");
    }

    @Test
    void whoDoesNotAnswerIsPassedOver() {
        Run run = new Run(PAUSED);
        run.members.beUnreachable("connection refused");
        run.members.answer(200, "{}");

        assertThat(run.patronictl("resume")).isZero();
        assertThat(run.members.requests())
                .containsExactly("PATCH pg-0/config {\"pause\":null}", "PATCH pg-1/config {\"pause\":null}");
        assertThat(run.output()).isEqualTo("Success: cluster management is resumed\n");
        assertThat(run.errors()).contains(" - WARNING - Member pg-0 is not accessible\n");
    }

    @Test
    void nobodyAnswering() {
        Run run = new Run(THREE);
        run.members.beUnreachable("1");
        run.members.beUnreachable("2");
        run.members.beUnreachable("3");

        assertThat(run.patronictl("pause")).isEqualTo(1);
        assertThat(run.errors()).endsWith("Error: Can not find accessible cluster member\n");
    }

    @Test
    void whatIsSoAlreadyIsAnError() {
        Run pause = new Run(PAUSED);
        assertThat(pause.patronictl("pause")).isEqualTo(1);
        assertThat(pause.errors()).isEqualTo("Error: Cluster is already paused\n");
        Run resume = new Run(THREE);
        assertThat(resume.patronictl("resume")).isEqualTo(1);
        assertThat(resume.errors()).isEqualTo("Error: Cluster is not paused\n");
    }

    @Test
    void aRefusalExitsWithZero() {
        Run run = new Run(THREE);
        run.members.answer(401, "not authenticated");

        assertThat(run.patronictl("pause")).isZero();
        assertThat(run.output()).isEqualTo("Failed: pause cluster management status code=401, (not authenticated)\n");
    }

    @Test
    void waitsUntilAllMembersKnow() {
        ClusterView halfway = pausing("a", ",\"pause\":true", "b", "");
        ClusterView done = pausing("a", ",\"pause\":true", "b", ",\"pause\":true");
        Run run = new Run(pausing("a", "", "b", ""), halfway, done);
        run.members.answer(200, "{}");

        assertThat(run.patronictl("pause", "--wait")).isZero();
        assertThat(run.output()).isEqualTo("""
                        'pause' request sent, waiting until it is recognized by all nodes
                        Success: cluster management is paused
                        """);
        assertThat(run.pauses).hasSize(1);
    }

    private static ClusterView pausing(String first, String firstMore, String second, String secondMore) {
        return new Clusters()
                .leader(first)
                .member(first, Clusters.fields(5432, "primary", firstMore))
                .member(second, Clusters.fields(5433, "replica", secondMore))
                .view();
    }
}
