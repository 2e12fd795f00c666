package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class JobProcessTest {
    private static JobProcess shell(String script) {
        return new JobProcess(new OwnProgram(List.of("sh", "-c", script)));
    }

    @Test
    void itsLastLineIsTheReportAndItsErrorsAreTheProblems() {
        List<JobProgress> told = new ArrayList<>();
        JobProcess.Result result = shell("echo first; echo '{\"ok\": false}'; echo 'Error: no room' >&2;"
                        + " echo 'backup x: 50% (1.5 of 3.0 MB, 2.0 MB/s), 0:00:01 left' >&2; exit 3")
                .run(List.of(), told::add);
        assertThat(result.code()).isEqualTo(3);
        assertThat(result.report()).isEqualTo(Mapping.empty().with("ok", false));
        assertThat(result.errors()).containsExactly("no room");
        assertThat(told)
                .singleElement()
                .satisfies(progress -> assertThat(progress.toJson())
                        .isEqualTo(Mapping.empty()
                                .with("percent", 50)
                                .with("bytes", 3 << 19)
                                .with("total_bytes", 3 << 20)
                                .with("seconds_left", 1)));
    }

    @Test
    void whatCannotBeStartedHasFailed() {
        JobProcess.Result result =
                new JobProcess(new OwnProgram(List.of("/nowhere/matriarch"))).run(List.of("drill"), _ -> {});
        assertThat(result.ok()).isFalse();
    }

    @Test
    void itSeesThatItsParentIsGone() throws InterruptedException {
        JobProcess process = shell("[ \"$MATRIARCH_PARENT\" = stdin ] && cat >/dev/null");
        List<JobProcess.Result> results = new ArrayList<>();
        Thread run = Thread.ofPlatform().start(() -> results.add(process.run(List.of(), _ -> {})));
        while (run.isAlive()) {
            process.stop();
            run.join(50);
        }
        assertThat(results)
                .singleElement()
                .satisfies(result -> assertThat(result.ok()).isTrue());
    }
}
