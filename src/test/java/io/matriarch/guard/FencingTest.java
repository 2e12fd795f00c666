package io.matriarch.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.guard.GuardAction.Exit;
import io.matriarch.guard.GuardAction.KillAgent;
import io.matriarch.guard.GuardAction.ReleaseLeaderKey;
import io.matriarch.guard.GuardAction.Say;
import io.matriarch.guard.GuardAction.StartAgent;
import io.matriarch.guard.GuardAction.StopPostgres;
import io.matriarch.guard.GuardAction.TellSystemd;
import io.matriarch.guard.GuardEvent.AgentAlive;
import io.matriarch.guard.GuardEvent.AgentEnded;
import io.matriarch.guard.GuardEvent.AgentReady;
import io.matriarch.guard.GuardEvent.AgentStarted;
import io.matriarch.guard.GuardEvent.DeadlineReached;
import io.matriarch.guard.GuardEvent.Fenced;
import io.matriarch.guard.GuardEvent.HeartbeatDue;
import io.matriarch.guard.GuardEvent.LeaderKeyReleased;
import io.matriarch.guard.GuardEvent.PostgresStopped;
import io.matriarch.guard.GuardEvent.SignalArrived;
import io.matriarch.guard.GuardEvent.Unfenced;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class FencingTest {
    private static final ProcessId POSTMASTER = new ProcessId(77, 1234);
    private static final AgentEnded KILLED = new AgentEnded(new ExitStatus(true, 9));
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long LEASE = 100 * SECOND;

    private Supervision supervision = Supervision.begin();
    private long now = 42;

    @Test
    void nothingIsDueForAStandbyAndInMaintenanceMode() {
        happen(new AgentStarted(), new AgentReady(), new Fenced(POSTMASTER, LEASE), new Unfenced());
        assertThat(supervision.fencing().dueAt()).isEmpty();
        now = 2 * LEASE;
        assertThat(happen(new DeadlineReached(true))).isEmpty();
    }

    @Test
    void theLeaseOutlivesTheAgentThatToldOfIt() {
        happen(new AgentStarted(), new AgentReady(), new Fenced(POSTMASTER, LEASE), KILLED, new AgentStarted());
        assertThat(supervision.fencing().dueAt()).hasValue(LEASE - Fencing.MARGIN.toNanos());
    }

    @Test
    void beforeTheDeadlineNothingIsStopped() {
        happen(new AgentStarted(), new AgentReady(), new Fenced(POSTMASTER, LEASE));
        now = LEASE - Fencing.MARGIN.toNanos() - 1;
        assertThat(happen(new DeadlineReached(true))).isEmpty();
    }

    @Test
    void aRenewalThatArrivesInTimeMovesTheDeadline() {
        happen(new AgentStarted(), new Fenced(POSTMASTER, LEASE), new Fenced(POSTMASTER, 2 * LEASE));
        now = LEASE;
        assertThat(happen(new DeadlineReached(true))).isEmpty();
    }

    @Test
    void anAgentThatStoppedPostgresItselfIsLeftAlone() {
        happen(new AgentStarted(), new AgentReady(), new Fenced(POSTMASTER, LEASE));
        now = LEASE;
        assertThat(happen(new DeadlineReached(false))).isEmpty();
        assertThat(supervision.fencing().dueAt()).isEmpty();
    }

    @Test
    void agentPostgresKeyAgentInThisOrder() {
        happen(new AgentStarted(), new AgentReady(), new Fenced(POSTMASTER, LEASE));
        now = LEASE - Fencing.MARGIN.toNanos();
        assertThat(happen(new DeadlineReached(true))).containsExactly(new KillAgent(), new StopPostgres(POSTMASTER));
        assertThat(happen(new Fenced(POSTMASTER, 9 * LEASE), KILLED)).isEmpty();
        assertThat(happen(new PostgresStopped(true))).containsExactly(new ReleaseLeaderKey(Fencing.RELEASE));
        assertThat(happen(new LeaderKeyReleased(true))).containsExactly(new StartAgent(Duration.ZERO));
    }

    @Test
    void theKeyOfAPostgresThatIsNotProvenDeadIsLeftToRunOut() {
        fence();
        assertThat(happen(new PostgresStopped(false)))
                .containsExactly(new StartAgent(Fencing.SURELY_OVER.plus(Fencing.MARGIN)));
    }

    @Test
    void noAgentStartsWhileAKeyMayStillBeGivenBackLate() {
        fence();
        happen(new PostgresStopped(true));
        assertThat(happen(new LeaderKeyReleased(false)))
                .containsExactly(new StartAgent(Fencing.SURELY_OVER.plus(Fencing.MARGIN)));
    }

    @Test
    void anAgentThatDiesLateIsReplacedOnce() {
        happen(new AgentStarted(), new AgentReady(), new Fenced(POSTMASTER, LEASE));
        now = LEASE;
        happen(new DeadlineReached(true), new PostgresStopped(true));
        assertThat(happen(new LeaderKeyReleased(true))).isEmpty();
        assertThat(happen(KILLED)).containsExactly(new StartAgent(Duration.ZERO));
    }

    @Test
    void aRequestToStopWaitsForTheEnd() {
        fence();
        assertThat(happen(new SignalArrived(ForwardedSignal.TERM))).isEmpty();
        happen(new PostgresStopped(true));
        assertThat(happen(new LeaderKeyReleased(true))).containsExactly(new Exit(143));
    }

    @Test
    void aSilentAgentIsKilledAndOneThatTalksIsNot() {
        happen(new AgentStarted(), new AgentReady(), new AgentAlive());
        for (int missed = 1; missed < Supervision.FROZEN; missed++) {
            assertThat(happen(new HeartbeatDue())).isEmpty();
        }
        happen(new AgentAlive());
        for (int missed = 1; missed < Supervision.FROZEN; missed++) {
            assertThat(happen(new HeartbeatDue())).isEmpty();
        }
        assertThat(happen(new HeartbeatDue())).containsExactly(new KillAgent());
    }

    /** Whatever happens in whatever order. */
    @Property(tries = 3000)
    void aKeyIsGivenBackOnlyAfterAProvenStopAndNoAgentStartsInBetween(@ForAll("events") List<GuardEvent> events) {
        Supervision tried = Supervision.begin();
        boolean stopping = false;
        long clock = 0;
        for (GuardEvent event : events) {
            clock += SECOND;
            Supervision.Step step = tried.on(event, clock);
            for (GuardAction action : step.actions()) {
                switch (action) {
                    case StopPostgres _ -> {
                        assertThat(event).isEqualTo(new DeadlineReached(true));
                        stopping = true;
                    }
                    case ReleaseLeaderKey _ -> {
                        assertThat(stopping).isTrue();
                        assertThat(event).isEqualTo(new PostgresStopped(true));
                        stopping = false;
                    }
                    case StartAgent _ ->
                        assertThat(step.next().fencing().inProgress()).isFalse();
                    case KillAgent _,
                            Exit _,
                            Say _,
                            TellSystemd _,
                            GuardAction.TellStatus _,
                            GuardAction.SendSignal _,
                            GuardAction.AnswerAgent _ -> {}
                }
            }
            if (event instanceof PostgresStopped) {
                stopping = false;
            }
            tried = step.next();
        }
    }

    @Provide
    Arbitrary<List<GuardEvent>> events() {
        return Arbitraries.<GuardEvent>of(
                        new AgentStarted(),
                        new AgentReady(),
                        new AgentAlive(),
                        new GuardEvent.AgentStatus("no action"),
                        new Fenced(POSTMASTER, 0),
                        new Fenced(POSTMASTER, LEASE),
                        new Unfenced(),
                        KILLED,
                        new HeartbeatDue(),
                        new DeadlineReached(true),
                        new DeadlineReached(false),
                        new PostgresStopped(true),
                        new PostgresStopped(false),
                        new LeaderKeyReleased(true),
                        new LeaderKeyReleased(false),
                        new SignalArrived(ForwardedSignal.TERM),
                        new SignalArrived(ForwardedSignal.HUP))
                .list()
                .ofMaxSize(60);
    }

    private void fence() {
        happen(new AgentStarted(), new AgentReady(), new Fenced(POSTMASTER, LEASE));
        now = LEASE - Fencing.MARGIN.toNanos();
        happen(new DeadlineReached(true), KILLED);
    }

    /** What the last of {@code events} leads to, without what is logged and what systemd and the agent are told. */
    private List<GuardAction> happen(GuardEvent... events) {
        List<GuardAction> actions = new ArrayList<>();
        for (GuardEvent event : events) {
            Supervision.Step step = supervision.on(event, now);
            supervision = step.next();
            actions.clear();
            actions.addAll(step.actions());
        }
        actions.removeIf(action -> action instanceof Say
                || action instanceof TellSystemd
                || action instanceof GuardAction.TellStatus
                || action instanceof GuardAction.AnswerAgent);
        return actions;
    }
}
