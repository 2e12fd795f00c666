package io.matriarch.guard;

import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Stops PostgreSQL by the numbers of its processes alone: no file of its data directory is touched, since the disk may hang. First as {@code pg_ctl stop -m immediate}
 * would, then by SIGKILL, which reaches a stopped process too.
 */
final class PostgresStop {
    private static final int SIGQUIT = 3;
    private static final int SIGKILL = 9;
    private static final Duration POLL = Duration.ofMillis(10);

    /** How long the postmaster may take for an immediate shutdown. */
    static final Duration PATIENCE = Duration.ofMillis(500);

    /** How long killed processes may take to be gone; those that hang in the kernel take longer, and never run again. */
    private static final Duration BURIAL = Duration.ofSeconds(2);

    private final SystemCalls calls;
    private final ProcessTable table;
    private final Ticker ticker;

    PostgresStop(SystemCalls calls, ProcessTable table, Ticker ticker) {
        this.calls = calls;
        this.table = table;
        this.ticker = ticker;
    }

    /** Whether the postmaster and all processes below it are proven to be gone. Waits for it, about 2.5 s at most. */
    boolean stop(ProcessId postmaster) throws InterruptedException {
        Set<ProcessId> heads = heads(postmaster);
        Set<ProcessId> known = new HashSet<>(table.families(heads));
        if (table.isAlive(postmaster)) {
            calls.kill(postmaster.pid(), SIGQUIT);
        }
        if (awaitEnd(known, Deadline.after(ticker, PATIENCE))) {
            return true;
        }
        Deadline burial = Deadline.after(ticker, BURIAL);
        do {
            // the postmaster goes first, so that no new children come
            if (table.isAlive(postmaster)) {
                calls.kill(postmaster.pid(), SIGKILL);
            }
            known.addAll(table.families(heads));
            known.stream().filter(table::isAlive).forEach(process -> calls.kill(process.pid(), SIGKILL));
        } while (!awaitEnd(known, Deadline.after(ticker, POLL)) && !burial.expired());
        return known.stream().noneMatch(table::isAlive);
    }

    /** The postmaster, and its keeper, who inherits the children of a dead postmaster. */
    private Set<ProcessId> heads(ProcessId postmaster) {
        Set<ProcessId> heads = new HashSet<>(Set.of(postmaster));
        table.entry(postmaster.pid())
                .filter(entry -> entry.id().equals(postmaster))
                .flatMap(entry -> table.entry(entry.parent()))
                .filter(parent -> parent.name().equals(Keeper.NAME))
                .ifPresent(keeper -> heads.add(keeper.id()));
        return heads;
    }

    private boolean awaitEnd(Set<ProcessId> processes, Deadline deadline) throws InterruptedException {
        while (processes.stream().anyMatch(table::isAlive)) {
            if (deadline.expired()) {
                return false;
            }
            Thread.sleep(POLL);
        }
        return true;
    }
}
