package io.matriarch.agent;

import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.EtcdSettings;
import io.matriarch.config.LoadResult;
import io.matriarch.config.WatchdogSettings;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.etcd.EtcdDcs;
import io.matriarch.dcs.etcd.SrvDiscovery;
import io.matriarch.guard.GuardLink;
import io.matriarch.guard.KeeperLink;
import io.matriarch.guard.ProcessId;
import io.matriarch.guard.Signals;
import io.matriarch.guard.SystemCalls;
import io.matriarch.ha.Decider;
import io.matriarch.ha.Observation.Request;
import io.matriarch.log.AgentLog;
import io.matriarch.postgres.LocalPostgres;
import io.matriarch.postgres.PostgresConfiguration;
import io.matriarch.postgres.Postmaster;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/** The daemon: puts the parts together, waits for etcd, turns the loop until somebody asks it to end. */
public final class Agent {
    private static final Logger LOG = Logger.getLogger(Agent.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(5);
    private static final Duration DNS_PATIENCE = Duration.ofSeconds(10);
    private static final Duration NAME_CHECK = Duration.ofSeconds(3);

    private final Vertx vertx;
    private final Optional<Path> path;
    private final Map<String, String> environment;
    private final Configuration configuration;
    private final GuardLink guard;
    private final UnaryOperator<Configuration> reloaded;
    private final AtomicBoolean reloadAsked = new AtomicBoolean();
    private final AtomicBoolean ending = new AtomicBoolean();

    /**
     * Starts nothing.
     *
     * @param path where {@code configuration} came from, for reloads, as {@code environment}
     * @param reloaded who takes a configuration over first at a reload, and says what counts now
     */
    public Agent(
            Vertx vertx,
            Optional<Path> path,
            Map<String, String> environment,
            Configuration configuration,
            GuardLink guard,
            UnaryOperator<Configuration> reloaded) {
        this.vertx = vertx;
        this.path = path;
        this.environment = Map.copyOf(environment);
        this.configuration = configuration;
        this.guard = guard;
        this.reloaded = reloaded;
    }

    /** Runs until the end and returns the exit code. {@code publish} gets the commands for REST as soon as there are any. */
    public int run(Consumer<Commands> publish) {
        Ticker ticker = Ticker.system();
        InstantSource wallClock = InstantSource.system();
        AtomicReference<Optional<LocalPostgres>> server = new AtomicReference<>(Optional.empty());
        Optional<Fence> fence = guard.guarded()
                ? Optional.of(new Fence(
                        guard,
                        new KeeperLink(),
                        () -> server.get().flatMap(LocalPostgres::postmaster).map(Agent::processId)))
                : Optional.empty();
        LoopState state = new LoopState(ticker, configuration, DynamicCache.initial(configuration), _ -> {});
        fence.ifPresent(state::fenceBy);
        WatchdogSettings watchdog = WatchdogSettings.of(configuration.watchdog());
        state.use(new Watchdog(
                watchdog,
                watchdog.mode() == WatchdogSettings.Mode.OFF
                        ? new NoWatchdog()
                        : new KernelWatchdog(SystemCalls.system(), Path.of(watchdog.device()), watchdog.testing())));
        WatchedDisks disks = new WatchedDisks(ticker, configuration.postgresql().dataDirectory());
        disks.start();
        state.use(disks);
        handleEarlySignals();
        guard.stoppable();
        Optional<EtcdSettings> etcd = awaitEtcdAddress();
        if (etcd.isEmpty()) {
            return exit(0);
        }
        try (EtcdDcs dcs = new EtcdDcs(
                        vertx,
                        etcd.get(),
                        configuration.prefix(),
                        Optional.of(configuration.name()),
                        state.dynamic().ttl(),
                        ticker);
                HttpPeers peers = new HttpPeers(vertx, configuration.ctl())) {
            Optional<Integer> refused = awaitEtcd(dcs, etcd.get()).or(() -> checkName(dcs, peers));
            if (refused.isPresent()) {
                return exit(refused.get());
            }
            LocalPostgres postgres = new LocalPostgres(
                    ticker,
                    new PostgresConfiguration(configuration, state.dynamic()),
                    () -> fence.map(Fence::keeperCommand).orElse(List.of()));
            server.set(Optional.of(postgres));
            HaLoop loop = new HaLoop(ticker, wallClock, new Decider(), dcs, postgres, peers, state);
            TakeoverLog takeovers = new TakeoverLog();
            DynamicCache cache = new DynamicCache(configuration);
            state.onLook(look -> {
                cache.write(look);
                takeovers.seen(look);
            });
            state.lines().onChange(guard::status);
            Runner runner = new Runner(state);
            LoopThread thread = new LoopThread(loop, state, ticker, runner);
            Optional<Jobs> jobs = jobs(state, dcs, wallClock);
            AgentCommands commands = new AgentCommands(
                    state,
                    thread,
                    dcs,
                    postgres,
                    peers,
                    wallClock,
                    takeovers,
                    () -> jobs.flatMap(Jobs::progress),
                    () -> askReload(thread));
            runner.scheduled = commands::startScheduledRestartIfDue;
            runner.reloadPostgres = () -> postgres.reload(
                            new PostgresConfiguration(state.configuration(), state.dynamic()),
                            Deadline.after(state.dynamic().retryTimeout()))
                    .ifPresent(why -> LOG.warnf("reload: %s", why));
            dcs.onChange(thread::wake);
            postgres.onChange(thread::wake);
            handleSignals(state, thread);
            publish.accept(commands);
            thread.start();
            jobs.ifPresent(Jobs::start);
            guard.ready();
            int code = thread.end().join();
            jobs.ifPresent(Jobs::end);
            return exit(code);
        }
    }

    /** Absent without a /proc file system, which tells what this program is. */
    private Optional<Jobs> jobs(LoopState state, Dcs dcs, InstantSource clock) {
        try {
            JobProcess process = new JobProcess(OwnProgram.ofThisAgent());
            return Optional.of(new Jobs(
                    state::snapshot,
                    dcs,
                    clock,
                    () -> JobCommands.of(path, state.configuration()),
                    process,
                    new Notifier(vertx, state::configuration)::tell));
        } catch (IOException e) {
            LOG.errorf("no scheduled jobs are done here: %s", e.getMessage());
            return Optional.empty();
        }
    }

    private static ProcessId processId(Postmaster postmaster) {
        return new ProcessId(postmaster.pid(), postmaster.startTicks());
    }

    private int exit(int code) {
        guard.exiting(code);
        return code;
    }

    private void handleEarlySignals() {
        for (String name : new String[] {"TERM", "INT"}) {
            Signals.handle(name, () -> ending.set(true));
        }
        guard.onGuardGone(() -> {
            LOG.error(
                    "the guard is gone; this agent ends and leaves PostgreSQL running until the leader lock runs out");
            AgentLog.flush();
            Runtime.getRuntime().halt(1);
        });
    }

    private void handleSignals(LoopState state, LoopThread thread) {
        Runnable end = () -> {
            state.ask(new Request.Shutdown());
            thread.wake();
        };
        Signals.handle("TERM", end);
        Signals.handle("INT", end);
        Signals.handle("HUP", () -> askReload(thread));
        for (String name : new String[] {"USR1", "USR2"}) {
            Signals.handle(name, () -> LOG.infof("the signal %s means nothing here", name));
        }
        if (ending.get()) {
            end.run();
        }
    }

    private void askReload(LoopThread thread) {
        reloadAsked.set(true);
        thread.wake();
    }

    /** Blocks until DNS names a server, if it is asked at all; absent when this agent is to end before. */
    private Optional<EtcdSettings> awaitEtcdAddress() {
        SrvDiscovery discovery = SrvDiscovery.ofThisMachine(vertx);
        boolean told = false;
        while (!ending.get()) {
            Optional<EtcdSettings> found = discovery.resolve(configuration.etcd(), Deadline.after(DNS_PATIENCE));
            if (found.isPresent()) {
                return found;
            }
            if (!told) {
                LOG.infof(
                        "waiting on etcd: DNS has no SRV record of etcd for %s, and etcd3.hosts names no server",
                        configuration.etcd().srv().orElse(""));
            }
            told = true;
            pause(BETWEEN_TRIES);
        }
        return Optional.empty();
    }

    /** Blocks until etcd answers; wrong credentials end the agent (reference 1.2, step 3). */
    private Optional<Integer> awaitEtcd(EtcdDcs dcs, EtcdSettings etcd) {
        boolean told = false;
        while (!ending.get()) {
            switch (dcs.access(Deadline.after(Duration.ofSeconds(10)))) {
                case EtcdDcs.Access.Granted _ -> {
                    return Optional.empty();
                }
                case EtcdDcs.Access.Rejected(String why) -> {
                    LOG.errorf("etcd refuses access: %s; check etcd3.username and etcd3.password", why);
                    return Optional.of(1);
                }
                case EtcdDcs.Access.Unknown(String why) -> {
                    if (!told) {
                        LOG.infof("waiting on etcd at %s: %s", etcd.endpoints(), why);
                    }
                    told = true;
                    pause(BETWEEN_TRIES);
                }
            }
        }
        return Optional.of(0);
    }

    /**
     * Somebody else with this name answers on its REST interface (reference 1.2, step 6). Not at our own address: there we listen already, so nobody else does.
     */
    private Optional<Integer> checkName(EtcdDcs dcs, HttpPeers peers) {
        boolean taken = dcs.readFresh(Deadline.after(Duration.ofSeconds(10)))
                        instanceof io.matriarch.dcs.Reading.Known(var view)
                && view.member(configuration.name())
                        .filter(member -> !member.apiUrl()
                                .equals(Optional.of(configuration.restapi().apiUrl())))
                        .filter(member -> peers.answers(member, Deadline.after(NAME_CHECK)))
                        .isPresent();
        if (taken) {
            LOG.fatalf("Can't start; there is already a node named '%s' running", configuration.name());
        }
        return taken ? Optional.of(1) : Optional.empty();
    }

    private void pause(Duration duration) {
        Deadline deadline = Deadline.after(duration);
        while (!deadline.expired() && !ending.get()) {
            try {
                Thread.sleep(deadline.atMost(Duration.ofMillis(200)).remaining());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** What happens on the loop's thread before each step: reloads asked for, scheduled restarts. */
    private final class Runner implements Runnable {
        private final LoopState state;
        private Runnable scheduled = () -> {};
        private Runnable reloadPostgres = () -> {};

        Runner(LoopState state) {
            this.state = state;
        }

        @Override
        public void run() {
            if (reloadAsked.getAndSet(false)) {
                reload();
            }
            scheduled.run();
        }

        private void reload() {
            switch (ConfigurationLoader.load(path, environment)) {
                case LoadResult.Loaded<Configuration> loaded -> {
                    loaded.remarks().forEach(LOG::warn);
                    state.takeOver(reloaded.apply(loaded.configuration()));
                    reloadPostgres.run();
                    LOG.info("configuration reloaded");
                    guard.ready();
                }
                case LoadResult.Invalid<Configuration> invalid -> {
                    invalid.problems().forEach(problem -> LOG.errorf("not reloaded: %s", problem));
                    // it goes on as before: systemd takes it for reloading otherwise
                    guard.ready();
                }
            }
        }
    }
}
