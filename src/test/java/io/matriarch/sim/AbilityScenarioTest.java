package io.matriarch.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.ha.Decider;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A primary that can't write hands over, if somebody can take over. */
@ExtendWith(QuietAgents.class)
final class AbilityScenarioTest {
    private static final Duration LONG = Duration.ofMinutes(3);

    private final Simulation simulation = new Simulation(0, 3, new Decider());
    private final SimulatedNode former;

    AbilityScenarioTest() {
        simulation.requireHealing(Duration.ofMinutes(5), Duration.ofMinutes(1));
        former = primary();
    }

    private SimulatedNode primary() {
        return simulation.nodes().stream()
                .filter(node -> node.postgres().acceptsWrites())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFullDiskOfThePrimaryHandsOver() {
        former.fillDisk(true);
        simulation.run(LONG);
        assertThat(primary()).isNotSameAs(former);
    }

    @Test
    void fullDisksEverywhereChangeNothing() {
        int timeline = former.postgres().timeline();
        simulation.nodes().forEach(node -> node.fillDisk(true));
        simulation.run(LONG);
        assertThat(primary()).isSameAs(former);
        assertThat(former.postgres().timeline()).isEqualTo(timeline);
    }

    @Test
    void whoseDiskIsFullDoesNotLeadWhileOthersCan() {
        former.fillDisk(true);
        SimulatedNode other = simulation.nodes().stream()
                .filter(node -> node != former)
                .findFirst()
                .orElseThrow();
        other.fillDisk(true);
        simulation.run(LONG);
        assertThat(primary()).isNotIn(former, other);
    }

    @Test
    void aPrimaryThatDoesNotAnswerHandsOver() {
        former.postgres().hang(true);
        simulation.run(LONG);
        assertThat(primary()).isNotSameAs(former);
    }

    @Test
    void aPrimaryWhoseDiskHangsHandsOver() {
        former.postgres().stall(true);
        simulation.run(LONG);
        assertThat(primary()).isNotSameAs(former);
    }

    @Test
    void aPrimaryThatDoesNotAnswerKeepsTheLockWhenNobodyCanTakeOver() {
        simulation.nodes().stream().filter(node -> node != former).forEach(SimulatedNode::die);
        former.postgres().hang(true);
        simulation.run(LONG);
        assertThat(primary()).isSameAs(former);
    }

    @Test
    void aPrimaryThatCrashesAgainAndAgainHandsOver() {
        for (int i = 0; i < 6 && former.postgres().acceptsWrites(); i++) {
            former.postgres().crash();
            simulation.run(Duration.ofSeconds(20));
        }
        simulation.run(Duration.ofMinutes(1));
        assertThat(primary()).isNotSameAs(former);
    }
}
