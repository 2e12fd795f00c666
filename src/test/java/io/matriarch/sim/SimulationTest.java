package io.matriarch.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.ha.Decider;
import io.matriarch.time.Ticker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole lives of clusters, a seed each. {@code -Dmatriarch.seeds=N} runs as many, {@code -Dmatriarch.first=F} from seed F on, {@code -Dmatriarch.seed=S} replays one; {@code it/simulate} does both.
 */
@ExtendWith(QuietAgents.class)
final class SimulationTest {
    private static final int SEEDS_IN_CI = 200;
    private static final int FAULTS = 12;
    private static final int ENOUGH_VIOLATIONS = 10;
    private static final Duration TO_BOOTSTRAP = Duration.ofMinutes(3);
    private static final Duration TO_HEAL = Duration.ofMinutes(6);
    private static final Duration QUIET = Duration.ofMinutes(1);

    @Test
    void theInvariantsHoldAndTheClusterHeals() {
        long only = Long.getLong("matriarch.seed", -1);
        if (only >= 0) {
            Simulation simulation = simulation(only, new Decider());
            Duration healing = live(simulation);
            System.out.println("seed " + only + ": no violation, healed within " + healing.toSeconds() + " s; "
                    + simulation.tally());
            return;
        }
        int seeds = Integer.getInteger("matriarch.seeds", SEEDS_IN_CI);
        int first = Integer.getInteger("matriarch.first", 0);
        Map<Happening, Integer> tally = new EnumMap<>(Happening.class);
        Duration longest = Duration.ZERO;
        Progress progress = new Progress(seeds, Ticker.system(), System.out::println);
        for (int seed = first; seed < first + seeds && progress.violations().size() < ENOUGH_VIOLATIONS; seed++) {
            Simulation simulation = simulation(seed, new Decider());
            try {
                Duration healing = live(simulation);
                longest = healing.compareTo(longest) > 0 ? healing : longest;
            } catch (AssertionError violation) {
                progress.violated(violation);
            }
            simulation.tally().forEach((kind, count) -> tally.merge(kind, count, Integer::sum));
            progress.done();
        }
        progress.end("the longest healing took " + longest.toSeconds() + " s; " + tally);
        if (!progress.violations().isEmpty()) {
            throw progress.violations().getFirst();
        }
        if (seeds >= SEEDS_IN_CI) {
            Set<Happening> missing = EnumSet.allOf(Happening.class);
            missing.removeAll(tally.keySet());
            assertThat(missing)
                    .as("what never happened, so that nothing is known of it")
                    .isEmpty();
        }
    }

    /** If these weren't noticed, the test above would prove nothing. */
    @ParameterizedTest
    @ValueSource(strings = "dcs-demote")
    void aDecisionWithAHoleIsFound(String row) {
        assertThatThrownBy(() -> {
                    for (int seed = 0; seed < SEEDS_IN_CI; seed++) {
                        live(simulation(seed, Decider.without(row)));
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("it/simulate --seed");
    }

    /** Members that break their word in failsafe mode are noticed, too; see also {@link FailsafeScenarioTest}. */
    @Test
    void aBrokenPromiseIsFound() {
        assertThatThrownBy(() -> {
                    for (int seed = 0; seed < SEEDS_IN_CI; seed++) {
                        live(new Simulation(seed, 3, new Decider(), Plant.FORGETFUL));
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("accepts writes");
    }

    @Test
    void aSeedIsAWholeRun() {
        assertThat(traceOf(7)).isEqualTo(traceOf(7)).isNotEqualTo(traceOf(8));
    }

    private static String traceOf(long seed) {
        Simulation simulation = simulation(seed, new Decider());
        live(simulation);
        return String.join("\n", simulation.trace());
    }

    private static Simulation simulation(long seed, Decider decider) {
        return new Simulation(seed, seed % 5 == 4 ? 5 : 3, decider);
    }

    /** How long it took to heal. */
    static Duration live(Simulation simulation) {
        simulation.run(simulation.chance(0.1) ? simulation.between(Duration.ZERO, TO_BOOTSTRAP) : TO_BOOTSTRAP);
        for (int i = 0; i < FAULTS; i++) {
            simulation.disturbances().disturb();
            simulation.run(simulation.between(Duration.ofSeconds(1), Duration.ofSeconds(60)));
        }
        simulation.heal();
        return simulation.requireHealing(TO_HEAL, QUIET);
    }
}
