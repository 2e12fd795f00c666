package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import io.matriarch.dcs.DcsCommand.PutFailover;
import io.matriarch.dcs.Writing;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** patronictl switchover and failover. */
class HandOverTest {
    private static final ClusterView BEFORE = Clusters.three().view();
    private static final ClusterView AFTER = new Clusters()
            .leader("pg-1")
            .member("pg-0", Clusters.fields(5430, "replica", ""))
            .member("pg-1", Clusters.fields(5431, "primary", ""))
            .view();
    private static final String TABLE_BEFORE = ClusterTable.render(BEFORE, "batman", OutputFormat.PRETTY, false);
    private static final String TABLE_AFTER = ClusterTable.render(AFTER, "batman", OutputFormat.PRETTY, false);

    @Test
    void asksStepByStep() {
        Run run = new Run(BEFORE, AFTER).typing("", "pg-1", "", "y");
        run.members.answer(200, "Successfully switched over to \"pg-1\"");

        assertThat(run.patronictl("switchover")).isZero();
        assertThat(run.output()).isEqualTo("Current cluster topology\n" + TABLE_BEFORE + """

                        Primary [pg-0]:\s
                        Candidate ['pg-1', 'pg-2'] []: pg-1
                        When should the switchover take place (e.g. 2026-11-23T16:36 )  [now]:\s
                        Are you sure you want to switchover cluster batman, demoting current leader pg-0? [y/N]: y
                        2026-11-23 15:36:54.87450 Successfully switched over to "pg-1"
                        """ + TABLE_AFTER + "\n");
        assertThat(run.members.requests())
                .containsExactly("POST pg-0/switchover {\"candidate\":\"pg-1\",\"leader\":\"pg-0\"}");
    }

    @Test
    void forceAsksNothingAndNamesNoCandidate() {
        Run run = new Run(BEFORE, AFTER);
        run.members.answer(200, "Successfully switched over to \"pg-1\"");

        assertThat(run.patronictl("switchover", "batman", "--force")).isZero();
        assertThat(run.members.requests())
                .containsExactly("POST pg-0/switchover {\"candidate\":null,\"leader\":\"pg-0\"}");
    }

    private static String operation(String phase, String waitsFor, String result) {
        return """
               {"id": "42", "kind": "switchover", "phase": "%s", "waits_for": %s, "result": %s}""".formatted(phase, waitsFor, result);
    }

    @Test
    void onAScreenItIsFollowedByWhicheverMemberAnswers() {
        Run run = new Run(BEFORE, AFTER).onScreen();
        run.members.answer(202, operation("requested", "\"pg-0 to see it\"", "null"));
        run.members.answer(200, operation("requested", "\"pg-0 to see it\"", "null"));
        run.members.answer(200, operation("stopping", "\"PostgreSQL on pg-0 to stop\"", "null"));
        run.members.beUnreachable("connection refused");
        run.members.answer(404, "not known here");
        run.members.answer(200, operation("promoting", "\"pg-1\"", "null"));
        run.members.answer(200, operation("done", "null", "\"Successfully switched over to \\\"pg-1\\\"\""));

        assertThat(run.patronictl("switchover", "--force")).isZero();
        assertThat(run.output()).isEqualTo("Current cluster topology\n" + TABLE_BEFORE + """

                        2026-11-23 15:36:54.87450 requested: waiting for pg-0 to see it
                        2026-11-23 15:36:54.87450 stopping: waiting for PostgreSQL on pg-0 to stop
                        2026-11-23 15:36:54.87450 promoting: waiting for pg-1
                        2026-11-23 15:36:54.87450 Successfully switched over to "pg-1"
                        """ + TABLE_AFTER + "\n");
        assertThat(run.members.requests())
                .containsExactly(
                        "async POST pg-0/switchover {\"candidate\":null,\"leader\":\"pg-0\"}",
                        "GET pg-0/operations/42",
                        "GET pg-0/operations/42",
                        "GET pg-0/operations/42",
                        "GET pg-1/operations/42",
                        "GET pg-2/operations/42",
                        "GET pg-0/operations/42");
    }

    @Test
    void onAScreenAFailureAndAnUnknownEndAreToldAsWithoutOne() {
        Run failed = new Run(BEFORE).onScreen();
        failed.members.answer(202, operation("requested", "null", "null"));
        failed.members.answer(200, operation("failed", "null", "\"no candidate was ready\""));
        assertThat(failed.patronictl("switchover", "--force")).isZero();
        assertThat(failed.output()).endsWith("Switchover failed, details: 503, no candidate was ready\n");

        Run late = new Run(BEFORE).onScreen();
        late.members.answer(202, operation("requested", "null", "null"));
        late.members.answer(200, operation("timed out", "\"news\"", "\"nothing has changed\""));
        assertThat(late.patronictl("switchover", "--force")).isZero();
        assertThat(late.output()).contains("Switchover result unknown, details: 503, ");
    }

    @Test
    void onAScreenAMemberOfPatroniIsWaitedForAsItAnswers() {
        Run run = new Run(BEFORE, AFTER).onScreen();
        run.members.answer(200, "Successfully switched over to \"pg-1\"");
        assertThat(run.patronictl("switchover", "--force")).isZero();
        assertThat(run.output())
                .endsWith("2026-11-23 15:36:54.87450 Successfully switched over to \"pg-1\"\n" + TABLE_AFTER + "\n");
    }

    @Test
    void aRefusalIsToldAndExitsWithZero() {
        Run run = new Run(BEFORE);
        run.members.answer(412, "candidate does not exists");

        assertThat(run.patronictl("switchover", "--force")).isZero();
        assertThat(run.output()).endsWith("Switchover failed, details: 412, candidate does not exists\n");

        run.members.answer(503, "Failover status unknown after 20 seconds; operation may still be in progress");
        assertThat(run.patronictl("failover", "--force", "--candidate", "pg-1")).isZero();
        assertThat(run.output())
                .endsWith(
                        "Failover result unknown, details: 503, Failover status unknown after 20 seconds; operation may still be in progress\n");
    }

    @Test
    void aTimeIsSentWithItsZone() {
        Run run = new Run(BEFORE).typing("y");
        run.members.answer(202, "Switchover scheduled");

        assertThat(run.patronictl(
                        "switchover", "--leader", "pg-0", "--candidate", "pg-2", "--scheduled", "2030-01-01T10:00+01"))
                .isZero();
        assertThat(run.output())
                .contains(
                        "Are you sure you want to schedule switchover of cluster batman at 2030-01-01T10:00:00+01:00, demoting"
                                + " current leader pg-0? [y/N]: y\n2026-11-23 15:36:54.87450 Switchover scheduled\n");
        assertThat(run.members.requests())
                .containsExactly(
                        "POST pg-0/switchover {\"candidate\":\"pg-2\",\"leader\":\"pg-0\",\"scheduled_at\":\"2030-01-01T10:00:00+01:00\"}");
    }

    @Test
    void nonsenseIsRefusedBeforeAnybodyIsAsked() {
        assertThat(error(BEFORE, "switchover", "--leader", "pg-1", "--force"))
                .isEqualTo("Error: Member pg-1 is not the leader of cluster batman\n");
        assertThat(error(BEFORE, "switchover", "--candidate", "pg-0", "--force"))
                .isEqualTo("Error: Member pg-0 is already the leader of cluster batman\n");
        assertThat(error(BEFORE, "switchover", "--candidate", "pg-9", "--force"))
                .isEqualTo("Error: Member pg-9 does not exist in cluster batman or is tagged as nofailover\n");
        assertThat(error(BEFORE, "failover", "--force"))
                .isEqualTo("Error: Failover could be performed only to a specific candidate\n");
        assertThat(error(BEFORE, "switchover", "--scheduled", "tomorrow", "--force"))
                .isEqualTo(
                        "Error: Unable to parse scheduled timestamp (tomorrow). It should be in an unambiguous format (e.g. ISO 8601)\n");
        assertThat(error(ClusterView.EMPTY, "switchover", "--force")).isEqualTo("Error: This cluster has no leader\n");
        ClusterView alone = new Clusters()
                .leader("a")
                .member("a", Clusters.fields(5432, "primary", ""))
                .member("b", Clusters.fields(5433, "replica", ",\"tags\":{\"nofailover\":true}"))
                .view();
        assertThat(error(alone, "switchover", "--force")).isEqualTo("Error: No candidates found to switchover to\n");
        ClusterView paused = Clusters.three().config("{\"pause\":true}").view();
        assertThat(error(paused, "switchover", "--scheduled", "2030-01-01T00:00Z", "--force"))
                .isEqualTo("Error: Can't schedule switchover in the paused state\n");
    }

    private static String error(ClusterView view, String... arguments) {
        Run run = new Run(view);
        assertThat(run.patronictl(arguments)).isEqualTo(1);
        assertThat(run.members.requests()).isEmpty();
        return run.errors();
    }

    @Test
    void aNoEndsIt() {
        Run run = new Run(BEFORE).typing("n");

        assertThat(run.patronictl("switchover", "--leader", "pg-0", "--candidate", "pg-1", "--scheduled", "now"))
                .isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Error: Aborting switchover\n");
    }

    @Test
    void theEndOfInputAborts() {
        Run run = new Run(BEFORE);

        assertThat(run.patronictl("switchover")).isEqualTo(1);
        assertThat(run.errors()).isEqualTo("Aborted!\n");
    }

    @Test
    void failoverToAnAsynchronousNodeIsAskedTwice() {
        Clusters synchronous =
                Clusters.three().config("{\"synchronous_mode\":true}").synchronous("pg-0", List.of("pg-1"));
        Run run = new Run(synchronous.view()).typing("n");

        assertThat(run.patronictl("failover", "--candidate", "pg-2")).isEqualTo(1);
        assertThat(run.output())
                .endsWith("Are you sure you want to failover to the asynchronous node pg-2? [y/N]: n\n");
        assertThat(run.errors()).isEqualTo("Error: Aborting failover\n");
    }

    @Test
    void withoutLeaderTheCandidateIsAsked() {
        ClusterView headless = new Clusters()
                .member("pg-1", Clusters.fields(5431, "replica", ""))
                .view();
        Run run = new Run(headless, AFTER).typing("y");
        run.members.answer(200, "Successfully failed over to \"pg-1\"");

        assertThat(run.patronictl("failover", "--candidate", "pg-1")).isZero();
        assertThat(run.output()).contains("Are you sure you want to failover cluster batman? [y/N]: y\n");
        assertThat(run.members.requests()).containsExactly("POST pg-1/failover {\"candidate\":\"pg-1\"}");
    }

    @Test
    void anOldMemberThatKnowsNoSwitchoverIsAskedToFailOver() {
        Run run = new Run(BEFORE, AFTER);
        run.members.answer(501, "<p>Server does not support this operation</p>");
        run.members.answer(200, "Successfully failed over to \"pg-1\"");

        assertThat(run.patronictl("switchover", "--force")).isZero();
        assertThat(run.members.requests().getLast()).startsWith("POST pg-0/failover ");
    }

    @Test
    void withoutAnAnswerTheRequestGoesToTheDcs() {
        Run run = new Run(BEFORE);
        run.members.beUnreachable("connection refused");

        assertThat(run.patronictl("switchover", "--candidate", "pg-1", "--force"))
                .isZero();
        assertThat(run.output())
                .endsWith("2026-11-23 15:36:54.87450 Could not switchover using Patroni api, falling back to DCS\n"
                        + TABLE_BEFORE + "\n");
        assertThat(run.errors()).contains(" - WARNING - Failing over to DCS\n");
        assertThat(run.dcs().written())
                .containsExactly(new PutFailover(
                        (Mapping) Json.parse("{\"leader\":\"pg-0\",\"member\":\"pg-1\"}"), OptionalLong.empty()));
    }

    @Test
    void neitherMemberNorDcsIsAnError() {
        Run run = new Run(BEFORE);
        run.members.beUnreachable("connection refused");
        run.dcs().answerWrites(new Writing.Unavailable("no answer in 10 s"));

        assertThat(run.patronictl("switchover", "--force")).isEqualTo(1);
        assertThat(run.errors()).endsWith("Error: The request can't be written to the DCS: no answer in 10 s\n");
    }
}
