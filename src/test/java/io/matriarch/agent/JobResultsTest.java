package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.JobLock;
import io.matriarch.cluster.JobReport;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class JobResultsTest {
    private static final Instant NOW = Instant.EPOCH;

    private final List<String> run = new ArrayList<>();

    private static JobPart part(String repository, String... commands) {
        return new JobPart(
                Optional.of(repository).filter(name -> !name.isEmpty()),
                List.of(commands).stream().map(List::of).toList());
    }

    /** The command is what it says of itself; those that begin with "no" fail. */
    private JobProcess.Result process(List<String> command) {
        String word = command.getFirst();
        run.add(word);
        boolean fails = word.startsWith("no");
        return new JobProcess.Result(
                fails ? 1 : 0,
                List.of("{\"job\": \"base\", \"label\": \"of " + word + "\"}"),
                fails ? List.of(word, word + ", either") : List.of());
    }

    private JobReport report(JobPart... parts) {
        return JobResults.of(List.of(parts), () -> false, this::process)
                .report(new JobLock(JobKind.BASE, "a", NOW), NOW, Duration.ZERO);
    }

    @Test
    void aRepositoryThatFailsIsNamedAndKeepsNoOtherWaiting() {
        JobReport report = report(part("one", "no disk", "never"), part("two", "a", "b"), part("three", "no net"));
        assertThat(run).containsExactly("no disk", "a", "b", "no net");
        assertThat(report.outcome()).isEqualTo(JobReport.Outcome.FAILED);
        assertThat(report.problems())
                .containsExactly(
                        "repository one: no disk",
                        "repository three: no net",
                        "repository one: no disk, either",
                        "repository three: no net, either");
        assertThat(report.details())
                .isEqualTo(Mapping.empty().with("label", "of no disk").with("repository", "one"));
    }

    @Test
    void whatIsToldOfADoneJobIsOfTheFirstRepository() {
        JobReport report = report(part("one", "a"), part("two", "b"));
        assertThat(report.done()).isTrue();
        assertThat(report.problems()).isEmpty();
        assertThat(report.details())
                .isEqualTo(Mapping.empty().with("label", "of a").with("repository", "one"));
        assertThat(report(part("", "a")).details()).isEqualTo(Mapping.empty().with("label", "of a"));
    }

    @Test
    void withoutANameThereIsNoneInTheProblems() {
        assertThat(report(part("", "no disk")).problems()).containsExactly("no disk", "no disk, either");
        JobReport silent = JobResults.of(
                        List.of(part("one", "a")), () -> false, _ -> new JobProcess.Result(3, List.of(), List.of()))
                .report(new JobLock(JobKind.EXPIRE, "a", NOW), NOW, Duration.ZERO);
        assertThat(silent.problems()).containsExactly("repository one: it ended with exit code 3");
        assertThat(silent.details()).isEqualTo(Mapping.empty());
    }

    @Test
    void whenTheAgentEndsNothingElseBegins() {
        JobResults results =
                JobResults.of(List.of(part("one", "no disk"), part("two", "a")), () -> !run.isEmpty(), this::process);
        assertThat(run).containsExactly("no disk");
        assertThat(results.parts()).hasSize(1);
    }
}
