package io.matriarch.guard;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * The agent's side of its pipes to and from the guard. No method waits for the guard, save {@link #exiting}, at most a second. Without a guard, for instance when a
 * developer starts the agent alone, everything here does nothing.
 */
public final class GuardLink implements AutoCloseable {
    /**
     * Tells the agent its two inherited descriptors: the one that ends when the guard is gone, and the one that it writes to. Named so that it never reaches PostgreSQL,
     * like all of PATRONI_* (reference 1.2).
     */
    public static final String VARIABLE = "PATRONI_GUARD_LINK";

    private static final Logger LOG = Logger.getLogger(GuardLink.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    /** A guard that reads nothing any more is frozen; then a lost line costs nothing, and memory must not grow. */
    private static final int BACKLOG = 64;

    /** Twice as often as the guard expects it. */
    private static final Duration HEARTBEAT = Supervision.HEARTBEAT.dividedBy(2);

    private static final int FROZEN = 10;

    private final Optional<InputStream> fromGuard;
    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(BACKLOG);
    private final AtomicInteger unanswered = new AtomicInteger();
    private final Optional<Thread> writer;
    private volatile boolean watching;
    private OptionalLong lastBeat = OptionalLong.empty();

    private GuardLink(Optional<InputStream> fromGuard, Optional<OutputStream> toGuard) {
        this.fromGuard = fromGuard;
        this.writer = toGuard.map(
                out -> Thread.ofPlatform().daemon().name("guard-link").start(() -> write(out)));
    }

    /** The link to the guard that started this process, or one that does nothing. */
    public static GuardLink connect() {
        return connect(System.getenv());
    }

    static GuardLink connect(Map<String, String> environment) {
        String[] descriptors = environment.getOrDefault(VARIABLE, "").split(",", -1);
        if (descriptors.length != 2) {
            return none();
        }
        try {
            // the paths reach an inherited pipe without any native code
            return over(
                    new FileInputStream("/proc/self/fd/" + Integer.parseInt(descriptors[0])),
                    new FileOutputStream("/proc/self/fd/" + Integer.parseInt(descriptors[1])));
        } catch (NumberFormatException | IOException e) {
            LOG.warnf("%s=%s leads to no guard: %s", VARIABLE, environment.get(VARIABLE), e.getMessage());
            return none();
        }
    }

    static GuardLink over(InputStream fromGuard, OutputStream toGuard) {
        return new GuardLink(Optional.of(fromGuard), Optional.of(toGuard));
    }

    private static GuardLink none() {
        return new GuardLink(Optional.empty(), Optional.empty());
    }

    public boolean guarded() {
        return writer.isPresent();
    }

    /** A request to stop is heeded from now on; an earlier one may have got lost in the program's own start. */
    public void stoppable() {
        send(LinkProtocol.stoppable());
    }

    /** The loop runs, and this process handles signals. */
    public void ready() {
        send(LinkProtocol.ready());
    }

    /** For people who ask systemd. */
    public void status(String line) {
        send(LinkProtocol.status(line));
    }

    /**
     * PostgreSQL accepts writes, or soon will.
     *
     * @param until when it must have stopped unless this is said anew, in nanoseconds of {@link io.matriarch.time.Ticker#system}, which all processes of a machine share
     */
    public void fence(ProcessId postmaster, long until) {
        send(LinkProtocol.fence(postmaster, until));
    }

    /** There is nothing that must be stopped: PostgreSQL is a standby, or this is maintenance mode. */
    public void unfence() {
        send(LinkProtocol.unfence());
    }

    /** The last thing before this process ends on purpose; without it the guard starts another agent. Waits until it's said. */
    public void exiting(int code) {
        send(LinkProtocol.exiting(code));
        close();
    }

    /**
     * What to do when the guard is gone. Two agents must never run for one node: so this one ends soon and leaves PostgreSQL running, for the guard that systemd starts
     * anew to take over. Runs in a thread of its own.
     */
    public void onGuardGone(Runnable reaction) {
        fromGuard.ifPresent(
                stream -> Thread.ofPlatform().daemon().name("guard-watch").start(() -> {
                    awaitEnd(stream);
                    reaction.run();
                }));
    }

    /** Sends what is still to be sent, for at most a second, and ends the link. */
    @Override
    public void close() {
        writer.ifPresent(thread -> {
            thread.interrupt();
            try {
                thread.join(LAST_WORDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void send(String line) {
        if (guarded() && !lines.offer(line)) {
            LOG.debugf("The guard doesn't listen, lost: %s", line);
        }
    }

    private void write(OutputStream out) {
        try (out) {
            try {
                while (true) {
                    Optional<String> line =
                            Optional.ofNullable(lines.poll(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS));
                    if (line.isPresent()) {
                        writeLine(out, line.get());
                    }
                    beat(out);
                }
            } catch (InterruptedException closing) {
                for (String line = lines.poll(); line != null; line = lines.poll()) {
                    writeLine(out, line);
                }
            }
        } catch (IOException e) {
            LOG.debugf("The guard is gone: %s", e.getMessage());
        }
    }

    /** Not more often than needed, however much else is said. */
    private void beat(OutputStream out) throws IOException {
        long now = System.nanoTime();
        if (lastBeat.isEmpty() || now - lastBeat.getAsLong() >= HEARTBEAT.toNanos()) {
            lastBeat = OptionalLong.of(now);
            writeLine(out, LinkProtocol.alive());
            if (watching && unanswered.incrementAndGet() == FROZEN) {
                LOG.warn("the guard has not answered for "
                        + HEARTBEAT.multipliedBy(FROZEN).toSeconds()
                        + " s; PostgreSQL's keeper still stops it if the leader lock runs out");
            }
        }
    }

    private static void writeLine(OutputStream out, String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void awaitEnd(InputStream stream) {
        watching = true;
        try {
            while (stream.read() >= 0) {
                if (unanswered.getAndSet(0) >= FROZEN) {
                    LOG.info("the guard answers again");
                }
            }
        } catch (IOException e) {
            LOG.debugf("The guard is gone: %s", e.getMessage());
        }
    }
}
