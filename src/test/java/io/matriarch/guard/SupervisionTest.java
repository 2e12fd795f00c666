package io.matriarch.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.guard.GuardAction.Exit;
import io.matriarch.guard.GuardAction.Say;
import io.matriarch.guard.GuardAction.SendSignal;
import io.matriarch.guard.GuardAction.StartAgent;
import io.matriarch.guard.GuardAction.TellStatus;
import io.matriarch.guard.GuardEvent.AgentEnded;
import io.matriarch.guard.GuardEvent.AgentExiting;
import io.matriarch.guard.GuardEvent.AgentReady;
import io.matriarch.guard.GuardEvent.AgentStarted;
import io.matriarch.guard.GuardEvent.AgentStoppable;
import io.matriarch.guard.GuardEvent.SignalArrived;
import io.matriarch.guard.Supervision.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SupervisionTest {
    private static final GuardEvent KILLED = new AgentEnded(new ExitStatus(true, 9));
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private Supervision supervision = Supervision.begin();
    private long now = 42;

    @Test
    void anAgentThatWasKilledIsRestartedAtOnce() {
        happen(new AgentStarted(), new AgentReady());
        now += 60 * SECOND;
        assertThat(happen(KILLED)).containsExactly(new StartAgent(Duration.ZERO));
    }

    @Test
    void systemdIsToldWhatTheAgentSaysItDoesAndThatItDied() {
        happen(new AgentStarted(), new AgentReady());
        assertThat(supervision
                        .on(new GuardEvent.AgentStatus("I am (node1)"), now)
                        .actions())
                .containsExactly(new TellStatus("I am (node1)"));
        now += 60 * SECOND;
        assertThat(supervision.on(KILLED, now).actions())
                .contains(new TellStatus("the agent was ended by signal 9, another one starts"));
    }

    @Test
    void anUnexpectedEndWithStatusZeroIsRestartedToo() {
        happen(new AgentStarted(), new AgentReady());
        now += 60 * SECOND;
        assertThat(happen(ended(0))).containsExactly(new StartAgent(Duration.ZERO));
    }

    @Test
    void whatTheAgentAnnouncesIsTheExitCode() {
        happen(new AgentStarted(), new AgentExiting(1));
        assertThat(happen(ended(143))).containsExactly(new Exit(1));
    }

    @Test
    void anAnnouncementCountsForTheAgentThatMadeItOnly() {
        happen(new AgentStarted(), new AgentReady());
        now += 60 * SECOND;
        happen(KILLED, new AgentStarted());
        assertThat(supervision.announced()).isEmpty();
    }

    @Test
    void aRequestToStopIsPassedOnAtOnceAndEndsTheGuardWithTheAgentsCode() {
        happen(new AgentStarted());
        assertThat(happen(new SignalArrived(ForwardedSignal.TERM)))
                .containsExactly(new SendSignal(ForwardedSignal.TERM));
        assertThat(happen(ended(0))).containsExactly(new Exit(0));
    }

    /** Between the start of the process and its own handlers a signal may be swallowed by the runtime. */
    @Test
    void aRequestToStopIsRepeatedOnceTheAgentHeedsIt() {
        happen(new AgentStarted(), new SignalArrived(ForwardedSignal.TERM));
        assertThat(happen(new AgentStoppable())).containsExactly(new SendSignal(ForwardedSignal.TERM));
        assertThat(happen(ended(0))).containsExactly(new Exit(0));
    }

    @Test
    void nobodyIsToldToStopUnasked() {
        assertThat(happen(new AgentStarted(), new AgentStoppable(), new AgentReady()))
                .isEmpty();
    }

    @Test
    void anAgentKilledWhileStoppingIsNotRestarted() {
        happen(new AgentStarted(), new AgentReady(), new SignalArrived(ForwardedSignal.INT));
        assertThat(happen(KILLED)).containsExactly(new Exit(137));
    }

    @Test
    void aRequestToStopBetweenTwoAgentsEndsTheGuard() {
        happen(new AgentStarted(), KILLED);
        assertThat(happen(new SignalArrived(ForwardedSignal.TERM))).containsExactly(new Exit(143));
    }

    @Test
    void otherSignalsWaitUntilTheAgentCanHandleThem() {
        happen(new AgentStarted());
        assertThat(happen(new SignalArrived(ForwardedSignal.HUP), new SignalArrived(ForwardedSignal.HUP)))
                .isEmpty();
        assertThat(happen(new AgentReady())).containsExactly(new SendSignal(ForwardedSignal.HUP));
        assertThat(happen(new SignalArrived(ForwardedSignal.HUP))).containsExactly(new SendSignal(ForwardedSignal.HUP));
    }

    @Test
    void signalsForAnAgentThatDiedAreNotSentToTheNext() {
        happen(new AgentStarted(), new SignalArrived(ForwardedSignal.HUP), KILLED, new AgentStarted());
        assertThat(happen(new AgentReady())).isEmpty();
    }

    @Test
    void anAgentThatNeverGetsReadyIsGivenUp() {
        List<GuardAction> actions = new ArrayList<>();
        for (int death = 0; death < Supervision.HOPELESS; death++) {
            assertThat(actions).doesNotHaveAnyElementsOfTypes(Exit.class);
            actions.addAll(happen(new AgentStarted(), ended(3)));
        }
        assertThat(actions).endsWith(new Exit(3));
        assertThat(actions.stream().filter(StartAgent.class::isInstance)).hasSize(Supervision.HOPELESS - 1);
    }

    @Test
    void givingUpIsNeverSuccess() {
        List<GuardAction> actions = List.of();
        for (int death = 0; death < Supervision.HOPELESS; death++) {
            actions = happen(new AgentStarted(), ended(0));
        }
        assertThat(actions).containsExactly(new Exit(1));
    }

    @Property
    void onceReadyTheGuardNeverGivesUpAndNeverPausesLong(@ForAll @IntRange(min = 1, max = 200) int deaths) {
        Supervision tried = new SupervisionTest().afterReady();
        for (int death = 0; death < deaths; death++) {
            Step step = tried.on(new AgentStarted(), death).next().on(KILLED, death);
            tried = step.next();
            assertThat(step.actions()).hasAtLeastOneElementOfType(StartAgent.class);
        }
        assertThat(Supervision.pauseAfter(deaths)).isBetween(Duration.ZERO, Duration.ofSeconds(5));
        assertThat(Supervision.pauseAfter(deaths)).isLessThanOrEqualTo(Supervision.pauseAfter(deaths + 1));
    }

    private Supervision afterReady() {
        happen(new AgentStarted(), new AgentReady());
        return supervision;
    }

    /** What the last of {@code events} leads to, without what is logged. */
    private List<GuardAction> happen(GuardEvent... events) {
        List<GuardAction> actions = List.of();
        for (GuardEvent event : events) {
            Step step = supervision.on(event, now);
            supervision = step.next();
            actions = step.actions();
        }
        return actions.stream()
                .filter(action -> !(action instanceof Say
                        || action instanceof TellStatus
                        || action instanceof GuardAction.TellSystemd))
                .toList();
    }

    private static GuardEvent ended(int status) {
        return new AgentEnded(new ExitStatus(false, status));
    }
}
