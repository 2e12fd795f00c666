package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.ClusterView;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class SlotMemoryTest {
    private static final long TTL = 100;

    private final ClusterView withC = new SlotScene().situation().view();
    private final ClusterView withoutC =
            new SlotScene().without("c").situation().view();

    @Test
    void whoIsAwayIsRememberedForAWhile() {
        SlotMemory saw = SlotMemory.NONE.seeing(withC, 10, TTL);
        assertThat(saw.away(withC)).isEmpty();
        SlotMemory later = saw.seeing(withoutC, 109, TTL);
        assertThat(later.away(withoutC)).containsExactly("c");
        assertThat(later.seeing(withoutC, 110, TTL).away(withoutC)).isEmpty();
    }

    @Test
    void whoDoesNotStreamAnyMoreIsForgottenAtOnce() {
        ClusterView nostream = new SlotScene()
                .member("c", "{tags: {nostream: true}}")
                .situation()
                .view();
        SlotMemory saw = new SlotMemory(OptionalLong.empty(), Map.of("c", 10L)).seeing(nostream, 11, TTL);
        assertThat(saw.away(withoutC)).doesNotContain("c");
    }
}
