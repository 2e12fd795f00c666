package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.RejoinReport;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.config.Configuration;
import io.matriarch.config.WatchdogSettings;
import io.matriarch.ha.Observation.Request;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * What the loop knows between its steps. The loop's thread changes it; other threads read {@link #snapshot} and set {@link #ask requests}, which are atomic.
 */
public final class LoopState {
    private static final Duration UNKNOWN_LEASE = Duration.ofSeconds(3);
    private static final Duration SHORTEST = Duration.ofMillis(200);

    private final Ticker ticker;
    private final Lease lease;
    private final LoopLines lines = new LoopLines();
    private final LongConsumer leaseListener;
    private volatile Consumer<WriteRight> fence = _ -> {};
    private volatile Consumer<Snapshot> looked = _ -> {};
    private final Map<String, Member> lastMembers = new HashMap<>();
    private final AtomicReference<Optional<Request>> request = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<Mapping>> scheduledRestart = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<Snapshot>> snapshot = new AtomicReference<>(Optional.empty());
    private volatile Configuration configuration;
    private volatile DynamicConfiguration dynamic;
    private Optional<ClusterView> cluster = Optional.empty();
    private OptionalLong clusterSeenNanos = OptionalLong.empty();
    private Optional<Instant> clusterSeenAt = Optional.empty();
    private volatile long nextRun;
    private Optional<Snapshot.Rejoin> rejoin = Optional.empty();
    private Watchdog watchdog =
            new Watchdog(new WatchdogSettings(WatchdogSettings.Mode.OFF, "", false, 0), new NoWatchdog());

    /** {@code leaseListener} hears the monotonic end of the lease at each renewal. */
    public LoopState(
            Ticker ticker, Configuration configuration, DynamicConfiguration dynamic, LongConsumer leaseListener) {
        this.ticker = ticker;
        this.lease = new Lease(ticker);
        this.configuration = configuration;
        this.dynamic = dynamic;
        this.leaseListener = leaseListener;
        this.nextRun = ticker.nanos();
    }

    Watchdog watchdog() {
        return watchdog;
    }

    /** Once, before the loop begins; without it there is none. */
    public void use(Watchdog chosen) {
        watchdog = chosen;
    }

    Lease lease() {
        return lease;
    }

    LoopLines lines() {
        return lines;
    }

    public Configuration configuration() {
        return configuration;
    }

    /** A changed local file; the caller has validated it. */
    public void takeOver(Configuration changed) {
        configuration = changed;
    }

    public DynamicConfiguration dynamic() {
        return dynamic;
    }

    void takeOver(DynamicConfiguration changed) {
        dynamic = changed;
    }

    /**
     * How long a call to the DCS may take: retry_timeout, but never so long that a primary couldn't stop before its lease ends. A primary that doesn't know its lease,
     * since its agent has just started, asks briefly.
     */
    Duration dcsPatience() {
        Duration usual = dynamic.retryTimeout();
        boolean writable =
                snapshot.get().map(look -> look.server().isPrimary()).orElse(true); // not looked yet: perhaps
        OptionalLong until = lease.until();
        if (until.isEmpty()) {
            return writable && usual.compareTo(UNKNOWN_LEASE) > 0 ? UNKNOWN_LEASE : usual;
        }
        Duration left = Duration.ofNanos(until.getAsLong() - ticker.nanos()).minus(dynamic.timeToStop());
        Duration bounded = left.compareTo(usual) < 0 ? left : usual;
        return bounded.compareTo(SHORTEST) < 0 ? SHORTEST : bounded;
    }

    void lockConfirmed(long askedAt) {
        lease.confirmed(askedAt, dynamic.ttl());
        lease.until().ifPresent(leaseListener);
        snapshot.get().ifPresent(look -> tellFence(look.server()));
    }

    void clusterSeen(ClusterView view, long nanos, Instant at) {
        cluster = Optional.of(view);
        clusterSeenNanos = OptionalLong.of(nanos);
        clusterSeenAt = Optional.of(at);
        view.members().forEach(member -> lastMembers.put(member.name(), member));
    }

    /** Every member ever seen, with its newest data: the race asks those whose keys are gone, too. */
    Map<String, Member> lastMembers() {
        return lastMembers;
    }

    void serverSeen(ServerStatus server, long nanos) {
        Snapshot look = new Snapshot(
                configuration,
                dynamic,
                cluster,
                clusterSeenNanos,
                clusterSeenAt,
                server,
                nanos,
                lease.until(),
                nextRun,
                scheduledRestart.get(),
                watchdog.state().failed(),
                rejoin);
        snapshot.set(Optional.of(look));
        tellFence(server);
        looked.accept(look);
    }

    /** {@code told} hears of each look, on the loop's thread, before anything is begun because of it. */
    void onLook(Consumer<Snapshot> told) {
        looked = told;
    }

    /** Absent when this node needn't come back. */
    void rejoins(Optional<RejoinReport> report, long nanos) {
        Optional<Long> since = rejoin.filter(before -> report.filter(
                                now -> now.step() == before.report().step())
                        .isPresent())
                .map(Snapshot.Rejoin::sinceNanos);
        rejoin = report.map(now -> new Snapshot.Rejoin(now, since.orElse(nanos)));
    }

    /** {@code told} hears whenever PostgreSQL's right to accept writes is certain: after each look, at each renewal, and before it becomes a primary. */
    void fenceBy(Consumer<WriteRight> told) {
        fence = told;
    }

    private void tellFence(ServerStatus server) {
        WriteRight.of(server, dynamic.paused(), lease.until()).ifPresent(fence);
    }

    /** PostgreSQL is about to change. */
    void beginning(Operation operation) {
        WriteRight.of(operation, dynamic.paused(), lease.until()).ifPresent(fence);
    }

    void nextRunAt(long nanos) {
        nextRun = nanos;
    }

    /** Absent before the first look. */
    public Optional<Snapshot> snapshot() {
        return snapshot.get();
    }

    /** Whether the request was taken: only one at a time, but a shutdown goes before all. */
    public boolean ask(Request asked) {
        if (asked instanceof Request.Shutdown) {
            request.set(Optional.of(asked));
            return true;
        }
        return request.compareAndSet(Optional.empty(), Optional.of(asked));
    }

    public Optional<Request> request() {
        return request.get();
    }

    /** A request that has begun is done as far as the decision is concerned. */
    void began(Operation operation) {
        boolean answered = operation instanceof Operation.Restart || operation instanceof Operation.Reinitialize;
        Optional<Request> asked = request.get();
        if (answered && asked.isPresent() && !(asked.get() instanceof Request.Shutdown)) {
            request.compareAndSet(asked, Optional.empty());
        }
    }

    public void withdraw(Request asked) {
        Optional<Request> current = request.get();
        if (current.equals(Optional.of(asked))) {
            request.compareAndSet(current, Optional.empty());
        }
    }

    public Optional<Mapping> scheduledRestart() {
        return scheduledRestart.get();
    }

    /** Whether there was none before. */
    public boolean scheduleRestart(Mapping schedule) {
        return scheduledRestart.compareAndSet(Optional.empty(), Optional.of(schedule));
    }

    public boolean deleteScheduledRestart() {
        return scheduledRestart.getAndSet(Optional.empty()).isPresent();
    }
}
