package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.Upstream;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EmptyDataTest {
    private static final Action RESTORE = new Action.Begin(new Operation.Clone(Upstream.elsewhere(), false));

    private final Scene scene = new Scene().empty();

    @Test
    void dataAreRestoredWithoutALeaderByAMethodThatNeedsNone() {
        Decision decision = scene.ledBy("").restores().decide();
        assertThat(decision.action()).isEqualTo(RESTORE);
        assertThat(decision.line()).contains("trying to bootstrap (without leader)");
    }

    @Test
    void withoutSuchAMethodTheNodeWaits() {
        Decision decision = scene.ledBy("").decide();
        assertThat(decision.action()).isInstanceOf(Action.Idle.class);
        assertThat(decision.line()).contains("waiting for leader to bootstrap");
    }

    @Test
    void whereSomebodyLeadsTheNodeClones() {
        assertThat(scene.restores().decide().action())
                .isEqualTo(new Action.Begin(new Operation.Clone(Scene.upstream("b"), true)));
    }

    @Test
    void whileSomebodyBootstrapsNothingIsRestored() {
        Scene bootstrapped = scene.ledBy("").restores().initialize(Optional.of(""));
        assertThat(bootstrapped.decide().action()).as("it may be ours").isEqualTo(new Action.CreateInitialize());
        Decision decision = bootstrapped.refused(new Action.CreateInitialize()).decide();
        assertThat(decision.action()).isInstanceOf(Action.Idle.class);
        assertThat(decision.line()).contains("waiting for leader to bootstrap");
    }

    @Test
    void aClusterThatNeverWasIsBootstrapped() {
        Decision decision =
                scene.ledBy("").restores().initialize(Optional.empty()).decide();
        assertThat(decision.action()).isEqualTo(new Action.CreateInitialize());
    }
}
