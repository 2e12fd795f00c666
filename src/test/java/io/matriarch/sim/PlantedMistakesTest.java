package io.matriarch.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.ha.Decider;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each invariant is shown to be able to fail: a mistake is planted, and has to be found by it in one of the first lives. See also {@link FailsafeScenarioTest}. */
@ExtendWith(QuietAgents.class)
final class PlantedMistakesTest {
    private static final int SEEDS = 400;
    private static final int RACES = 30;
    private static final Mapping QUORUM = Mapping.empty().with("synchronous_mode", "quorum");
    private static final Mapping ASYNCHRONOUS = Mapping.empty().with("synchronous_mode", false);

    @Test
    void aLockThatIsTakenWithoutAComparison() {
        finds(
                Plant.LOCK_BY_PUT.toString(),
                "accepts writes, but the leader key says",
                seed -> new Simulation(seed, 5, new Decider(), Plant.LOCK_BY_PUT, ASYNCHRONOUS),
                PlantedMistakesTest::race);
    }

    /** Four standbys want the lock again and again: two of them have to see within milliseconds that it is free, and the first to be promoted meanwhile. */
    private static void race(Simulation simulation) {
        simulation.requireHealing(Duration.ofMinutes(5), Duration.ofMinutes(1));
        for (int race = 0; race < RACES; race++) {
            simulation.nodes().stream()
                    .filter(node -> node.postgres().acceptsWrites())
                    .forEach(SimulatedNode::die);
            simulation.run(Duration.ofSeconds(40));
            simulation.nodes().forEach(SimulatedNode::boot);
            simulation.run(Duration.ofSeconds(30));
        }
    }

    @Test
    void anElectionThatLooksAtNobodysWal() {
        finds(
                Plant.BLIND_ELECTION.toString(),
                "was promoted without the row that",
                seed -> new Simulation(seed, 3, new Decider(), Plant.BLIND_ELECTION, QUORUM),
                SimulationTest::live);
    }

    @Test
    void theLastCopyIsReplaced() {
        finds(Plant.CLONED_INSTEAD_OF_REWOUND, "the last copy with");
    }

    @Test
    void aForkWithoutAPromotion() {
        finds(Plant.OPENED_WITHOUT_PROMOTION, "where nobody was promoted");
    }

    @Test
    void aClusterThatDoesNotHeal() {
        finds(Plant.FOLLOWS_NOBODY, "doesn't stream from");
    }

    @Test
    void walThatAMemberNeedsIsGivenUp() {
        finds(Plant.PHYSICAL_SLOTS_TOO_FAR, "its member needs WAL before that");
    }

    @Test
    void changesThatNobodyHasConfirmedAreGivenUp() {
        finds(Plant.LOGICAL_SLOTS_TOO_FAR, "the consumer has confirmed up to");
    }

    @Test
    void maintenanceModeThatStopsAPrimaryWithoutDcs() {
        finds(
                "dcs-paused",
                "in maintenance mode, unasked",
                seed -> new Simulation(seed, 3, Decider.without("dcs-paused")),
                SimulationTest::live);
    }

    private static void finds(Plant plant, String what) {
        finds(plant.toString(), what, seed -> new Simulation(seed, 3, new Decider(), plant), SimulationTest::live);
    }

    /** By this invariant; whether others find it too doesn't matter here. */
    private static void finds(
            String plant, String what, LongFunction<Simulation> simulation, Consumer<Simulation> life) {
        long began = System.nanoTime();
        Set<String> others = new TreeSet<>();
        long seed = 0;
        String found = finding(simulation.apply(seed), life);
        while (!found.contains(what) && seed + 1 < SEEDS) {
            others.add(found);
            seed++;
            found = finding(simulation.apply(seed), life);
        }
        assertThat(found)
                .as("%s in %d lives; found otherwise: %s", plant, SEEDS, String.join("; ", others))
                .contains(what);
        System.out.println(plant + " is found by seed " + seed + " (after "
                + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms): " + found);
    }

    private static String finding(Simulation simulation, Consumer<Simulation> life) {
        try {
            life.accept(simulation);
            return "";
        } catch (AssertionError broken) {
            String message = String.valueOf(broken.getMessage());
            return message.substring(0, message.indexOf('\n'));
        }
    }
}
