package io.matriarch.guard;

import io.matriarch.guard.GuardAction.Severity;
import io.matriarch.guard.SystemCalls.DeadChild;
import io.matriarch.guard.SystemCalls.Pipe;
import io.matriarch.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The parent of one postmaster, in a session of its own. It outlives agent and guard, and stops PostgreSQL when the lease that the agent told it of is nearly over. When
 * it dies itself, the kernel sends the postmaster SIGQUIT, an immediate shutdown; when it's frozen, the kernel kills it a moment before the lease ends. So PostgreSQL
 * doesn't outlive its lease even if no process of ours can do anything.
 *
 * <p>It reads {@code NANOS} or {@code forever}, a line each, from a pipe that whoever runs as the same user can open at /proc/PID/fd/{@value #CHANNEL}: so a later agent
 * finds it. It ends when no process of PostgreSQL is left.
 */
public final class Keeper {
    /** In ps, and to know a keeper by. */
    static final String NAME = "matriarch-keep";

    /** Makes this program a keeper: followed by the lease, and PostgreSQL's command line. */
    public static final String ARGUMENT = "keep";

    /** Makes this program PostgreSQL: followed by the keeper's number, and PostgreSQL's command line. */
    public static final String KEPT_ARGUMENT = "kept";

    /** The number of the pipe's end that it reads. */
    static final int CHANNEL = 100;

    private static final int SIGQUIT = 3;

    /** How long the postmaster may take for an immediate shutdown; most of what is left before the kernel kills this process is for a busy machine. */
    private static final Duration PATIENCE = Duration.ofMillis(200);

    /** {@link #ARGUMENT} and the lease, before PostgreSQL's command line. */
    private static final int OWN_ARGUMENTS = 2;

    /** HUP, INT, QUIT, USR1, USR2, TERM: a keeper ends with PostgreSQL, whatever the session or the service manager tells everyone. */
    private static final List<Integer> IGNORED = List.of(1, 2, 3, 10, 12, 15);

    private final SystemCalls calls;
    private final Ticker ticker;
    private final ProcessTable table = new ProcessTable();

    private Keeper(SystemCalls calls, Ticker ticker) {
        this.calls = calls;
        this.ticker = ticker;
    }

    /** Ends with the process. {@code arguments}: the lease, the path of postgres, its arguments. Returns the exit code. */
    public static int run(List<String> arguments) {
        Optional<Keeping> keeping = arguments.size() < 2 ? Optional.empty() : Keeping.begin(arguments.getFirst());
        if (keeping.isEmpty()) {
            GuardLog.say(Severity.ERROR, "A keeper is started by the agent only");
            return 2;
        }
        try {
            return new Keeper(SystemCalls.system(), Ticker.system())
                    .keep(keeping.get(), arguments.subList(1, arguments.size()));
        } catch (SystemCalls.SystemCallException e) {
            GuardLog.say(Severity.ERROR, "Can't keep PostgreSQL: " + e.getMessage());
            return 1;
        }
    }

    /** Becomes PostgreSQL. {@code arguments}: the keeper's number, the path of postgres, its arguments. Returns the exit code of a failure. */
    public static int become(List<String> arguments) {
        SystemCalls calls = SystemCalls.system();
        try {
            calls.dieWithParent(SIGQUIT);
            if (arguments.size() < 2 || calls.parent() != Long.parseLong(arguments.getFirst())) {
                GuardLog.say(Severity.ERROR, "The keeper of PostgreSQL is gone before it was started");
                return 1;
            }
            for (int signal = 1; signal <= SystemCalls.LAST_SIGNAL; signal++) {
                if (signal != SystemCalls.SIGKILL && signal != SystemCalls.SIGSTOP) {
                    calls.handle(signal, false);
                }
            }
            calls.unblockSignals();
            calls.replaceBy(arguments.get(1), bytes(arguments.subList(1, arguments.size())));
            return 1;
        } catch (SystemCalls.SystemCallException | NumberFormatException e) {
            GuardLog.say(Severity.ERROR, "PostgreSQL can't be started: " + e.getMessage());
            return 1;
        }
    }

    private int keep(Keeping begin, List<String> postgres) {
        takeName();
        IGNORED.forEach(signal -> calls.handle(signal, true));
        calls.becomeSubreaper();
        Pipe words = calls.pipe();
        calls.duplicate(words.readEnd(), CHANNEL);
        calls.close(words.readEnd());
        calls.killAt(begin.killedAt());
        long postmaster = start(postgres);
        Thread.ofPlatform().daemon().name("reaper").start(this::reapUntilNobodyIsLeft);
        watch(begin, postmaster);
        return 0;
    }

    private static void takeName() {
        try {
            Files.writeString(Path.of("/proc/self/comm"), NAME);
        } catch (IOException e) {
            throw new SystemCalls.SystemCallException("/proc can't be written: " + e.getMessage());
        }
    }

    /** By this thread, which must not end before PostgreSQL does: the kernel takes the thread for the parent. */
    private long start(List<String> postgres) {
        try {
            // whatever comes before this process's own arguments (the program's name; a JVM's options) starts the same
            // program again
            List<byte[]> own = AgentCommand.split(Files.readAllBytes(Path.of("/proc/self/cmdline")));
            List<byte[]> command = new ArrayList<>(own.subList(0, own.size() - postgres.size() - OWN_ARGUMENTS));
            command.addAll(bytes(
                    List.of(KEPT_ARGUMENT, Long.toString(ProcessHandle.current().pid()))));
            command.addAll(bytes(postgres));
            return calls.spawn(AgentCommand.SELF.toString(), command, AgentCommand.ownEnvironment(), List.of());
        } catch (IOException e) {
            throw new SystemCalls.SystemCallException("/proc can't be read: " + e.getMessage());
        }
    }

    private static List<byte[]> bytes(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }

    /** Whatever is left of PostgreSQL when the postmaster is dead becomes this process's child: without children there is none. */
    private void reapUntilNobodyIsLeft() {
        while (true) {
            Optional<DeadChild> dead = calls.awaitDeadChild();
            if (dead.isPresent()) {
                calls.reap(dead.get().pid());
            } else if (family().isEmpty()) {
                Runtime.getRuntime().halt(0);
            }
        }
    }

    private Set<ProcessId> family() {
        long self = ProcessHandle.current().pid();
        return table.entry(self).stream()
                .flatMap(entry -> table.families(Set.of(entry.id())).stream())
                .filter(process -> process.pid() != self)
                .collect(Collectors.toSet());
    }

    private void watch(Keeping begin, long postmaster) {
        Keeping keeping = begin;
        while (!keeping.due(ticker.nanos())) {
            int millis = keeping.patience(ticker.nanos())
                    .map(left -> (int)
                            Math.min(left.toMillis() + 1, Duration.ofMinutes(1).toMillis()))
                    .orElse(-1);
            if (calls.awaitInput(CHANNEL, millis)) {
                keeping = keeping.heard(new String(calls.read(CHANNEL), StandardCharsets.US_ASCII));
                calls.killAt(keeping.killedAt());
            }
        }
        GuardLog.say(
                Severity.WARNING,
                "Nobody renewed the leader lock, which is about to run out: stopping PostgreSQL at once (postmaster "
                        + postmaster + ")");
        stop(postmaster);
    }

    /** Forever: the reaper ends the process when nobody is left, and the kernel's timer does if that takes too long. */
    private void stop(long postmaster) {
        long self = ProcessHandle.current().pid();
        table.entry(postmaster)
                .filter(entry -> entry.parent() == self)
                .ifPresent(entry -> calls.kill(entry.id().pid(), SIGQUIT));
        try {
            Thread.sleep(PATIENCE);
            while (true) {
                family().forEach(process -> calls.kill(process.pid(), SystemCalls.SIGKILL));
                Thread.sleep(Duration.ofMillis(20));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What comes before PostgreSQL's command line, so that a keeper starts it. */
    static List<String> command(String executable, OptionalLong until) {
        return List.of(executable, ARGUMENT, Keeping.text(until));
    }
}
