package io.matriarch.guard;

import io.matriarch.guard.GuardAction.Exit;
import io.matriarch.guard.GuardAction.Say;
import io.matriarch.guard.GuardAction.SendSignal;
import io.matriarch.guard.GuardAction.StartAgent;
import io.matriarch.guard.GuardEvent.SignalArrived;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Carries out what {@link Supervision} decides. */
final class Guard {
    private final SystemCalls calls;
    private final Ticker ticker;
    private final LinkedBlockingQueue<GuardEvent> events = new LinkedBlockingQueue<>();
    private final AgentProcess agent;
    private Supervision supervision = Supervision.begin();
    private Optional<Deadline> nextStart = Optional.empty();

    Guard(SystemCalls calls, AgentCommand command, Ticker ticker) {
        this.calls = calls;
        this.ticker = ticker;
        this.agent = new AgentProcess(calls, command, events::add);
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

    /**
     * Waits for an event, and starts the agent when that's due. The wait will also end before {@link Supervision#leaseUntil} once the guard stops PostgreSQL by itself.
     */
    private GuardEvent nextEvent() throws InterruptedException {
        while (nextStart.isPresent()) {
            @Nullable GuardEvent event = events.poll(nextStart.get().remaining().toNanos(), TimeUnit.NANOSECONDS);
            if (event != null) {
                return event;
            }
            nextStart = Optional.empty();
            agent.start();
        }
        return events.take();
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
                case Exit(int code) -> exit = OptionalInt.of(code);
            }
        }
        return exit;
    }

    private void handleSignals() {
        for (ForwardedSignal signal : ForwardedSignal.values()) {
            Signals.handle(signal.name(), () -> events.add(new SignalArrived(signal)));
        }
        // an inherited "ignore" would hide the children's ends
        Signals.restoreDefault("CHLD");
    }
}
