package io.matriarch.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private final List<String> lines = new ArrayList<>();
    private Duration now = Duration.ofHours(7);

    private Progress of(int seeds) {
        return new Progress(seeds, () -> now.toNanos(), lines::add);
    }

    private void live(Progress progress, int seeds) {
        for (int i = 0; i < seeds; i++) {
            now = now.plusSeconds(4);
            progress.done();
        }
    }

    @Test
    void aLineEveryTenSecondsAndOneAtTheEnd() {
        Progress progress = of(100);
        live(progress, 6);
        progress.violated(
                new AssertionError("seed 6 at PT1M: two leaders\nreplay it with: it/simulate --seed 6\nthe state"));
        live(progress, 94);
        progress.end("all is said");
        assertThat(lines)
                .startsWith(
                        "3 of 100 seeds done, 0 violations, about 6 min left",
                        "6 of 100 seeds done, 0 violations, about 6 min left",
                        "violation: seed 6 at PT1M: two leaders; replay it with: it/simulate --seed 6",
                        "9 of 100 seeds done, 1 violation, about 6 min left")
                .endsWith(
                        "99 of 100 seeds done, 1 violation, about 4 s left",
                        "100 of 100 seeds done in 6 min, 1 violation; all is said")
                .hasSize(35);
        assertThat(progress.violations()).hasSize(1);
    }

    @Test
    void whatIsSoonOverNeedsTheLastLineOnly() {
        Progress progress = of(2);
        live(progress, 2);
        progress.end("fine");
        assertThat(lines).containsExactly("2 of 2 seeds done in 8 s, 0 violations; fine");
    }
}
