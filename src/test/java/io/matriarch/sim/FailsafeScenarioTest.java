package io.matriarch.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.ha.Decider;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What failsafe mode is for, and what must not come of it (docs/failsafe.md). */
@ExtendWith(QuietAgents.class)
final class FailsafeScenarioTest {
    private static final Duration LONG = Duration.ofMinutes(3);

    /** A healthy cluster of three in that mode; seeds name modes. */
    private static Simulation healthy(Simulation.FailsafeMode mode, Plant plant) {
        Simulation simulation =
                new Simulation(List.of(Simulation.FailsafeMode.values()).indexOf(mode), 3, new Decider(), plant);
        simulation.requireHealing(Duration.ofMinutes(5), Duration.ofMinutes(1));
        return simulation;
    }

    private static SimulatedNode primary(Simulation simulation) {
        return simulation.nodes().stream()
                .filter(node -> node.postgres().acceptsWrites())
                .findFirst()
                .orElseThrow();
    }

    private static List<SimulatedNode> standbys(Simulation simulation) {
        return simulation.nodes().stream()
                .filter(node -> !node.postgres().acceptsWrites())
                .toList();
    }

    @Test
    void withoutFailsafeModeThePrimaryStops() {
        Simulation simulation = healthy(Simulation.FailsafeMode.OFF, Plant.NOTHING);
        SimulatedNode primary = primary(simulation);
        simulation.network().etcdDown(true);
        simulation.run(LONG);
        assertThat(primary.postgres().acceptsWrites()).isFalse();
    }

    @Test
    void withoutEtcdThePrimaryGoesOnWhileAllAccept() {
        Simulation simulation = healthy(Simulation.FailsafeMode.ALL, Plant.NOTHING);
        SimulatedNode primary = primary(simulation);
        simulation.network().etcdDown(true);
        simulation.run(LONG);
        assertThat(primary.postgres().acceptsWrites()).as("goes on").isTrue();
        standbys(simulation).getFirst().die();
        simulation.run(LONG);
        assertThat(primary.postgres().acceptsWrites())
                .as("goes on without one of them")
                .isFalse();
    }

    @Test
    void withoutEtcdThePrimaryGoesOnWithAMajority() {
        Simulation simulation = healthy(Simulation.FailsafeMode.MAJORITY, Plant.NOTHING);
        SimulatedNode primary = primary(simulation);
        List<SimulatedNode> standbys = standbys(simulation);
        simulation.network().etcdDown(true);
        standbys.getFirst().die();
        simulation.run(LONG);
        assertThat(primary.postgres().acceptsWrites())
                .as("goes on without one of them")
                .isTrue();
        standbys.getLast().die();
        simulation.run(LONG);
        assertThat(primary.postgres().acceptsWrites()).as("goes on alone").isFalse();
    }

    @Test
    void thePrimaryTakesTheLockAgainWhenEtcdIsBack() {
        for (Simulation.FailsafeMode mode : List.of(Simulation.FailsafeMode.ALL, Simulation.FailsafeMode.MAJORITY)) {
            Simulation simulation = healthy(mode, Plant.NOTHING);
            SimulatedNode primary = primary(simulation);
            int timeline = primary.postgres().timeline();
            simulation.network().etcdDown(true);
            simulation.run(LONG);
            simulation.network().etcdDown(false);
            simulation.requireHealing(Duration.ofMinutes(1), Duration.ofMinutes(1));
            assertThat(primary.postgres().acceptsWrites()).isTrue();
            assertThat(primary.postgres().timeline()).isEqualTo(timeline);
        }
    }

    @Test
    void whoIsCutOffFromThePrimaryDoesNotRaceWhileAMajorityLetsItGoOn() {
        Simulation simulation = cutBetween(Plant.NOTHING);
        SimulatedNode primary = primary(simulation);
        simulation.run(LONG);
        assertThat(primary.postgres().acceptsWrites()).isTrue();
    }

    @Test
    void aMemberThatPledgesAgainstItsPromiseIsFound() {
        Simulation simulation = cutBetween(Plant.PERJURED);
        assertThatThrownBy(() -> simulation.run(LONG))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("accepts writes");
    }

    /** The primary reaches one standby only and not etcd; the other standby, which reaches both etcd and the first one, is to take over. */
    private static Simulation cutBetween(Plant plant) {
        Simulation simulation = healthy(Simulation.FailsafeMode.MAJORITY, plant);
        String primary = primary(simulation).name();
        String apart = standbys(simulation).getFirst().name();
        simulation.network().cutFromEtcd(primary, true);
        simulation.network().cutLink(primary, apart, true);
        simulation.run(Duration.ofMinutes(1));
        simulation.disturbances().askFailover(apart);
        return simulation;
    }
}
