package io.matriarch.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The body of POST /restart (reference 4.5). */
final class RestartRequestTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                            | now
            {"role": "replica", "timeout": 5}             | now
            {"role": "boss"}                              | 400 PostgreSQL role should be either primary, standby_leader, or replica
            {"timeout": "soon"}                           | 400 Timeout should be a positive number of seconds
            {"timeout": 0}                                | 400 Timeout should be a positive number of seconds
            {"what": 1}                                   | 400 Unknown filter for the scheduled restart: what
            {"schedule": "2026-11-24T12:30"}              | 400 Timezone information is mandatory for the scheduled restart
            {"schedule": "2026-11-24T11:30+00"}           | 422 Cannot schedule restart in the past
            {"schedule": "soon"}                          | 422 Unable to parse scheduled timestamp. It should be in an unambiguous format, e.g. ISO 8601
            {"schedule": "2026-11-24T13:30+01"}           | at 2026-11-24T12:30:00Z
            """)
    void bodies(String body, String expected) {
        assertThat(text(body, false)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"schedule\": \"2026-11-24T13:30+01\"} | 500 Can't schedule restart in the paused state",
                "{} | now"
            })
    void inMaintenanceMode(String body, String expected) {
        assertThat(text(body, true)).isEqualTo(expected);
    }

    private static String text(String body, boolean paused) {
        Mapping fields = (Mapping) Json.parse(body);
        return switch (RestartRequest.of(fields, paused, NOW)) {
            case RestartRequest.Wrong wrong ->
                wrong.answer().status() + " " + wrong.answer().text();
            case RestartRequest.Immediate _ -> "now";
            case RestartRequest.Later later -> "at " + later.at();
        };
    }
}
