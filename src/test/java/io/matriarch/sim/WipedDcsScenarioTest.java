package io.matriarch.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.ha.Decider;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody removes the keys of a cluster that runs. */
@ExtendWith(QuietAgents.class)
final class WipedDcsScenarioTest {
    private static final Duration LONG = Duration.ofMinutes(3);

    @HardCase(36)
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePrimaryStaysAndMaintenanceModeIsWhatItWas(boolean paused) {
        Simulation simulation = new Simulation(0, 3, new Decider());
        simulation.requireHealing(Duration.ofMinutes(5), Duration.ofMinutes(1));
        SimulatedNode primary = simulation.nodes().stream()
                .filter(node -> node.postgres().acceptsWrites())
                .findFirst()
                .orElseThrow();
        int timeline = primary.postgres().timeline();
        simulation.disturbances().setPause(paused);
        simulation.run(Duration.ofMinutes(1));
        simulation.disturbances().wipe();
        simulation.run(LONG);
        assertThat(primary.postgres().acceptsWrites()).isTrue();
        assertThat(primary.postgres().timeline()).isEqualTo(timeline);
        assertThat(simulation.nodes())
                .allSatisfy(node -> assertThat(node.paused()).isEqualTo(paused));
        simulation.disturbances().setPause(false); // only a configuration that was written again can be changed
        simulation.requireHealing(Duration.ofMinutes(1), Duration.ofMinutes(1));
        assertThat(simulation.nodes()).noneMatch(SimulatedNode::paused);
        assertThat(primary.postgres().timeline()).isEqualTo(timeline);
    }
}
