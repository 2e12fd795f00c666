package io.matriarch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CronTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30 2 * * *      | UTC           | 2026-11-27T12:00:00Z | 2026-11-28T02:30:00Z
            30 2 * * *      | UTC           | 2026-11-27T02:30:00Z | 2026-11-28T02:30:00Z
            */15 * * * *    | UTC           | 2026-11-27T12:01:00Z | 2026-11-27T12:15:00Z
            0 2 * * 0       | UTC           | 2026-11-27T12:00:00Z | 2026-11-29T02:00:00Z
            0 2 * * 7       | UTC           | 2026-11-27T12:00:00Z | 2026-11-29T02:00:00Z
            0 2 * * 1-6     | UTC           | 2026-11-29T12:00:00Z | 2026-11-30T02:00:00Z
            0 2 * * MON     | UTC           | 2026-11-27T12:00:00Z | 2026-11-30T02:00:00Z
            0 2 1,15 * *    | UTC           | 2026-11-27T12:00:00Z | 2026-12-01T02:00:00Z
            @daily          | UTC           | 2026-11-27T12:00:00Z | 2026-11-28T00:00:00Z
            @weekly         | UTC           | 2026-11-27T12:00:00Z | 2026-11-29T00:00:00Z
            30 2 * * *      | Europe/Berlin | 2026-11-27T12:00:00Z | 2026-11-28T01:30:00Z
            30 2 * * *      | Europe/Berlin | 2026-03-28T12:00:00Z | 2026-03-29T01:30:00Z
            30 2 * * *      | Europe/Berlin | 2026-10-24T12:00:00Z | 2026-10-25T00:30:00Z
            30 2 * * *      | Europe/Berlin | 2026-10-25T00:30:00Z | 2026-10-26T01:30:00Z
            30 2 * * *      | Europe/Berlin | 2026-10-25T01:10:00Z | 2026-10-26T01:30:00Z
            """)
    void comesWhenItShould(String expression, String zone, Instant after, Instant next) {
        assertThat(new Cron(expression, ZoneId.of(zone)).after(after)).isEqualTo(Optional.of(next));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "* * * *", "61 * * * *", "0 0 * * 8", "@never", "0 25 * * *", "* * * * * *"})
    void whatIsNoneIsSaid(String expression) {
        assertThat(Cron.problem(expression))
                .hasValue("'" + expression + "' isn't a cron expression of five fields such as '30 2 * * 0' or @daily");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 0 30 2 *"})
    void whatNeverComesIsSaid(String expression) {
        assertThat(Cron.problem(expression)).hasValue("'" + expression + "' never comes");
    }
}
