package io.matriarch.ha;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What is never done with a watchdog, whatever is seen; and that what should be done, is. */
final class WatchdogRowsTest {
    private static final int OBSERVATIONS = 30_000;
    private static final int STEPS = 6;

    private record Seen(Observation observation, Decision decision) {}

    /** What is decided first, and then in the same cycle when all that is done succeeds. */
    private static List<Seen> decisions(Predicate<Decision> which) {
        Decider decider = new Decider();
        List<Seen> found = new ArrayList<>();
        for (long seed = 0; seed < OBSERVATIONS; seed++) {
            Observation first = new RandomObservations(seed).next(1_000_000_000_000L);
            Seen seen = new Seen(first, decider.decide(first, Memory.INITIAL));
            for (int step = 0; step < STEPS; step++) {
                if (which.test(seen.decision())) {
                    found.add(seen);
                }
                seen = next(decider, seen, new Outcome.Result.Done());
            }
        }
        assertThat(found).as("otherwise this proves nothing").isNotEmpty();
        return found;
    }

    private static Seen next(Decider decider, Seen seen, Outcome.Result result) {
        Observation before = seen.observation();
        Action action = seen.decision().action();
        List<Outcome> outcomes = new ArrayList<>(before.outcomes());
        outcomes.add(new Outcome(action, result));
        boolean activated = action instanceof Action.ActivateWatchdog && result instanceof Outcome.Result.Done;
        WatchdogState watchdog = before.watchdog();
        Observation now = new Observation(
                before.self(),
                before.tags(),
                before.beginnings(),
                before.now(),
                before.wallClock(),
                before.cluster(),
                before.config(),
                before.leaseUntil(),
                before.server(),
                before.peers(),
                outcomes,
                activated
                        ? new WatchdogState(watchdog.wanted(), watchdog.required(), true, watchdog.usable())
                        : watchdog,
                before.request(),
                before.failsafe(),
                before.ability());
        return new Seen(now, decider.decide(now, seen.decision().memory()));
    }

    private static boolean begins(Decision decision, Class<? extends Operation> kind) {
        return decision.action() instanceof Action.Begin(Operation operation) && kind.isInstance(operation);
    }

    @Test
    void nobodyIsPromotedBeforeItIsActive() {
        for (Seen seen : decisions(decision -> begins(decision, Operation.Promote.class))) {
            WatchdogState watchdog = seen.observation().watchdog();
            boolean paused = seen.observation().config().paused(); // it is off then
            assertThat(watchdog.wanted() && !watchdog.active() && !paused)
                    .as("%s", seen)
                    .isFalse();
        }
    }

    @Test
    void whoMustHaveItAndCannotDoesNotLead() {
        for (Seen seen : decisions(decision -> decision.action() instanceof Action.ActivateWatchdog)) {
            Decision refused = next(new Decider(), seen, new Outcome.Result.Refused("no device"))
                    .decision();
            boolean primary = seen.observation().server().isPrimary();
            assertThat(refused.row())
                    .as("%s", seen)
                    .isIn(
                            primary ? "watchdog-refused-primary" : "watchdog-refused",
                            "leader-renew",
                            "leader-lost",
                            "leader-unconfirmed",
                            "leader-request-done",
                            "leader-request-void",
                            "leader-request-ask",
                            "leader-restart",
                            "leader-hand-over");
            assertThat(begins(refused, Operation.Promote.class)).isFalse();
        }
    }

    /** It stays armed as long as a backend may still write. */
    @HardCase(22)
    @Test
    void itIsDisarmedOnlyWhenNothingAcceptsWrites() {
        for (Seen seen : decisions(decision -> decision.action() instanceof Action.DisarmWatchdog)) {
            Observation observation = seen.observation();
            boolean checkpointed = observation.server().dataDirectory() instanceof DataDirectory.Present present
                    && present.control().shutDownCleanly();
            boolean recovers = observation
                    .server()
                    .reading()
                    .filter(reading -> reading.inRecovery())
                    .isPresent();
            assertThat(observation.config().paused()
                            || !observation.server().postmasterAlive()
                            || checkpointed
                            || recovers)
                    .as("%s", seen)
                    .isTrue();
        }
    }

    @Test
    void whereItIsOffNobodyTouchesIt() {
        for (Seen seen : decisions(decision -> decision.action() instanceof Action.ActivateWatchdog
                || decision.action() instanceof Action.DisarmWatchdog)) {
            assertThat(seen.observation().watchdog()).isNotEqualTo(WatchdogState.OFF);
        }
    }
}
