package io.matriarch.log;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jboss.logmanager.Level;

/**
 * Takes what is logged at once, and a thread of its own writes it: the loop, whose lease runs out meanwhile, never waits for a full pipe or a slow disk. What finds the queue
 * full is lost; how much that was is told as soon as there is room.
 */
final class LogQueue extends Handler {
    private static final long PATIENCE_SECONDS = 2;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Condition written = lock.newCondition();
    private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
    private final Output emergency;
    private Target target;
    private boolean writing;
    private long lost;

    /** How and where to write, and how many may wait. */
    record Target(LineFormat format, Output output, int longest) {}

    /** @param emergency where a line goes that can't be written */
    LogQueue(Target target, Output emergency) {
        this.target = target;
        this.emergency = emergency;
    }

    /** From now on; what waits already is written so too. */
    void use(Target other) {
        lock.lock();
        try {
            target = other;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void publish(LogRecord logged) {
        if (!isLoggable(logged)) {
            return;
        }
        lock.lock();
        try {
            if (waiting.size() >= target.longest()) {
                lost++;
                return;
            }
            waiting.add(Entry.of(logged, target.format().needsCaller()));
            if (lost > 0 && waiting.size() < target.longest()) {
                waiting.add(Entry.of(
                        new LogRecord(
                                Level.WARN,
                                lost + " lines of the log are lost: it is written"
                                        + " slower than they come, and log.max_queue_size is " + target.longest()),
                        false));
                lost = 0;
            }
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Writes what comes, until the process ends. */
    void start() {
        Thread.ofPlatform().name("log").daemon().start(this::writeForever);
    }

    private void writeForever() {
        Optional<Target> used = Optional.empty();
        try {
            while (true) {
                Entry entry = next();
                Target now = target();
                used.filter(before -> !before.output().equals(now.output()))
                        .ifPresent(before -> before.output().close());
                used = Optional.of(now);
                write(entry, now);
                done();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Entry next() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty()) {
                news.await();
            }
            writing = true;
            return waiting.remove();
        } finally {
            lock.unlock();
        }
    }

    private Target target() {
        lock.lock();
        try {
            return target;
        } finally {
            lock.unlock();
        }
    }

    private void done() {
        lock.lock();
        try {
            writing = false;
            written.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void write(Entry entry, Target now) {
        String line = now.format().line(entry);
        try {
            now.output().write(line);
        } catch (IOException e) {
            writeSomewhere(line);
        }
    }

    private void writeSomewhere(String line) {
        try {
            emergency.write(line);
        } catch (IOException nobodyListens) {
            return;
        }
    }

    /** Waits until everything is written, but not for long. */
    @Override
    public void flush() {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while ((writing || !waiting.isEmpty()) && left > 0) {
                left = written.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        flush();
    }
}
