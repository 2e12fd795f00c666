package io.matriarch.guard;

import io.matriarch.guard.GuardAction.Severity;
import io.matriarch.guard.GuardEvent.AgentEnded;
import io.matriarch.guard.SystemCalls.DeadChild;
import io.matriarch.guard.SystemCalls.Pipe;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The agent's process, at most one at a time. Between its death and its reaping its process id belongs to nobody else, and only then is it forgotten: so a signal
 * never reaches a stranger.
 */
final class AgentProcess {
    /** How long a dead agent's last words may take to arrive; they are in the pipe already. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    /** Where a shell would say that the program can't be run. */
    private static final ExitStatus UNSTARTABLE = new ExitStatus(false, 126);

    private static final byte[] ALIVE = {'\n'};

    private final SystemCalls calls;
    private final AgentCommand command;
    private final Consumer<GuardEvent> events;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition started = lock.newCondition();
    private Optional<Running> running = Optional.empty();
    private Optional<Long> releasing = Optional.empty();

    /** @param toAgent says that the guard is alive; the agent sees its end when the guard is gone */
    private record Running(long pid, int toAgent, Thread listener) {}

    AgentProcess(SystemCalls calls, AgentCommand command, Consumer<GuardEvent> events) {
        this.calls = calls;
        this.command = command;
        this.events = events;
    }

    /** Starts the agent; a failure is told as its immediate death. */
    void start() {
        lock.lock();
        try {
            // before the agent can say a word
            events.accept(new GuardEvent.AgentStarted());
            running = Optional.of(spawn());
            started.signalAll();
        } catch (SystemCalls.SystemCallException | IOException e) {
            GuardLog.say(Severity.ERROR, "Can't start the agent: " + e.getMessage());
            events.accept(new AgentEnded(UNSTARTABLE));
        } finally {
            lock.unlock();
        }
    }

    private Running spawn() throws IOException {
        Pipe toAgent = calls.pipe();
        Pipe fromAgent = calls.pipe();
        FileInputStream words = new FileInputStream("/proc/self/fd/" + fromAgent.readEnd());
        try {
            long pid = calls.spawn(
                    command.executable(),
                    command.arguments(),
                    command.environmentWith(GuardLink.VARIABLE, toAgent.readEnd() + "," + fromAgent.writeEnd()),
                    List.of(toAgent.readEnd(), fromAgent.writeEnd()));
            Thread listener = Thread.ofPlatform().daemon().name("agent-words").start(() -> listen(words));
            return new Running(pid, toAgent.writeEnd(), listener);
        } catch (SystemCalls.SystemCallException e) {
            calls.close(toAgent.writeEnd());
            words.close();
            throw e;
        } finally {
            calls.close(toAgent.readEnd());
            calls.close(fromAgent.readEnd());
            calls.close(fromAgent.writeEnd());
        }
    }

    private void listen(FileInputStream stream) {
        try (BufferedReader words = new BufferedReader(new InputStreamReader(stream, StandardCharsets.US_ASCII))) {
            for (String line = words.readLine(); line != null; line = words.readLine()) {
                LinkProtocol.parse(line).ifPresent(events);
            }
        } catch (IOException e) {
            GuardLog.say(Severity.WARNING, "Can't hear the agent any more: " + e.getMessage());
        }
    }

    void signal(ForwardedSignal signal) {
        lock.lock();
        try {
            running.ifPresent(agent -> calls.kill(agent.pid(), signal.number()));
        } finally {
            lock.unlock();
        }
    }

    /** A frozen one, too. */
    void kill() {
        lock.lock();
        try {
            running.ifPresent(agent -> calls.kill(agent.pid(), SystemCalls.SIGKILL));
        } finally {
            lock.unlock();
        }
    }

    /** Tells the agent that the guard is alive. */
    void answer() {
        lock.lock();
        try {
            running.ifPresent(agent -> calls.write(agent.toAgent(), ALIVE));
        } finally {
            lock.unlock();
        }
    }

    /** Runs the program that gives the leader key back; an event tells how it ended. */
    void releaseLeaderKey() {
        lock.lock();
        try {
            releasing = Optional.of(
                    calls.spawn(command.executable(), command.releaseArguments(), command.environment(), List.of()));
            started.signalAll();
        } catch (SystemCalls.SystemCallException e) {
            GuardLog.say(Severity.ERROR, "Can't give the leader lock back: " + e.getMessage());
            events.accept(new GuardEvent.LeaderKeyReleased(false));
        } finally {
            lock.unlock();
        }
    }

    /** Gives that up. */
    void abandonRelease() {
        lock.lock();
        try {
            releasing.ifPresent(pid -> calls.kill(pid, SystemCalls.SIGKILL));
        } finally {
            lock.unlock();
        }
    }

    /** Reaps every child that dies, forever: orphans silently, the agent with an event that follows its last words. */
    void reapChildren() {
        try {
            while (true) {
                Optional<DeadChild> dead = calls.awaitDeadChild();
                if (dead.isPresent()) {
                    reap(dead.get());
                } else {
                    awaitAgent();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reap(DeadChild child) throws InterruptedException {
        Optional<Running> ended = Optional.empty();
        lock.lock();
        try {
            calls.reap(child.pid());
            if (running.isPresent() && running.get().pid() == child.pid()) {
                ended = running;
                running = Optional.empty();
            }
            if (releasing.equals(Optional.of(child.pid()))) {
                releasing = Optional.empty();
                events.accept(new GuardEvent.LeaderKeyReleased(child.status().code() == 0));
            }
        } finally {
            lock.unlock();
        }
        if (ended.isPresent()) {
            calls.close(ended.get().toAgent());
            ended.get().listener().join(LAST_WORDS);
            events.accept(new AgentEnded(child.status()));
        }
    }

    /** There was no child to wait for: goes on when there is one, which is at once if only a signal came between. */
    private void awaitAgent() throws InterruptedException {
        lock.lock();
        try {
            while (running.isEmpty() && releasing.isEmpty()) {
                started.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
