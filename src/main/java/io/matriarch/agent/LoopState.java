package io.matriarch.agent;

import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.RejoinReport;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.config.Configuration;
import io.matriarch.config.WatchdogSettings;
import io.matriarch.ha.Ability;
import io.matriarch.ha.Failsafe;
import io.matriarch.ha.Observation.Request;
import io.matriarch.ha.Pledge;
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
    private static final Duration LONGEST_PROMISE = Duration.ofHours(1);
    private static final Duration UNKNOWN_LEASE = Duration.ofSeconds(3);
    private static final Duration SHORTEST = Duration.ofMillis(200);

    private final Ticker ticker;
    private final Lease lease;
    private final FailsafeState failsafe;
    private final Abilities abilities = new Abilities();
    private Ability ability = Ability.UNKNOWN;
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
    private OptionalLong pledgesAt = OptionalLong.empty();
    private volatile long nextRun;
    private Optional<Snapshot.Rejoin> rejoin = Optional.empty();
    private Watchdog watchdog =
            new Watchdog(new WatchdogSettings(WatchdogSettings.Mode.OFF, "", false, 0), new NoWatchdog());

    /** {@code leaseListener} hears the monotonic end of the lease at each renewal. */
    public LoopState(
            Ticker ticker, Configuration configuration, DynamicConfiguration dynamic, LongConsumer leaseListener) {
        this.ticker = ticker;
        this.lease = new Lease(ticker);
        this.failsafe = new FailsafeState(ticker);
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

    /** Once, before the loop begins; without them nothing is known of the disks. */
    public void use(Disks chosen) {
        abilities.use(chosen);
    }

    /** As of the last look at the server. */
    Ability ability() {
        return ability;
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
        Duration stop = dynamic.timeToStop();
        Duration reserve = dynamic.failsafeMode() ? stop.plus(FailsafeCalls.PATIENCE) : stop;
        Duration left = Duration.ofNanos(until.getAsLong() - ticker.nanos()).minus(reserve);
        Duration bounded = left.compareTo(usual) < 0 ? left : usual;
        return bounded.compareTo(SHORTEST) < 0 ? SHORTEST : bounded;
    }

    void lockConfirmed(long askedAt) {
        lease.confirmed(askedAt, dynamic.ttl());
        lease.until().ifPresent(leaseListener);
        failsafe.leads(lease.until());
        pledgesAt = OptionalLong.empty();
        snapshot.get().ifPresent(look -> tellFence(look.server()));
    }

    void lockLost() {
        lease.lost();
        failsafe.raceLost();
        pledgesAt = OptionalLong.empty();
    }

    /** Says why this node must not take the lock, if so. */
    Optional<String> beginRace(Duration patience) {
        return patience.isPositive()
                ? failsafe.beginRace(dynamic.ttl())
                : Optional.of("the pledges of the other members are too old");
    }

    /** As {@link #dcsPatience}; and a race that needs pledges is over before the pledges are, however long this process slept after them. */
    Duration racePatience() {
        Duration usual = dcsPatience();
        if (pledgesAt.isEmpty()) {
            return usual;
        }
        Duration left = Duration.ofNanos(pledgesAt.getAsLong() + dynamic.ttl().toNanos() - ticker.nanos());
        return left.compareTo(usual) < 0 ? left : usual;
    }

    void cycleEnded() {
        pledgesAt = OptionalLong.empty();
    }

    void pledgesCollected(long askedAt) {
        pledgesAt = OptionalLong.of(askedAt);
    }

    FailsafeState failsafe() {
        return failsafe;
    }

    /** The others let this primary go on, as asked at {@code askedAt}. False if its lease has ended: then it must not go on. */
    boolean failsafeGranted(long askedAt) {
        if (lease.until().isEmpty()) {
            return false;
        }
        lease.confirmed(askedAt, dynamic.ttl());
        lease.until().ifPresent(leaseListener);
        failsafe.granted(lease.until());
        snapshot.get().ifPresent(look -> tellFence(look.server()));
        return true;
    }

    Failsafe failsafeLook(Map<String, Pledge> pledges) {
        return failsafe.look(cluster, pledges, dynamic.ttl());
    }

    /** POST /failsafe; {@code body} is the sender's. False: this node can't promise what it asks. */
    public boolean acceptFailsafe(Mapping body) {
        Duration theirs = Duration.ofSeconds(body.whole("ttl").orElse(0));
        Duration mine = dynamic.ttl();
        Optional<Member> leader = FailsafeState.sender(body);
        return leader.isPresent()
                && theirs.compareTo(LONGEST_PROMISE) <= 0
                && failsafe.accept(leader.get(), mayBePrimary(), theirs.compareTo(mine) > 0 ? theirs : mine);
    }

    /** POST /failsafe/race. */
    public Pledge pledge() {
        return failsafe.pledge(mayBePrimary(), dynamic.ttl());
    }

    private boolean mayBePrimary() {
        return snapshot.get().map(look -> look.server().isPrimary()).orElse(true);
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
        ability = abilities.seen(server, nanos);
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
                rejoin,
                failsafe.isActive(),
                ability);
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

    /** A request that has begun is done as far as the decision is concerned. Who doesn't run is only started by a restart. */
    void began(Operation operation) {
        Optional<Request> asked = request.get();
        boolean answered = operation instanceof Operation.Restart
                || operation instanceof Operation.Reinitialize
                || (operation instanceof Operation.Start
                        && asked.filter(Request.Restart.class::isInstance).isPresent());
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
