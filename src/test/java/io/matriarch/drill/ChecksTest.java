package io.matriarch.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import io.matriarch.config.DrillSettings.Check;
import io.matriarch.config.DrillSettings.Expectation;
import io.matriarch.config.DrillSettings.Heartbeat;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of a server that only pretends. */
class ChecksTest {
    private static final Instant DRILL = Instant.parse("2026-11-27T14:00:00Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            7      | 7     | ok
            ' 7 '  | 7     | ok
            ''     | ''    | ok
            8      | 7     | the answer is '8' instead of '7'
            ''     | 7     | the answer is '' instead of '7'
            7.0    | 7     | the answer is '7.0' instead of '7'
            """)
    void theTextMustBeTheSame(String answer, String expected, String words) throws ArchiveException {
        assertThat(told(answer, new Expectation.Text(expected))).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            7      | ok
            7.5    | ok
            6.9    | the answer is 6.9, less than 7
            ''     | the answer is '', which is no number
            seven  | the answer is 'seven', which is no number
            """)
    void theNumberMustNotBeLess(String answer, String words) throws ArchiveException {
        assertThat(told(answer, new Expectation.AtLeast(new BigDecimal("7")))).isEqualTo(words);
    }

    @Test
    void aLongAnswerIsCut() throws ArchiveException {
        assertThat(told("x".repeat(10_000), new Expectation.Text("y"))).hasSizeLessThan(300);
    }

    private static String told(String answer, Expectation expected) throws ArchiveException {
        List<String> asked = new ArrayList<>();
        SqlCheck check = new SqlCheck(new Check("a", "herd", "SELECT 1", expected), (database, sql) -> {
            asked.add(database + ": " + sql);
            return answer;
        });
        assertThat(check.name()).isEqualTo("check a");
        Outcome outcome = check.run();
        assertThat(asked).containsExactly("herd: SELECT 1");
        return outcome.ok() ? "ok" : outcome.words();
    }

    @Test
    void whatIsLostIsWhatCameAfterTheHeartbeat() throws ArchiveException {
        // 2026-11-27T13:59:30.250Z
        HeartbeatCheck.Found found =
                heartbeat("1795787970.250000", Optional.of(DRILL)).find();
        assertThat(found.newest()).isEqualTo(Instant.parse("2026-11-27T13:59:30.250Z"));
        assertThat(found.lost()).contains(Duration.ofMillis(29_750));
        assertThat(found.outcome(Optional.empty()).ok()).isTrue();
        assertThat(found.outcome(Optional.of(Duration.ofSeconds(30))).ok()).isTrue();
        Outcome late = found.outcome(Optional.of(Duration.ofSeconds(29)));
        assertThat(late.ok()).isFalse();
        assertThat(late.words()).contains("29.8 s would be lost", "max_rpo is 29 s");
    }

    @Test
    void nothingIsLostWhenItCameLater() throws ArchiveException {
        assertThat(heartbeat("1795788001", Optional.of(DRILL)).find().lost()).contains(Duration.ZERO);
    }

    @Test
    void withoutAMomentNothingIsMeasured() throws ArchiveException {
        HeartbeatCheck.Found found = heartbeat("1795787970", Optional.empty()).find();
        assertThat(found.lost()).isEmpty();
        assertThat(found.outcome(Optional.of(Duration.ofSeconds(1))).ok()).isTrue();
    }

    @Test
    void noHeartbeatIsAFailure() {
        assertThatThrownBy(() -> heartbeat("", Optional.of(DRILL)).find()).hasMessageContaining("no heartbeat");
        assertThatThrownBy(() -> heartbeat("now", Optional.of(DRILL)).find())
                .hasMessageContaining("no moment, but now");
    }

    private static HeartbeatCheck heartbeat(String epoch, Optional<Instant> wanted) {
        return new HeartbeatCheck(
                new Heartbeat("herd", "SELECT max(at) FROM beat; "),
                (database, sql) -> {
                    assertThat(database).isEqualTo("herd");
                    assertThat(sql).contains("(\nSELECT max(at) FROM beat\n)");
                    return epoch;
                },
                wanted);
    }
}
