package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import org.junit.jupiter.api.Test;

/** patronictl demote-cluster and promote-cluster. */
class ClusterRoleTest {
    private static final ClusterView THREE = Clusters.three().view();
    private static final String SECTION = "{\"standby_cluster\":{\"host\":\"there\",\"port\":5433}}";
    private static final String TIME = "2026-11-23 15:36:54.87450 ";

    @Test
    void demotesAndTellsHowItGoes() {
        Run run = new Run(THREE, ledBy("pg-0", "demoted", "stopping"), ledBy("pg-0", "standby_leader", "running"));
        run.members.answer(200, "{}");

        assertThat(run.patronictl("demote-cluster", "--host", "there", "--port", "5433", "--force"))
                .isZero();
        assertThat(run.members.requests()).containsExactly("PATCH pg-0/config " + SECTION);
        assertThat(run.output())
                .startsWith("Current cluster topology\n")
                .contains(TIME + "cluster is unlocked: False, leader role: demoted, leader state: 'stopping'\n")
                .contains(TIME + "cluster is successfully demoted\n");
    }

    @Test
    void theFormerLeaderHasToRunToo() {
        ClusterView another = new Clusters()
                .leader("pg-1")
                .member("pg-0", Clusters.fields(5432, "replica", "").replace("running", "starting"))
                .member("pg-1", Clusters.fields(5433, "standby_leader", ""))
                .view();
        Run run = new Run(THREE, another, ledBy("pg-1", "standby_leader", "running"));
        run.members.answer(200, "{}");

        assertThat(run.patronictl("demote-cluster", "--restore-command", "cp x", "--force"))
                .isZero();
        assertThat(run.output())
                .contains("leader role: standby_leader, leader state: 'running', previous leader state: 'starting'\n");
    }

    @Test
    void promotesByRemovingTheSection() {
        Run run = new Run(
                ledBy("pg-0", "standby_leader", "running"),
                ledBy("pg-0", "standby_leader", "running"),
                ledBy("pg-0", "primary", "running"));
        run.members.answer(200, "{}");

        assertThat(run.patronictl("promote-cluster", "--force")).isZero();
        assertThat(run.members.requests()).containsExactly("PATCH pg-0/config {\"standby_cluster\":null}");
        assertThat(run.output()).contains(TIME + "cluster is successfully promoted\n");
    }

    @Test
    void asksBefore() {
        Run run = new Run(THREE).typing("n");
        assertThat(run.patronictl("demote-cluster", "--host", "there")).isEqualTo(1);
        assertThat(run.output()).contains("Are you sure you want to demote batman cluster?");
        assertThat(run.errors()).endsWith("Error: Aborted cluster demotion\n");
    }

    @Test
    void saysWhatIsMissing() {
        Run nowhere = new Run(THREE);
        assertThat(nowhere.patronictl("demote-cluster", "--force")).isEqualTo(1);
        assertThat(nowhere.errors())
                .isEqualTo("Error: At least --host, --port or --restore-command should be specified\n");
        Run already = new Run(THREE);
        assertThat(already.patronictl("promote-cluster", "--force")).isEqualTo(1);
        assertThat(already.errors()).isEqualTo("Error: Cluster is already in the required state\n");
        Run leaderless = new Run(new Clusters().view());
        assertThat(leaderless.patronictl("promote-cluster", "--force")).isEqualTo(1);
        assertThat(leaderless.errors()).isEqualTo("Error: Cluster has no leader, promotion is not possible\n");
    }

    @Test
    void aRefusalIsAnError() {
        Run run = new Run(THREE);
        run.members.answer(503, "no");
        assertThat(run.patronictl("demote-cluster", "--host", "there", "--force"))
                .isEqualTo(1);
        assertThat(run.errors())
                .isEqualTo("Error: Failed to demote batman cluster: /config PATCH status code=503, (no)\n");
    }

    private static ClusterView ledBy(String leader, String role, String state) {
        return new Clusters()
                .leader(leader)
                .member("pg-0", fields(leader.equals("pg-0"), role, state))
                .member("pg-1", fields(leader.equals("pg-1"), role, state))
                .view();
    }

    private static String fields(boolean leads, String role, String state) {
        return leads ? Clusters.fields(5432, role, "").replace("running", state) : Clusters.fields(5433, "replica", "");
    }
}
