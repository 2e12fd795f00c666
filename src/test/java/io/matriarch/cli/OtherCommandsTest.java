package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import io.matriarch.dcs.DcsCommand.PutFailover;
import io.matriarch.dcs.DcsCommand.RemoveCluster;
import io.matriarch.value.Value.Mapping;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** patronictl flush, reinit, remove and dsn. */
class OtherCommandsTest {
    private static final ClusterView THREE = Clusters.three().view();
    private static final ClusterView SCHEDULED = Clusters.three()
            .scheduled("pg-0", "pg-1", "2030-01-01T00:00:00+00:00")
            .view();
    private static final String TABLE = ClusterTable.render(THREE, "batman", OutputFormat.PRETTY, false) + "\n";

    @Test
    void flushRestartsWhereThereAreAny() {
        ClusterView view = new Clusters()
                .leader("a")
                .member("a", Clusters.fields(5432, "primary", ",\"scheduled_restart\":{\"schedule\":\"x\"}"))
                .member("b", Clusters.fields(5433, "replica", ""))
                .view();
        Run run = new Run(view);
        run.members.answer(200, "scheduled restart deleted");

        assertThat(run.patronictl("flush", "batman", "restart", "--force")).isZero();
        assertThat(run.members.requests()).containsExactly("DELETE a/restart");
        assertThat(run.output()).endsWith("""
                        Success: flush scheduled restart for member a
                        No scheduled restart for member b
                        """);
        assertThat(run.patronictl("flush", "batman", "b", "restart", "--force")).isZero();
        assertThat(run.output()).endsWith("No scheduled restart for member b\n");
    }

    @Test
    void flushSwitchoverAsksTheLeaderFirst() {
        Run run = new Run(SCHEDULED);
        run.members.beUnreachable("connection refused");
        run.members.answer(500, "oops");
        run.members.answer(200, "scheduled switchover deleted");

        assertThat(run.patronictl("flush", "batman", "switchover")).isZero();
        assertThat(run.members.requests())
                .containsExactly("DELETE pg-0/switchover", "DELETE pg-1/switchover", "DELETE pg-2/switchover");
        assertThat(run.output()).isEqualTo("""
                        Failed: member=pg-1, status_code=500, (oops)
                        Success: scheduled switchover deleted
                        """);
    }

    @Test
    void flushSwitchoverByTheDcsWhenNobodyAnswers() {
        Run run = new Run(SCHEDULED);
        run.members.beUnreachable("1");
        run.members.beUnreachable("2");
        run.members.beUnreachable("3");

        assertThat(run.patronictl("flush", "batman", "switchover")).isZero();
        assertThat(run.dcs().written()).containsExactly(new PutFailover(Mapping.empty(), OptionalLong.of(14)));

        Run nothing = new Run(THREE);
        assertThat(nothing.patronictl("flush", "batman", "switchover")).isZero();
        assertThat(nothing.output()).isEqualTo("No pending scheduled switchover\n");
    }

    @Test
    void reinitNeedsAName() {
        Run asked = new Run(THREE).typing("pg-2", "y");
        asked.members.answer(200, "reinitialize started");

        assertThat(asked.patronictl("reinit", "batman")).isZero();
        assertThat(asked.output()).isEqualTo(TABLE + """
                        Which member do you want to reinitialize [pg-1, pg-2]? []: pg-2
                        Are you sure you want to reinitialize members pg-2? [y/N]: y
                        Success: reinitialize for member pg-2
                        """);
        assertThat(asked.members.requests())
                .containsExactly("POST pg-2/reinitialize {\"force\":false,\"from_leader\":false}");

        Run leader = new Run(THREE);
        assertThat(leader.patronictl("reinit", "batman", "pg-0", "--force")).isEqualTo(1);
        assertThat(leader.errors()).isEqualTo("Error: No replica among provided members\n");
        Run forced = new Run(THREE);
        assertThat(forced.patronictl("reinit", "batman", "--force")).isZero();
        assertThat(forced.members.requests()).isEmpty();
    }

    @Test
    void reinitCanCancelWhatIsInProgressAndWait() {
        Run run = new Run(THREE).typing("y", "y");
        run.members.answer(503, "restart already in progress");
        run.members.answer(200, "reinitialize started");
        run.members.answer(200, "{\"state\": \"creating replica\"}");
        run.members.answer(200, "{\"state\": \"running\"}");

        assertThat(run.patronictl("reinit", "batman", "pg-2", "--wait", "--from-leader"))
                .isZero();
        assertThat(run.output()).endsWith("""
                        Failed: reinitialize for member pg-2, status code=503, (restart already in progress)
                        Do you want to cancel it and reinitialize anyway? [y/N]: y
                        Success: reinitialize for member pg-2
                        Waiting for reinitialize to complete on: pg-2
                        Reinitialize is completed on: pg-2
                        """);
        assertThat(run.members.requests().get(1))
                .isEqualTo("POST pg-2/reinitialize {\"force\":true,\"from_leader\":true}");
        assertThat(run.pauses).hasSize(2);
    }

    @Test
    void removeAsksThrice() {
        Run run = new Run(THREE).typing("batman", "Yes I am aware", "pg-0");
        assertThat(run.patronictl("remove", "batman")).isZero();
        assertThat(run.output()).isEqualTo(TABLE + """
                        Please confirm the cluster name to remove: batman
                        You are about to remove all information in DCS for batman, please type: "Yes I am aware": Yes I am aware
                        This cluster currently is healthy. Please specify the leader name to continue: pg-0
                        """);
        assertThat(run.dcs().written()).containsExactly(new RemoveCluster());
    }

    @Test
    void removeStopsAtAnyWrongAnswer() {
        assertThat(removing("robin")).isEqualTo("Error: Cluster names specified do not match\n");
        assertThat(removing("batman", "yes")).isEqualTo("Error: You did not exactly type \"Yes I am aware\"\n");
        assertThat(removing("batman", "Yes I am aware", "pg-1"))
                .isEqualTo("Error: You did not specify the current leader of the cluster\n");
        assertThat(removing("batman")).isEqualTo("Aborted!\n");
    }

    private static String removing(String... answers) {
        Run run = new Run(THREE).typing(answers);
        assertThat(run.patronictl("remove", "batman")).isEqualTo(1);
        assertThat(run.dcs().written()).isEmpty();
        return run.errors();
    }

    @Test
    void dsnOfTheLeaderARoleOrAMember() {
        Run run = new Run(THREE);
        assertThat(run.patronictl("dsn")).isZero();
        assertThat(run.output()).isEqualTo("host=127.0.0.1 port=5430\n");
        assertThat(run.patronictl("dsn", "-r", "replica")).isZero();
        assertThat(run.output()).isEqualTo("host=127.0.0.1 port=5431\n");
        assertThat(run.patronictl("dsn", "-m", "pg-2")).isZero();
        assertThat(run.output()).isEqualTo("host=127.0.0.1 port=5432\n");
        assertThat(run.patronictl("dsn", "-m", "pg-9")).isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: Can not find a suitable member\n");
        assertThat(run.patronictl("dsn", "-m", "pg-2", "-r", "any")).isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: --role and --member are mutually exclusive options\n");
    }
}
