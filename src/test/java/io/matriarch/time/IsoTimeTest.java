package io.matriarch.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsoTimeTest {
    @ParameterizedTest
    @CsvSource({
        "2030-01-01T00:00:00+00:00, 2030-01-01T00:00:00+00:00",
        "2030-01-01T00:00Z, 2030-01-01T00:00:00+00:00",
        "2030-01-01 09:30:15.5-03, 2030-01-01T09:30:15.500000-03:00",
        "2030-01-01T09:30:15-3, 2030-01-01T09:30:15-03:00",
        "2030-01-01T09:30:15 +0530, 2030-01-01T09:30:15+05:30",
        "2030-01-01 09:30 UTC, 2030-01-01T09:30:00+00:00",
        "2030-01-01T09:30:15.123456789+01:00, 2030-01-01T09:30:15.123456+01:00",
    })
    void readsWhatPeopleWriteAndWritesAsPythonDoes(String written, String canonical) {
        IsoTime read = IsoTime.parse(written).orElseThrow();

        assertThat(IsoTime.format(read.local().atOffset(read.zone().orElseThrow())))
                .isEqualTo(canonical);
    }

    @Test
    void aTextWithoutZoneHasNone() {
        assertThat(IsoTime.parse("2030-01-01T09:30"))
                .contains(new IsoTime(LocalDateTime.of(2030, 1, 1, 9, 30), Optional.empty()));
        assertThat(IsoTime.parse("2030-01-01"))
                .contains(new IsoTime(LocalDateTime.of(2030, 1, 1, 0, 0), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "2030",
                "2030-13-01T00:00",
                "2030-01-01T25:00",
                "2030-01-01T00:00+99",
                "2030-01-01T00:00Zulu",
                "2030-01-01T00:00+01:00x",
                "2030-01-01T00:00:00.+01:00",
                "1",
                "2030-02-30"
            })
    void everythingElseIsRefused(String text) {
        assertThat(IsoTime.parse(text)).isEmpty();
    }

    @Test
    void writesAsPythonsStrDoes() {
        assertThat(IsoTime.formatWithSpace(OffsetDateTime.of(2026, 11, 23, 14, 18, 25, 326_985_000, ZoneOffset.UTC)))
                .isEqualTo("2026-11-23 14:18:25.326985+00:00");
        assertThat(IsoTime.formatWithSpace(OffsetDateTime.of(2026, 11, 23, 14, 18, 25, 0, ZoneOffset.ofHours(-3))))
                .isEqualTo("2026-11-23 14:18:25-03:00");
        assertThat(IsoTime.formatLocal(LocalDateTime.of(2026, 1, 2, 3, 4, 5))).isEqualTo("2026-01-02 03:04:05.000000");
    }
}
