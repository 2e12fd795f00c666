package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens between the steps, nobody who may be elected lacks an acknowledged commit; and the steps come to an end. */
final class SyncPlannerTest {
    private static final int LIVES = 3_000;
    private static final int EVENTS = 120;

    enum Mode {
        STANDBYS(false, false),
        STRICT_STANDBYS(false, true),
        QUORUM(true, false),
        STRICT_QUORUM(true, true);

        private final boolean quorum;
        private final boolean strict;

        Mode(boolean quorum, boolean strict) {
            this.quorum = quorum;
            this.strict = strict;
        }

        SyncPlan.Planner planner() {
            return quorum ? new QuorumPlanner() : new SyncStandbyPlanner();
        }
    }

    @HardCase(47)
    @ParameterizedTest
    @EnumSource
    void noAcknowledgedCommitIsEverLost(Mode mode) {
        int elections = 0;
        for (int seed = 0; seed < LIVES; seed++) {
            SyncModel model = new SyncModel(seed, mode.planner(), mode.quorum, mode.strict);
            for (int event = 0; event < EVENTS; event++) {
                model.happen();
                model.requireSafety();
            }
            elections += model.elections();
            model.requireEnd();
        }
        assertThat(elections).as("elections, without which nothing is shown").isGreaterThan(LIVES / 2);
    }

    @Test
    void aPlannerThatChangesTheNamesFirstIsFound() {
        SyncPlan.Planner careless = facts -> {
            var names = SyncFacts.namesOf(facts.candidates());
            var wanted =
                    io.matriarch.cluster.SynchronousStandbyNames.any(Math.min(facts.wanted(), names.size()), names);
            return facts.names().sameAs(wanted) ? new QuorumPlanner().next(facts) : SyncPlan.set(wanted);
        };
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> {
                    for (int seed = 0; seed < LIVES; seed++) {
                        SyncModel model = new SyncModel(seed, careless, true, false);
                        for (int event = 0; event < EVENTS; event++) {
                            model.happen();
                            model.requireSafety();
                        }
                    }
                })
                .isInstanceOf(AssertionError.class);
    }
}
