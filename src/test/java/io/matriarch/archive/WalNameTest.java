package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WalNameTest {
    @ParameterizedTest
    @CsvSource({
        "000000010000000000000003, SEGMENT",
        "0000000A00000012000000FF, SEGMENT",
        "000000010000000000000003.partial, PARTIAL",
        "00000002.history, HISTORY",
        "000000010000000000000003.00000028.backup, BACKUP",
    })
    void namesOfPostgres(String text, WalName.Kind kind) {
        assertThat(WalName.parse(text)).contains(new WalName(text, kind));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "..",
                "RECOVERYXLOG",
                "00000001000000000000000",
                "0000000100000000000000030",
                "00000001000000000000000g",
                "00000001000000000000000a",
                "000000010000000000000003.partial.tmp",
                "000000010000000000000003.sha256",
                "000000010000000000000003.00000028.backup/../x",
                "00000002.history.sha256",
                "0000002.history"
            })
    void otherNames(String text) {
        assertThat(WalName.parse(text)).isEmpty();
    }

    @Property
    void aSegmentsNameSaysItsTimelineAndPlace(
            @ForAll @IntRange(min = 1) int timeline,
            @ForAll @LongRange(min = 0, max = 0xFFFFFFFFL) long log,
            @ForAll @IntRange(max = 255) int segment) {
        WalName name =
                WalName.parse("%08X%08X%08X".formatted(timeline, log, segment)).orElseThrow();
        assertThat(name.timeline()).isEqualTo(timeline);
        assertThat(name.startLsn(16 << 20)).isEqualTo((log << 32) + segment * (16L << 20));
        assertThat(name.timelineDigits()).isEqualTo("%08X".formatted(timeline));
    }

    @Property
    void nothingMayFollowAName(@ForAll String more) {
        Assume.that(!more.isEmpty() && !more.equals(".partial"));
        assertThat(WalName.parse("000000010000000000000003" + more)).isEmpty();
        assertThat(WalName.parse("00000002.history" + more)).isEmpty();
    }
}
