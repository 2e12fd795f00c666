package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.Operation;
import io.matriarch.ha.Memory.Bootstrap;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class BootstrapRowsTest {
    private static final Operation UNDO = new Operation.DiscardFailedBootstrap();

    private static Sight bootstrapping(Bootstrap state) {
        return new Sight().ledBy("").withoutLease().initialize(Optional.of("")).bootstrap(state);
    }

    @Test
    void aNewClusterIsRegistered() {
        assertThat(bootstrapping(Bootstrap.CREATED).decide().action())
                .isEqualTo(new Action.RegisterBootstrap(Sight.IDENTIFIER));
    }

    @Test
    void whoWasOvertakenSetsItsClusterAsideAndLeavesTheKeyAlone() {
        Sight sight = bootstrapping(Bootstrap.CREATED).refused(new Action.RegisterBootstrap(Sight.IDENTIFIER));
        Decision decision = sight.decide();
        assertThat(decision.action()).isEqualTo(new Action.Begin(UNDO));
        assertThat(decision.line())
                .contains("another node has initialised the cluster meanwhile; setting aside what was made here");
        sight.stopped().withoutData().finished(UNDO);
        assertThat(sight.decide().action()).isEqualTo(new Action.Exit(1));
    }

    @Test
    void whoFailedLetsOthersTry() {
        Sight sight = bootstrapping(Bootstrap.FAILED).stopped().withoutData().finished(UNDO);
        assertThat(sight.decide().action()).isEqualTo(new Action.DeleteInitialize());
    }

    @Test
    void aKeyThatIsGoneWithItsLeaseIsCreatedAgain() {
        Sight running = bootstrapping(Bootstrap.RUNNING)
                .initialize(Optional.empty())
                .stopped()
                .withoutData()
                .operating(new Operation.Bootstrap());
        assertThat(running.decide().action()).isEqualTo(new Action.CreateInitialize());
        assertThat(running.refused(new Action.CreateInitialize()).decide().action())
                .as("somebody else has it, which shows when this cluster is registered")
                .isInstanceOf(Action.Idle.class);
    }
}
