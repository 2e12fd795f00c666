package io.matriarch.postgres;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.time.Ticker;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** The one long action in progress, on a thread of its own. Safe for several threads. */
final class OperationSlot {
    private static final Logger LOG = Logger.getLogger(OperationSlot.class);

    private final Ticker ticker;
    private final Runnable whenEnded;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, String> toldFailures = new ConcurrentHashMap<>();
    private long lastId;
    private Optional<ServerStatus.Running> running = Optional.empty();
    private Optional<ServerStatus.Finished> finished = Optional.empty();
    private Cancellation cancellation = new Cancellation();

    OperationSlot(Ticker ticker, Runnable whenEnded) {
        this.ticker = ticker;
        this.whenEnded = whenEnded;
    }

    /**
     * Runs {@code work}.
     *
     * @throws IllegalStateException if something runs already
     */
    void begin(Operation operation, Function<Cancellation, OperationResult> work) {
        lock.lock();
        try {
            if (running.isPresent()) {
                throw new IllegalStateException(
                        running.get().operation().title() + " is in progress, can't begin " + operation.title());
            }
            long id = ++lastId;
            Cancellation mine = new Cancellation();
            cancellation = mine;
            running = Optional.of(new ServerStatus.Running(id, operation, ticker.nanos()));
            finished = Optional.empty();
            Thread.ofPlatform().name("postgres-operation").daemon().start(() -> run(id, operation, work, mine));
        } finally {
            lock.unlock();
        }
    }

    private void run(long id, Operation operation, Function<Cancellation, OperationResult> work, Cancellation mine) {
        OperationResult result;
        try {
            result = work.apply(mine);
        } catch (RuntimeException e) {
            LOG.error("unexpected failure while " + operation.title(), e);
            result = new OperationResult.Failed("unexpected failure: " + e);
        }
        tell(operation, result);
        lock.lock();
        try {
            running = Optional.empty();
            finished = Optional.of(new ServerStatus.Finished(id, operation, result));
        } finally {
            lock.unlock();
        }
        whenEnded.run();
    }

    /** A failure that is tried again and again is told once, until it is another one or none. */
    private void tell(Operation operation, OperationResult result) {
        switch (result) {
            case OperationResult.Hanging(String why) -> LOG.errorf("%s: %s", operation.title(), why);
            case OperationResult.Failed(String why) -> {
                boolean again = why.equals(toldFailures.put(operation.title(), why));
                LOG.logf(again ? Logger.Level.DEBUG : Logger.Level.ERROR, "%s failed: %s", operation.title(), why);
            }
            case OperationResult.Succeeded _ -> toldFailures.remove(operation.title());
            case OperationResult.Cancelled _,
                    OperationResult.InHistory _,
                    OperationResult.AtFork _,
                    OperationResult.Diverged _,
                    OperationResult.WalMissing _ -> {}
        }
    }

    /** Returns at once; the work notices in its own time. */
    void cancel() {
        Thread.ofPlatform().name("cancel-operation").daemon().start(current()::request);
    }

    private Cancellation current() {
        lock.lock();
        try {
            return cancellation;
        } finally {
            lock.unlock();
        }
    }

    Optional<ServerStatus.Running> running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    Optional<ServerStatus.Finished> finished() {
        lock.lock();
        try {
            return finished;
        } finally {
            lock.unlock();
        }
    }

    boolean runs(Class<? extends Operation> kind) {
        return running().filter(now -> kind.isInstance(now.operation())).isPresent();
    }

    /** The last operation was of this kind and failed. */
    boolean failed(Class<? extends Operation> kind) {
        return finished()
                .filter(ended -> kind.isInstance(ended.operation()) && ended.result() instanceof OperationResult.Failed)
                .isPresent();
    }
}
