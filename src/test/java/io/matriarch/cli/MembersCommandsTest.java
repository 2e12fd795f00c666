package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import java.util.List;
import org.junit.jupiter.api.Test;

/** patronictl restart, reload and version: what acts on members. */
class MembersCommandsTest {
    private static final ClusterView THREE = Clusters.three().view();
    private static final String TABLE = ClusterTable.render(THREE, "batman", OutputFormat.PRETTY, false) + "\n";

    @Test
    void restartAsksWhenWhomAndBelowWhichVersion() {
        Run run = new Run(THREE).typing("", "y", "15.9");
        run.members.answer(200, "restarted successfully");

        assertThat(run.patronictl("restart", "batman", "pg-1")).isZero();
        assertThat(run.output()).isEqualTo(TABLE + """
                        When should the restart take place (e.g. 2026-11-23T16:36)  [now]:\s
                        Are you sure you want to restart members pg-1? [y/N]: y
                        Restart if the PostgreSQL version is less than provided (e.g. 9.5.2)  []: 15.9
                        Success: restart on member pg-1
                        """);
        assertThat(run.members.requests()).containsExactly("POST pg-1/restart {\"postgres_version\":\"15.9\"}");
    }

    @Test
    void everyAnswerHasItsText() {
        Run run = new Run(THREE);
        run.members.answer(202, "Restart scheduled");
        run.members.answer(409, "Another restart is already scheduled");
        run.members.answer(503, "restart failed");

        assertThat(run.patronictl("restart", "batman", "--force", "--timeout", "30"))
                .isZero();
        assertThat(run.output()).isEqualTo(TABLE + """
                        Success: restart scheduled on member pg-0
                        Failed: another restart is already scheduled on member pg-1
                        Failed: restart for member pg-2, status code=503, (restart failed)
                        """);
        assertThat(run.members.requests().getFirst()).isEqualTo("POST pg-0/restart {\"timeout\":\"30\"}");
    }

    @Test
    void rolesAndNamesNarrowTheMembers() {
        Run run = new Run(THREE);
        run.members.answer(200, "restarted successfully");

        assertThat(run.patronictl("restart", "batman", "-r", "replica", "pg-0", "pg-2", "--force"))
                .isZero();
        assertThat(run.members.requests()).containsExactly("POST pg-2/restart {}");

        assertThat(run.patronictl("restart", "batman", "-r", "replica", "pg-0", "--force"))
                .isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: No 'replica' among provided members\n");
        assertThat(run.patronictl("restart", "batman", "nobody", "--force")).isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: No 'any' among provided members\n");
    }

    @Test
    void anyRestartsOnlyOne() {
        Run run = new Run(THREE);
        run.members.answer(200, "restarted successfully");

        assertThat(run.patronictl("restart", "batman", "--any", "--force")).isZero();
        assertThat(run.members.requests()).hasSize(1);
    }

    @Test
    void pendingRestartsOnlyWhoWaitsForIt() {
        ClusterView view = new Clusters()
                .leader("a")
                .member("a", Clusters.fields(5432, "primary", ""))
                .member("b", Clusters.fields(5433, "replica", ",\"pending_restart\":true"))
                .view();
        Run run = new Run(view);
        run.members.answer(200, "restarted successfully");

        assertThat(run.patronictl("restart", "batman", "--pending", "--force")).isZero();
        assertThat(run.members.requests()).containsExactly("POST b/restart {\"restart_pending\":true}");
    }

    @Test
    void aScheduleReplacesTheOldOneWhenForced() {
        ClusterView view = new Clusters()
                .leader("a")
                .member(
                        "a",
                        Clusters.fields(
                                5432, "primary", ",\"scheduled_restart\":{\"schedule\":\"2029-01-01T00:00:00+00:00\"}"))
                .view();
        Run run = new Run(view);
        run.members.answer(404, "no restarts are scheduled");
        run.members.answer(202, "Restart scheduled");

        assertThat(run.patronictl("restart", "batman", "--scheduled", "2030-01-01T00:00", "--force"))
                .isZero();
        assertThat(run.members.requests())
                .containsExactly("DELETE a/restart", "POST a/restart {\"schedule\":\"2030-01-01T00:00:00+00:00\"}");
        assertThat(run.output()).endsWith("""
                        Failed: flush scheduled restart for member a, status code=404, (no restarts are scheduled)
                        Success: restart scheduled on member a
                        """);
    }

    @Test
    void theScheduleIsConfirmedAndRefusedInPause() {
        Run run = new Run(Clusters.three().config("{\"pause\":true}").view()).typing("y", "");

        assertThat(run.patronictl("restart", "batman", "pg-1", "--scheduled", "2030-01-01T00:00+02:00"))
                .isEqualTo(1);
        assertThat(run.output())
                .contains(
                        "Are you sure you want to schedule restart of members pg-1 at 2030-01-01 00:00:00+02:00? [y/N]: y\n");
        assertThat(run.errors()).isEqualTo("Error: Can't schedule restart in the paused state\n");
    }

    @Test
    void aNoOrANonsenseVersionEndsIt() {
        Run no = new Run(THREE).typing("n");
        assertThat(no.patronictl("restart", "batman", "--scheduled", "now")).isEqualTo(1);
        assertThat(no.errors()).isEqualTo("Error: Aborted restart\n");

        Run nonsense = new Run(THREE);
        assertThat(nonsense.patronictl("restart", "batman", "--force", "--pg-version", "9.5"))
                .isEqualTo(1);
        assertThat(nonsense.errors())
                .isEqualTo("Error: Invalid PostgreSQL version format: X.Y or X.Y.Z is accepted: 9.5\n");
        assertThat(nonsense.patronictl("restart", "batman", "--force", "--pg-version", "new"))
                .isEqualTo(1);
        assertThat(nonsense.errors()).isEqualTo("Error: Invalid PostgreSQL version: new\n");
    }

    @Test
    void aMemberThatDoesNotAnswerIsAnError() {
        Run run = new Run(THREE);
        run.members.beUnreachable("connection refused");

        assertThat(run.patronictl("restart", "batman", "pg-1", "--force")).isEqualTo(1);
        assertThat(run.errors())
                .isEqualTo(
                        "Error: Member pg-1 can't be reached at http://127.0.0.1:8431/patroni: connection refused\n");
    }

    @Test
    void aClusterWithoutMembersCanNotBeRestarted() {
        Run run = new Run(ClusterView.EMPTY);

        assertThat(run.patronictl("restart", "nobody", "--force")).isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: nobody cluster doesn't have any members\n");
    }

    @Test
    void reloadSaysWhenItHappens() {
        Run run =
                new Run(Clusters.three().config("{\"loop_wait\":5,\"ttl\":20}").view()).typing("y");
        run.members.answer(202, "reload scheduled");
        run.members.answer(200, "");
        run.members.answer(401, "no auth header received");

        assertThat(run.patronictl("reload", "batman")).isZero();
        assertThat(run.output()).isEqualTo(TABLE + """
                        Are you sure you want to reload members pg-0, pg-1, pg-2? [y/N]: y
                        Reload request received for member pg-0 and will be processed within 5 seconds
                        No changes to apply on member pg-1
                        Failed: reload for member pg-2, status code=401, (no auth header received)
                        """);
    }

    @Test
    void versionAsksTheMembers() {
        Run run = new Run(THREE);
        assertThat(run.patronictl("version")).isZero();
        assertThat(run.output()).isEqualTo("patronictl version 4.1.4\n");

        run.members.answer(200, "{\"server_version\": 150018, \"patroni\": {\"version\": \"4.1.4\"}}");
        run.members.beUnreachable("connection refused");
        run.members.answer(503, "{\"patroni\": {\"version\": \"3.0.2\"}}");
        assertThat(run.patronictl("version", "batman")).isZero();
        assertThat(run.output()).isEqualTo("""
                        patronictl version 4.1.4

                        pg-0: Patroni 4.1.4 PostgreSQL 15.18
                        pg-1: failed to get version: connection refused
                        pg-2: Patroni 3.0.2
                        """);

        run.members.answer(200, "{\"server_version\": 90624, \"patroni\": {\"version\": \"4.1.4\"}}");
        assertThat(run.patronictl("version", "batman", "pg-2")).isZero();
        assertThat(run.output()).endsWith("\npg-2: Patroni 4.1.4 PostgreSQL 9.6.24\n");
    }

    private static String waiting(String parameter, int running, int wanted) {
        return ",\"pending_restart\":true,\"pending_restart_reason\":{\"" + parameter + "\":{\"old_value\":\"" + running
                + "\",\"new_value\":\"" + wanted + "\"}}";
    }

    /** b leads; all of them wait. */
    private static ClusterView allWaiting(String more) {
        return new Clusters()
                .leader("b")
                .member("a", Clusters.fields(5431, "replica", more))
                .member("b", Clusters.fields(5432, "primary", more))
                .member("c", Clusters.fields(5433, "replica", more))
                .view();
    }

    private static List<String> restarts(Run run) {
        return run.members.requests().stream()
                .filter(request -> request.startsWith("POST"))
                .map(request -> request.substring("POST ".length(), request.indexOf('/')))
                .toList();
    }

    @Test
    void whatWasLoweredIsRestartedOnThePrimaryFirstAndOnStandbysWhenTheyKnowOfIt() {
        Run run = new Run(allWaiting(waiting("max_connections", 200, 100)));
        run.members.answer(200, "restarted successfully");
        run.members.answer(200, "{\"xlog\":{\"location\":900}}");
        run.members.answer(200, "{\"xlog\":{\"received_location\":800,\"replayed_location\":800}}");
        run.members.beUnreachable("for a moment");
        run.members.answer(200, "{\"xlog\":{\"received_location\":900,\"replayed_location\":900}}");
        run.members.answer(200, "restarted successfully");
        run.members.answer(200, "this is no JSON");
        run.members.answer(200, "restarted successfully");

        assertThat(run.patronictl("restart", "batman", "--pending", "--force")).isZero();
        assertThat(restarts(run)).containsExactly("b", "a", "c");
        assertThat(run.pauses).hasSize(2);
        assertThat(run.output()).endsWith("""
                        Success: restart on member b
                        Success: restart on member a
                        c has not replayed yet what the primary b wrote after its restart: if it still waits for a restart afterwards, restart it once more
                        Success: restart on member c
                        """);
    }

    @Test
    void whatWasRaisedIsRestartedOnThePrimaryLast() {
        Run run = new Run(allWaiting(waiting("max_wal_senders", 10, 20)));
        run.members.answer(200, "restarted successfully");
        run.members.answer(200, "restarted successfully");
        run.members.answer(200, "restarted successfully");

        assertThat(run.patronictl("restart", "batman", "--force")).isZero();
        assertThat(restarts(run)).containsExactly("a", "c", "b");
        assertThat(run.output()).doesNotContain("Lowered");
    }

    @Test
    void whoRestartsAStandbyBeforeThePrimaryIsToldThatItWillNotDo() {
        Run run = new Run(allWaiting(waiting("max_connections", 200, 100)));
        run.members.answer(200, "restarted successfully");

        assertThat(run.patronictl("restart", "batman", "c", "--force")).isZero();
        assertThat(run.output())
                .contains("Lowered: max_connections. A standby can't start with less than its primary had: "
                        + "restart the primary b first, and then c again\n");
    }

    @Test
    void otherParametersAndThoseOfTheStandbyAloneChangeNeitherOrderNorOutput() {
        Run run = new Run(allWaiting(waiting("shared_buffers", 200, 100)));
        Run alone = new Run(new Clusters()
                .leader("b")
                .member("a", Clusters.fields(5431, "replica", waiting("max_connections", 200, 100)))
                .member("b", Clusters.fields(5432, "primary", ""))
                .view());
        for (int count = 0; count < 3; count++) {
            run.members.answer(200, "restarted successfully");
            alone.members.answer(200, "restarted successfully");
        }

        assertThat(run.patronictl("restart", "batman", "--force")).isZero();
        assertThat(restarts(run)).containsExactly("a", "b", "c");
        assertThat(alone.patronictl("restart", "batman", "a", "--force")).isZero();
        assertThat(run.output() + alone.output()).doesNotContain("Lowered");
    }

    @Test
    void raisedAndLoweredTogetherTakeTwoRestartsOfTheStandbys() {
        String both = waiting("max_connections", 200, 100)
                .replace("}}", "},\"max_wal_senders\":{\"old_value\":\"10\",\"new_value\":\"20\"}}");
        Run run = new Run(allWaiting(both));
        for (int count = 0; count < 3; count++) {
            run.members.answer(200, "restarted successfully");
        }

        assertThat(run.patronictl("restart", "batman", "--force")).isZero();
        assertThat(restarts(run)).containsExactly("a", "c", "b");
        assertThat(run.output())
                .contains("Lowered: max_connections. A standby can't start with less than its primary had: "
                        + "restart a, c once more afterwards\n");
    }

    @Test
    void thePrimaryOfAStandbyClusterIsElsewhere() {
        String lowered = waiting("max_connections", 200, 100);
        Run run = new Run(new Clusters()
                .leader("b")
                .member("a", Clusters.fields(5431, "replica", lowered))
                .member("b", Clusters.fields(5432, "standby_leader", lowered))
                .view());
        run.members.answer(200, "restarted successfully");
        run.members.answer(200, "restarted successfully");

        assertThat(run.patronictl("restart", "batman", "--force")).isZero();
        assertThat(restarts(run)).containsExactly("a", "b");
    }
}
