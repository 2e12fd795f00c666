package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.History;
import io.matriarch.cluster.JobBoard;
import io.matriarch.cluster.JobJournal;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.JobLock;
import io.matriarch.cluster.JobReport;
import io.matriarch.cluster.JobReport.Outcome;
import io.matriarch.cluster.JobSettings;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.ha.JobPlanner.Plan;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class JobPlannerTest {
    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
    private static final Instant SINCE = NOON.minus(Duration.ofDays(2));
    private static final Mapping STREAMING =
            Mapping.empty().with("state", "running").with("role", "replica").with("replication_state", "streaming");

    private Mapping backup = Mapping.empty().with("base", "0 12 * * *");
    private JobBoard jobs = counting(JobJournal.EMPTY);
    private List<Member> members = List.of(
            member("a", Mapping.empty().with("state", "running").with("role", "primary")),
            member("b", STREAMING),
            member("c", STREAMING));

    private static Member member(String name, Mapping data) {
        return new Member(name, data, 1, 1);
    }

    private static JobBoard counting(JobJournal journal) {
        return new JobBoard(
                journal.since(Map.of(JobKind.BASE, new JobJournal.Since("0 12 * * * Z", SINCE))), Optional.empty());
    }

    private Plan plan(String self, Instant now) {
        DynamicConfiguration config = new DynamicConfiguration(Mapping.empty().with("backup_jobs", backup), 1);
        ClusterView view = new ClusterView(
                Optional.empty(),
                Optional.of(config),
                Optional.of(new Leader("a", 1, 1)),
                Status.UNKNOWN,
                members,
                Optional.empty(),
                SyncState.NONE,
                History.EMPTY,
                Map.of(),
                jobs,
                Set.of());
        return new JobPlanner(view, JobSettings.of(config), self, now).plan();
    }

    private JobReport report(Instant started, Outcome outcome) {
        return new JobReport(
                JobKind.BASE, "b", started, started, Duration.ofMinutes(1), outcome, Mapping.empty(), List.of());
    }

    private static boolean runs(Plan plan) {
        return plan instanceof Plan.Run;
    }

    @Test
    void aReplicaDoesWhatIsDue() {
        jobs = counting(JobJournal.EMPTY.with(report(NOON.minus(Duration.ofDays(1)), Outcome.DONE)));
        assertThat(plan("b", NOON.minusSeconds(1))).isInstanceOf(Plan.Idle.class);
        assertThat(plan("b", NOON)).isEqualTo(new Plan.Run(new JobLock(JobKind.BASE, "b", NOON), NOON));
    }

    @Test
    void whatIsRequestedIsDueAtOnceAlsoWithoutASchedule() {
        JobJournal done = JobJournal.EMPTY.with(report(NOON.minus(Duration.ofDays(1)), Outcome.DONE));
        Instant then = NOON.minus(Duration.ofHours(3));
        jobs = counting(done.request(JobKind.BASE, then));
        assertThat(plan("b", then)).isEqualTo(new Plan.Run(new JobLock(JobKind.BASE, "b", then), then));
        jobs = counting(done.request(JobKind.DUMP, then));
        assertThat(plan("c", then)).isInstanceOf(Plan.Idle.class);
        assertThat(plan("c", then.plusSeconds(60)))
                .isEqualTo(new Plan.Run(new JobLock(JobKind.DUMP, "c", then.plusSeconds(60)), then));
    }

    @Test
    void theOthersWaitForTheirTurn() {
        jobs = counting(JobJournal.EMPTY.with(report(NOON.minus(Duration.ofDays(1)), Outcome.DONE)));
        assertThat(runs(plan("c", NOON.plusSeconds(59)))).isFalse();
        assertThat(runs(plan("c", NOON.plusSeconds(60)))).isTrue();
        assertThat(runs(plan("a", NOON.plusSeconds(119)))).isFalse();
        assertThat(runs(plan("a", NOON.plusSeconds(120)))).isTrue();
    }

    @Test
    void aReplicaThatDoesNotStreamComesAfterThoseThatDo() {
        members = List.of(members.get(0), member("b", STREAMING.without("replication_state")), members.get(2));
        assertThat(runs(plan("c", NOON))).isTrue();
        assertThat(runs(plan("b", NOON.minus(Duration.ofDays(1)).plusSeconds(1))))
                .isFalse();
    }

    @Test
    void whoeverIsTaggedOrDownDoesNothing() {
        members = List.of(
                members.get(0),
                member("b", STREAMING.with("tags", Mapping.empty().with("nobackup", true))),
                member("c", STREAMING.with("state", "stopped")));
        assertThat(runs(plan("b", NOON.plusSeconds(900)))).isFalse();
        assertThat(runs(plan("c", NOON.plusSeconds(900)))).isFalse();
        assertThat(runs(plan("a", NOON.minus(Duration.ofDays(1)).plusSeconds(1))))
                .isTrue();
    }

    @Test
    void thePolicyNamesTheNode() {
        backup = backup.with("node", "leader");
        assertThat(runs(plan("a", NOON.minus(Duration.ofDays(1)).plusSeconds(1))))
                .isTrue();
        assertThat(runs(plan("b", NOON))).isFalse();
        backup = backup.with("node", "replica_only");
        members = List.of(members.get(0));
        assertThat(runs(plan("a", NOON.minus(Duration.ofDays(1)).plusSeconds(600))))
                .isFalse();
    }

    @Test
    void nobodyBeginsWhileAJobRuns() {
        jobs = new JobBoard(
                JobBoard.EMPTY
                        .journal()
                        .since(jobs.journal().since())
                        .with(report(NOON.minus(Duration.ofDays(1)), Outcome.DONE)),
                Optional.of(new JobLock(JobKind.DRILL, "c", NOON)));
        assertThat(plan("b", NOON)).isInstanceOf(Plan.Idle.class);
    }

    @Test
    void aRunAnswersForAllThatWasDueUntilItBegan() {
        jobs = counting(JobJournal.EMPTY.with(report(NOON.minusSeconds(5), Outcome.DONE)));
        assertThat(runs(plan("b", NOON.minusSeconds(1)))).isFalse();
        jobs = counting(JobJournal.EMPTY.with(report(NOON.plusSeconds(5), Outcome.FAILED)));
        assertThat(runs(plan("b", NOON.plusSeconds(600)))).isFalse();
    }

    @Test
    void theLeaderNotesSinceWhenAScheduleCounts() {
        jobs = JobBoard.EMPTY;
        assertThat(runs(plan("b", NOON))).isFalse();
        assertThat(plan("a", NOON))
                .isInstanceOfSatisfying(
                        Plan.Write.class,
                        write -> assertThat(write.journal().since())
                                .containsExactly(Map.entry(JobKind.BASE, new JobJournal.Since("0 12 * * * Z", NOON))));
    }

    @Test
    void aChangedScheduleCountsFromNowOn() {
        backup = backup.with("base", "0 6 * * *");
        assertThat(plan("a", NOON))
                .isInstanceOfSatisfying(
                        Plan.Write.class,
                        write -> assertThat(write.journal().since())
                                .containsExactly(Map.entry(JobKind.BASE, new JobJournal.Since("0 6 * * * Z", NOON))));
        backup = backup.without("base");
        assertThat(plan("a", NOON))
                .isInstanceOfSatisfying(
                        Plan.Write.class,
                        write -> assertThat(write.journal().since()).isEmpty());
    }

    @Test
    void whatNobodyDidIsAFailureAndStaysDue() {
        jobs = counting(JobJournal.EMPTY.with(report(NOON.minus(Duration.ofDays(1)), Outcome.DONE)));
        backup = backup.with("node", "replica_only");
        members = List.of(members.get(0));
        assertThat(plan("a", NOON.plusSeconds(3599))).isInstanceOf(Plan.Idle.class);
        Plan late = plan("a", NOON.plusSeconds(3600));
        assertThat(late).isInstanceOfSatisfying(Plan.Write.class, write -> {
            assertThat(write.missed()).singleElement().satisfies(missed -> {
                assertThat(missed.outcome()).isEqualTo(Outcome.MISSED);
                assertThat(missed.due()).isEqualTo(NOON);
                assertThat(missed.problems())
                        .containsExactly("no running member may do it: see backup_jobs.node and the tag nobackup");
            });
            jobs = counting(write.journal());
        });
        assertThat(plan("a", NOON.plusSeconds(3700))).isInstanceOf(Plan.Idle.class);
        members = List.of(members.get(0), member("b", STREAMING));
        assertThat(runs(plan("b", NOON.plusSeconds(3700)))).isTrue();
    }

    @Test
    void whatComesFirstIsDoneFirst() {
        backup = backup.with("drill", "0 12 * * *").with("expire", "0 12 * * *");
        jobs = new JobBoard(
                JobJournal.EMPTY.since(Map.of(
                        JobKind.BASE, new JobJournal.Since("0 12 * * * Z", SINCE),
                        JobKind.EXPIRE, new JobJournal.Since("0 12 * * * Z", SINCE),
                        JobKind.DRILL, new JobJournal.Since("0 12 * * * Z", SINCE))),
                Optional.empty());
        assertThat(plan("b", NOON))
                .isInstanceOfSatisfying(
                        Plan.Run.class, run -> assertThat(run.lock().kind()).isEqualTo(JobKind.BASE));
        jobs = new JobBoard(jobs.journal().with(report(NOON, Outcome.DONE)), Optional.empty());
        assertThat(plan("b", NOON))
                .isInstanceOfSatisfying(
                        Plan.Run.class, run -> assertThat(run.lock().kind()).isEqualTo(JobKind.EXPIRE));
    }
}
