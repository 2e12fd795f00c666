package io.matriarch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.JobReport.Outcome;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JobJournalTest {
    private static final Instant START = Instant.parse("2026-11-27T12:00:00Z");

    private static JobReport report(int number, JobKind kind, Outcome outcome) {
        Instant at = START.plus(Duration.ofHours(number));
        return new JobReport(
                kind,
                "a",
                at,
                at.plusSeconds(1),
                Duration.ofMillis(1234),
                outcome,
                Mapping.empty().with("label", "x" + number),
                outcome == Outcome.DONE ? List.of() : List.of("because"));
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        JobJournal journal = JobJournal.EMPTY
                .since(Map.of(JobKind.DRILL, new JobJournal.Since("0 2 * * * Z", START)))
                .with(report(1, JobKind.BASE, Outcome.DONE))
                .with(report(2, JobKind.DRILL, Outcome.FAILED))
                .request(JobKind.DUMP, START)
                .backups(List.of(Mapping.empty().with("label", "x1")));
        String text = Json.compact(journal.toJson());
        assertThat(ClusterJson.readJobs(text, 7))
                .isEqualTo(
                        new JobJournal(journal.since(), journal.reports(), journal.backups(), journal.requested(), 7));
    }

    @Test
    void whoCarriedAJobOutHasDoneWhatWasRequested() {
        JobJournal journal = JobJournal.EMPTY.request(JobKind.BASE, START).request(JobKind.DUMP, START);
        assertThat(journal.with(report(1, JobKind.BASE, Outcome.MISSED)).requested())
                .containsOnlyKeys(JobKind.BASE, JobKind.DUMP);
        assertThat(journal.with(report(1, JobKind.BASE, Outcome.FAILED)).requested())
                .containsOnlyKeys(JobKind.DUMP);
    }

    @Test
    void brokenTextIsAnEmptyJournal() {
        for (String text : List.of("", "[]", "{", "{\"reports\": [1, {}, {\"job\": \"x\"}], \"schedules\": 3}")) {
            assertThat(ClusterJson.readJobs(text, 7))
                    .isEqualTo(new JobJournal(Map.of(), List.of(), List.of(), Map.of(), 7));
        }
    }

    @Test
    void oldReportsGoButTheLastThatWasDoneStays() {
        JobJournal journal = JobJournal.EMPTY.with(report(0, JobKind.BASE, Outcome.DONE));
        for (int i = 1; i <= 20; i++) {
            journal = journal.with(report(i, JobKind.BASE, Outcome.FAILED)).with(report(i, JobKind.DUMP, Outcome.DONE));
        }
        assertThat(journal.reports()).hasSize(2 * JobJournal.KEPT + 1);
        assertThat(journal.lastDone(JobKind.BASE)).hasValue(report(0, JobKind.BASE, Outcome.DONE));
        assertThat(journal.last(JobKind.BASE)).hasValue(report(20, JobKind.BASE, Outcome.FAILED));
    }

    @Test
    void whatWasMissedIsNoRun() {
        JobJournal journal = JobJournal.EMPTY
                .with(report(1, JobKind.BASE, Outcome.FAILED))
                .with(report(2, JobKind.BASE, Outcome.MISSED));
        assertThat(journal.lastRun(JobKind.BASE)).hasValue(report(1, JobKind.BASE, Outcome.FAILED));
        assertThat(journal.lastDone(JobKind.BASE)).isEmpty();
    }

    @Test
    void wordsAreKeptShort() {
        JobReport report = new JobReport(
                JobKind.BASE,
                "a",
                START,
                START,
                Duration.ZERO,
                Outcome.FAILED,
                Mapping.empty(),
                List.of("x".repeat(1000), "2", "3", "4", "5", "6"));
        assertThat(report.problems()).hasSize(5).first().asString().hasSize(503);
    }
}
