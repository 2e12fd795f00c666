package io.matriarch.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class KeepingTest {
    private static final long MARGIN = Keeping.MARGIN.toNanos();

    @Test
    void withoutADeadlineNothingIsEverDue() {
        Keeping standby = Keeping.begin("forever").orElseThrow();
        assertThat(standby.due(Long.MAX_VALUE)).isFalse();
        assertThat(standby.patience(0)).isEmpty();
        assertThat(standby.killedAt()).isZero();
    }

    @Test
    void aDeadlineIsDueAMarginBefore() {
        Keeping primary = Keeping.begin("9000000000").orElseThrow();
        assertThat(primary.due(9_000_000_000L - MARGIN - 1)).isFalse();
        assertThat(primary.due(9_000_000_000L - MARGIN)).isTrue();
        assertThat(primary.patience(9_000_000_000L - MARGIN - 5)).contains(Duration.ofNanos(5));
        assertThat(primary.killedAt()).isBetween(9_000_000_000L - MARGIN, 9_000_000_000L);
    }

    @Test
    void whatMeansNothingStartsNoKeeper() {
        assertThat(Keeping.begin("soon")).isEmpty();
        assertThat(Keeping.begin("")).isEmpty();
    }

    @Test
    void aStandbyThatIsPromotedGetsADeadlineAndLosesItAgain() {
        Keeping promoted = Keeping.begin("forever").orElseThrow().heard("5000000000\n");
        assertThat(promoted.until()).hasValue(5_000_000_000L);
        assertThat(promoted.heard("forever\n").until()).isEmpty();
    }

    /** A pipe may cut anywhere. */
    @Property
    void theLastWholeLineCountsHoweverItArrives(
            @ForAll @Size(min = 1, max = 5) List<@LongRange(min = 1) Long> deadlines,
            @ForAll @LongRange(max = 90) long cut) {
        StringBuilder text = new StringBuilder();
        deadlines.forEach(
                deadline -> text.append(Keeping.text(OptionalLong.of(deadline))).append('\n'));
        int at = (int) Math.min(cut, text.length());
        Keeping keeping = Keeping.begin("forever")
                .orElseThrow()
                .heard(text.substring(0, at))
                .heard(text.substring(at));
        assertThat(keeping.until()).hasValue(deadlines.getLast());
    }

    @Property
    void junkChangesNothingAndIsForgotten(@ForAll String junk) {
        Keeping heard = Keeping.begin("7").orElseThrow().heard("x" + junk + "x\n");
        assertThat(heard.heard("8\n").until()).hasValue(8);
        assertThat(heard.words().length()).isLessThanOrEqualTo(64);
    }
}
