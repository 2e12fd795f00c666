package io.matriarch.agent;

import io.matriarch.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/** Turns the loop: a cycle, then sleep until it is due again or somebody wakes it. */
final class LoopThread {
    private static final Logger LOG = Logger.getLogger(LoopThread.class);
    private static final Duration AFTER_A_BUG = Duration.ofSeconds(1);

    private final HaLoop loop;
    private final LoopState state;
    private final Ticker ticker;
    private final Runnable beforeStep;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    private boolean woken;
    private boolean refreshWanted;

    LoopThread(HaLoop loop, LoopState state, Ticker ticker, Runnable beforeStep) {
        this.loop = loop;
        this.state = state;
        this.ticker = ticker;
        this.beforeStep = beforeStep;
    }

    void start() {
        Thread.ofPlatform().name("ha-loop").start(this::run);
    }

    /** Completes with the exit code. */
    CompletableFuture<Integer> end() {
        return end;
    }

    /** Starts the next cycle now. */
    void wake() {
        signal(() -> woken = true);
    }

    /** Has the loop look at PostgreSQL, without a cycle. */
    void refresh() {
        signal(() -> refreshWanted = true);
    }

    private void signal(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!end.isDone()) {
            switch (step()) {
                case HaLoop.Next.Again _ -> {}
                case HaLoop.Next.Sleep(Duration atMost) -> sleep(atMost);
                case HaLoop.Next.End(int code) -> end.complete(code);
            }
        }
    }

    private HaLoop.Next step() {
        try {
            beforeStep.run();
            return loop.step();
        } catch (RuntimeException bug) {
            LOG.error("Unexpected exception raised, please report it as a BUG", bug);
            return new HaLoop.Next.Sleep(AFTER_A_BUG);
        }
    }

    private void sleep(Duration atMost) {
        long until = ticker.nanos() + atMost.toNanos();
        state.nextRunAt(until);
        while (until - ticker.nanos() > 0) {
            if (!awaitUntil(until)) {
                return;
            }
            loop.refresh();
        }
    }

    /** Whether only a look was wanted. */
    private boolean awaitUntil(long until) {
        lock.lock();
        try {
            long left = until - ticker.nanos();
            while (!woken && !refreshWanted && left > 0) {
                left = changed.awaitNanos(left);
            }
            boolean onlyLook = refreshWanted && !woken && left > 0;
            refreshWanted = false;
            if (!onlyLook) {
                woken = false;
            }
            return onlyLook;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
