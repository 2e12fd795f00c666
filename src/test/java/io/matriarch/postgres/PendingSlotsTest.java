package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Until the feedback of a standby has come to the primary, the rows of catalogs that a copied slot needs may be gone there. */
final class PendingSlotsTest {
    private static final String SLOT = "s";

    private final PendingSlots pending = new PendingSlots();

    @BeforeEach
    void copied() {
        pending.add(List.of(SLOT));
    }

    private List<String> judge(long physical, long there, long here) {
        return pending.judge(Optional.of(physical), Map.of(SLOT, there), Map.of(SLOT, here));
    }

    @Test
    void nothingIsReadyBeforeTheFeedbackHasCome() {
        assertThat(pending.judge(Optional.empty(), Map.of(SLOT, 700L), Map.of(SLOT, 700L)))
                .isEmpty();
        assertThat(pending.names()).containsExactly(SLOT);
    }

    @Test
    void itIsReadyWhenThePrimaryKeepsWhatItNeedsAndOvertookWhatItKeptBefore() {
        assertThat(judge(690, 700, 700)).as("behind what the primary kept").isEmpty();
        assertThat(judge(710, 720, 705)).as("newer than what is needed here").isEmpty();
        assertThat(judge(700, 720, 705)).as("what was kept first counts").containsExactly(SLOT);
        assertThat(pending.names()).isEmpty();
        assertThat(judge(700, 720, 705)).as("told once").isEmpty();
    }

    @Test
    void transactionIdsWrapAround() {
        assertThat(judge(5, 4_294_967_290L, 6)).containsExactly(SLOT);
    }

    @Test
    void whatIsNotHereAnyMoreIsForgotten() {
        assertThat(pending.judge(Optional.of(700L), Map.of(SLOT, 700L), Map.of()))
                .isEmpty();
        assertThat(pending.names()).isEmpty();
    }
}
