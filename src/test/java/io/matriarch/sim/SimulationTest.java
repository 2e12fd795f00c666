package io.matriarch.sim;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.ha.Decider;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whole lives of clusters, a seed each. {@code -Dmatriarch.seeds=N} runs as many, {@code -Dmatriarch.seed=S} replays one; {@code it/simulate} does both.
 */
final class SimulationTest {
    private static final int SEEDS_IN_CI = 300;
    private static final int FAULTS = 12;
    private static final Duration TO_BOOTSTRAP = Duration.ofMinutes(3);
    private static final Duration TO_HEAL = Duration.ofMinutes(6);

    @BeforeAll
    static void beQuiet() {
        Logger.getLogger("io.matriarch").setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        Logger.getLogger("io.matriarch").setLevel(Level.INFO);
    }

    @Test
    void theInvariantsHoldAndTheClusterHeals() {
        long only = Long.getLong("matriarch.seed", -1);
        if (only >= 0) {
            live(new Simulation(only, 3));
            return;
        }
        int seeds = Integer.getInteger("matriarch.seeds", SEEDS_IN_CI);
        for (int seed = 0; seed < seeds; seed++) {
            live(new Simulation(seed, 3));
        }
    }

    /** A primary that goes on without the DCS must be noticed; if it weren't, the test above would prove nothing. */
    @Test
    void aPrimaryThatIgnoresTheLossOfTheDcsIsFound() {
        assertThatThrownBy(() -> {
                    for (int seed = 0; seed < SEEDS_IN_CI; seed++) {
                        live(new Simulation(seed, 3, Decider.without("dcs-demote")));
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("seed");
    }

    private static void live(Simulation simulation) {
        simulation.run(TO_BOOTSTRAP);
        for (int i = 0; i < FAULTS; i++) {
            simulation.disturb();
            simulation.run(simulation.between(Duration.ofSeconds(1), Duration.ofSeconds(60)));
        }
        simulation.heal();
        simulation.run(TO_HEAL);
        simulation.requireHealthy();
    }
}
