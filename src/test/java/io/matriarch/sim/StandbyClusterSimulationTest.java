package io.matriarch.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.ha.Decider;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Lives of standby clusters: born as such or made so, promoted and demoted, with a remote cluster that fails over, and all faults besides. */
@ExtendWith(QuietAgents.class)
final class StandbyClusterSimulationTest {
    private static final int SEEDS_IN_CI = 80;
    private static final int FAULTS = 10;
    private static final Duration TO_BOOTSTRAP = Duration.ofMinutes(3);
    private static final Duration TO_HEAL = Duration.ofMinutes(6);
    private static final Duration TO_KNOW_THE_FORK = Duration.ofMinutes(3);
    private static final Duration QUIET = Duration.ofMinutes(1);
    private static final Mapping SECTION = Mapping.empty()
            .with("standby_cluster", Mapping.empty().with("host", "remote").with("port", 5432));
    /** Logical slots would be dropped and made anew at each change: their consumers begin anew, too. */
    private static final Mapping BORN = SECTION.with("slots", new Value.Null());

    private static final Mapping NONE = Mapping.empty().with("standby_cluster", new Value.Null());

    @Test
    void followsTheRemotePrimaryThroughAllFaults() {
        int seeds = Math.min(Integer.getInteger("matriarch.seeds", SEEDS_IN_CI), 5000);
        int promoted = 0;
        for (long seed = 0; seed < seeds; seed++) {
            Simulation simulation = new Simulation(seed, 3, new Decider(), BORN);
            simulation.run(TO_BOOTSTRAP);
            boolean standby = true;
            for (int i = 0; i < FAULTS; i++) {
                standby = somethingHappens(simulation, standby);
                promoted += standby ? 0 : 1;
                simulation.run(simulation.between(Duration.ofSeconds(1), Duration.ofSeconds(60)));
            }
            simulation.heal();
            simulation.requireHealing(TO_HEAL, QUIET);
        }
        if (seeds >= SEEDS_IN_CI) {
            assertThat(promoted).as("moments after a promotion").isPositive();
        }
    }

    private static boolean somethingHappens(Simulation simulation, boolean standby) {
        Disturbances disturbances = simulation.disturbances();
        // without any copy of its own that stays there is nothing to make an ordinary cluster of
        boolean copied =
                simulation.nodes().stream().anyMatch(node -> node.postgres().keepsData());
        if (simulation.chance(0.15) && copied) {
            disturbances.setConfig(standby ? NONE : SECTION);
            simulation.invariants().personAsked();
            return !standby;
        }
        if (simulation.chance(0.15)) {
            disturbances.remoteFailsOver();
        } else {
            disturbances.disturb();
        }
        return standby;
    }

    /** The others have the timeline of the promotion, and the standby leader, which was rewound, stays where it began. */
    @Test
    void aPromotionAndBackWhileTheRemotePrimaryIsQuietBringsEverybodyBack() {
        for (long seed = 0; seed < 10; seed++) {
            Simulation simulation = new Simulation(seed, 3, new Decider(), BORN);
            simulation.run(TO_BOOTSTRAP);
            simulation.remoteIsQuiet();
            simulation.invariants().personAsked();
            simulation.disturbances().setConfig(NONE);
            simulation.run(Duration.ofMinutes(1));
            assertThat(simulation.nodes()).anyMatch(node -> node.postgres().acceptsWrites());
            simulation.invariants().personAsked();
            simulation.disturbances().setConfig(SECTION);
            simulation.run(TO_KNOW_THE_FORK);
            simulation.requireHealing(TO_HEAL, QUIET);
            assertThat(simulation.nodes())
                    .allMatch(node ->
                            node.postgres().length() == simulation.remote().length());
        }
    }

    @Test
    void anOrdinaryClusterBecomesAStandbyClusterAndBack() {
        Simulation simulation = new Simulation(1, 3, new Decider());
        simulation.run(TO_BOOTSTRAP);
        SimulatedPostgres primary = simulation.nodes().stream()
                .map(SimulatedNode::postgres)
                .filter(SimulatedPostgres::acceptsWrites)
                .findFirst()
                .orElseThrow();
        simulation.invariants().promotedElsewhere(simulation.remote().takeOverFrom(primary));
        simulation.disturbances().setConfig(SECTION);
        simulation.requireHealing(TO_HEAL, QUIET);
        assertThat(simulation.nodes()).noneMatch(node -> node.postgres().acceptsWrites());
        simulation.disturbances().setConfig(NONE);
        simulation.requireHealing(TO_HEAL, QUIET);
    }
}
