package io.matriarch.guard;

import io.matriarch.guard.GuardAction.AnswerAgent;
import io.matriarch.guard.GuardAction.Exit;
import io.matriarch.guard.GuardAction.KillAgent;
import io.matriarch.guard.GuardAction.ReleaseLeaderKey;
import io.matriarch.guard.GuardAction.Say;
import io.matriarch.guard.GuardAction.SendSignal;
import io.matriarch.guard.GuardAction.StartAgent;
import io.matriarch.guard.GuardAction.StopPostgres;
import io.matriarch.guard.GuardAction.SystemdState;
import io.matriarch.guard.GuardAction.TellStatus;
import io.matriarch.guard.GuardAction.TellSystemd;
import io.matriarch.guard.GuardEvent.DeadlineReached;
import io.matriarch.guard.GuardEvent.HeartbeatDue;
import io.matriarch.guard.GuardEvent.PostgresStopped;
import io.matriarch.guard.GuardEvent.SignalArrived;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Carries out what {@link Supervision} decides. */
final class Guard {
    private final SystemCalls calls;
    private final Ticker ticker;
    private final ProcessTable table = new ProcessTable();
    private final LinkedBlockingQueue<GuardEvent> events = new LinkedBlockingQueue<>();
    private final AgentProcess agent;
    private final Systemd systemd;
    private final Duration heartbeat;
    private Supervision supervision = Supervision.begin();
    private Optional<Deadline> nextStart = Optional.empty();
    private Optional<Deadline> releaseUntil = Optional.empty();
    private Deadline nextHeartbeat;

    Guard(SystemCalls calls, AgentCommand command, Ticker ticker) {
        this.calls = calls;
        this.ticker = ticker;
        this.agent = new AgentProcess(calls, command, events::add);
        this.systemd =
                Systemd.of(calls, System.getenv(), ProcessHandle.current().pid());
        this.heartbeat = systemd.heartbeat()
                .filter(wanted -> wanted.compareTo(Supervision.HEARTBEAT) < 0)
                .orElse(Supervision.HEARTBEAT);
        this.nextHeartbeat = Deadline.after(ticker, Supervision.HEARTBEAT);
    }

    /** Runs until the agent ends for good; returns the exit code. */
    int run() throws InterruptedException {
        calls.becomeSubreaper();
        handleSignals();
        agent.start();
        Thread.ofPlatform().daemon().name("reaper").start(agent::reapChildren);
        while (true) {
            OptionalInt code = handle(nextEvent());
            if (code.isPresent()) {
                return code.getAsInt();
            }
        }
    }

    /** Waits for an event, and does what has become due. The waits are short, since they go on too long when the machine is suspended. */
    private GuardEvent nextEvent() throws InterruptedException {
        while (true) {
            @Nullable GuardEvent event = events.poll(patience().toNanos(), TimeUnit.NANOSECONDS);
            if (event != null) {
                return event;
            }
            if (supervision.fencing().dueAt().isPresent()
                    && supervision.fencing().dueAt().getAsLong() - ticker.nanos() <= 0) {
                return new DeadlineReached(supervision
                        .fencing()
                        .fenced()
                        .filter(fence -> table.isAlive(fence.postmaster()))
                        .isPresent());
            }
            if (releaseUntil.filter(Deadline::expired).isPresent()) {
                releaseUntil = Optional.empty();
                agent.abandonRelease();
            }
            if (nextStart.filter(Deadline::expired).isPresent()) {
                nextStart = Optional.empty();
                agent.start();
            }
            if (nextHeartbeat.expired()) {
                nextHeartbeat = Deadline.after(ticker, heartbeat);
                return new HeartbeatDue();
            }
        }
    }

    private Duration patience() {
        Duration patience = nextHeartbeat.remaining();
        if (nextStart.isPresent()) {
            patience = shorter(patience, nextStart.get().remaining());
        }
        if (releaseUntil.isPresent()) {
            patience = shorter(patience, releaseUntil.get().remaining());
        }
        if (supervision.fencing().dueAt().isPresent()) {
            long left = supervision.fencing().dueAt().getAsLong() - ticker.nanos();
            patience = shorter(patience, Duration.ofNanos(Math.max(0, left)));
        }
        return patience;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private OptionalInt handle(GuardEvent event) {
        Supervision.Step step = supervision.on(event, ticker.nanos());
        supervision = step.next();
        OptionalInt exit = OptionalInt.empty();
        for (GuardAction action : step.actions()) {
            switch (action) {
                case Say(GuardAction.Severity severity, String text) -> GuardLog.say(severity, text);
                case SendSignal(ForwardedSignal signal) -> agent.signal(signal);
                case StartAgent start -> nextStart = Optional.of(Deadline.after(ticker, start.after()));
                case KillAgent _ -> agent.kill();
                case AnswerAgent _ -> agent.answer();
                case StopPostgres(ProcessId postmaster) -> stopPostgres(postmaster);
                case ReleaseLeaderKey(Duration patience) -> {
                    releaseUntil = Optional.of(Deadline.after(ticker, patience));
                    agent.releaseLeaderKey();
                }
                case TellStatus(String text) -> systemd.tellStatus(text);
                case TellSystemd(SystemdState state) -> systemd.tell(state);
                case Exit(int code) -> exit = OptionalInt.of(code);
            }
        }
        return exit;
    }

    private void stopPostgres(ProcessId postmaster) {
        Thread.ofPlatform().daemon().name("fence").start(() -> {
            try {
                events.add(new PostgresStopped(new PostgresStop(calls, table, ticker).stop(postmaster)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void handleSignals() {
        for (ForwardedSignal signal : ForwardedSignal.values()) {
            Signals.handle(signal.name(), () -> events.add(new SignalArrived(signal)));
        }
        // an inherited "ignore" would hide the children's ends
        Signals.restoreDefault("CHLD");
    }
}
