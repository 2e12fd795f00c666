package io.matriarch.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    /** The agent reads this line of the commands that it starts. */
    @Test
    void theLineSaysHowFarItIs() {
        assertThat(Progress.line(3 << 19, 3 << 20, Duration.ofMillis(750)))
                .isEqualTo("50% (1.5 of 3.0 MB, 2.0 MB/s), 0:00:01 left");
        assertThat(Progress.line(100, 0, Duration.ofSeconds(1))).isEqualTo("0.0 of 0.0 MB, 0.0 MB/s");
    }
}
