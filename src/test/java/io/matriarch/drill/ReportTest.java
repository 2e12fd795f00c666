package io.matriarch.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.archive.ArchiveException;
import io.matriarch.cluster.Lsn;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Instant STARTED = Instant.parse("2026-11-27T14:00:00Z");

    @Test
    void scriptsReadOneLine() {
        Report report = new Report(
                Optional.of("first"),
                STARTED,
                Duration.ofMillis(12_345),
                Optional.of(Duration.ofMillis(10_500)),
                Optional.of(Duration.ofSeconds(3)),
                Optional.of(new Reached(Lsn.parse("0/5000000"), Optional.of(STARTED), 2)),
                List.of(
                        new StepResult("restore", Outcome.passed(), Duration.ofSeconds(2)),
                        new StepResult("check a", Outcome.failed("wrong"), Duration.ofMillis(30))),
                List.of("can't remove it"));
        assertThat(report.json())
                .isEqualTo("{\"job\": \"drill\", \"ok\": false, \"label\": \"first\","
                        + " \"started\": \"2026-11-27T14:00:00Z\", \"seconds\": 12.345, \"rto_seconds\": 10.5,"
                        + " \"rpo_seconds\": 3.0, \"reached_lsn\": \"0/5000000\","
                        + " \"reached_time\": \"2026-11-27T14:00:00Z\", \"timeline\": 2, \"steps\":"
                        + " [{\"name\": \"restore\", \"ok\": true, \"seconds\": 2.0},"
                        + " {\"name\": \"check a\", \"ok\": false, \"seconds\": 0.03, \"reason\": \"wrong\"}],"
                        + " \"problems\": [\"check a: wrong\", \"can't remove it\"]}");
        assertThat(report.summary()).isEqualTo("FAILED: the drill of first; RPO 3.0 s, RTO 10.5 s");
    }

    @Test
    void whatWasNotMeasuredIsNull() {
        Report report = Report.impossible(STARTED, "no backup");
        assertThat(report.ok()).isFalse();
        assertThat(report.json())
                .contains(
                        "\"label\": null",
                        "\"rto_seconds\": null, \"rpo_seconds\": null, \"reached_lsn\": null,"
                                + " \"reached_time\": null, \"timeline\": null, \"steps\": []",
                        "\"problems\": [\"no backup\"]");
        assertThat(report.summary()).contains("no backup", "RPO not measured, RTO not measured");
    }

    @Test
    void exceptionsAreFailuresOfTheirStep() {
        List<StepResult> told = new ArrayList<>();
        Steps steps = new Steps(told::add);
        assertThat(steps.passes("one", Outcome::passed)).isTrue();
        assertThat(steps.passes("two", () -> {
                    throw new ArchiveException("the repository is away");
                }))
                .isFalse();
        assertThat(steps.passes("three", () -> {
                    throw new IOException("disk");
                }))
                .isFalse();
        assertThat(told).isEqualTo(steps.results());
        assertThat(told)
                .extracting(StepResult::name, result -> result.outcome().words())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("one", ""),
                        org.assertj.core.groups.Tuple.tuple("two", "the repository is away"),
                        org.assertj.core.groups.Tuple.tuple("three", "disk"));
        assertThat(told.get(1).line()).startsWith("failed  two ").endsWith(" s  the repository is away");
    }
}
