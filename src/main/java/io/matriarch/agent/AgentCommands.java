package io.matriarch.agent;

import io.matriarch.cluster.ArchiveFailure;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.FailoverRequest;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.Leader;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotSettings;
import io.matriarch.cluster.Takeovers;
import io.matriarch.config.Configuration;
import io.matriarch.config.ControlledParameterCheck;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.PersistentDcs;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.ha.Observation.Request;
import io.matriarch.postgres.Postgres;
import io.matriarch.postgres.ServerOpinion;
import io.matriarch.time.Deadline;
import io.matriarch.time.Ticker;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** What REST asks of the agent: requests to the loop, and reads and writes of the DCS that need no loop. */
final class AgentCommands implements Commands {
    private static final Logger LOG = Logger.getLogger(AgentCommands.class);
    private static final Duration FRESH = Duration.ofMillis(500);
    private static final Duration FOR_AN_ANSWER = Duration.ofMillis(1500);
    private static final Duration LONGEST_RESTART = Duration.ofMinutes(30);
    private static final Duration POLL = Duration.ofMillis(100);

    private final LoopState state;
    private final LoopThread loop;
    private final Dcs dcs;
    /** For what changes something; who only reads gets an answer at once. */
    private final Dcs persistent;

    private final Postgres postgres;
    private final InstantSource wallClock;
    private final FailoverRequests failovers;
    private final TakeoverLog takeovers;
    private final Supplier<Optional<JobProgress>> jobs;
    private final Runnable reload;
    private final AtomicReference<Optional<RestartSchedule.Scheduled>> schedule =
            new AtomicReference<>(Optional.empty());

    AgentCommands(
            LoopState state,
            LoopThread loop,
            Dcs dcs,
            Postgres postgres,
            Peers peers,
            InstantSource wallClock,
            TakeoverLog takeovers,
            Supplier<Optional<JobProgress>> jobs,
            Runnable reload) {
        this.state = state;
        this.loop = loop;
        this.dcs = dcs;
        this.persistent = new PersistentDcs(dcs);
        this.postgres = postgres;
        this.wallClock = wallClock;
        this.failovers = new FailoverRequests(
                persistent,
                peers,
                wallClock,
                loop::wake,
                () -> state.configuration().name(),
                new CandidateWait(() -> postgres.readNow()
                        .completeOnTimeout(Optional.empty(), FOR_AN_ANSWER.toMillis(), TimeUnit.MILLISECONDS)));
        this.takeovers = takeovers;
        this.jobs = jobs;
        this.reload = reload;
    }

    @Override
    public Optional<Snapshot> snapshot() {
        Optional<Snapshot> snapshot = state.snapshot();
        if (snapshot.filter(look -> Ticker.system().nanos() - look.takenNanos() < FRESH.toNanos())
                .isEmpty()) {
            loop.refresh();
        }
        return snapshot;
    }

    @Override
    public Configuration configuration() {
        return state.configuration();
    }

    @Override
    public CompletableFuture<Optional<Snapshot>> freshSnapshot() {
        return postgres.readNow()
                .completeOnTimeout(Optional.empty(), FOR_AN_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(reading -> state.snapshot().map(look -> look.withReading(reading)));
    }

    /** A server that doesn't answer the loop isn't asked by others. */
    @Override
    public CompletableFuture<Optional<ArchiveFailure>> archiveFailure() {
        return state.snapshot().flatMap(look -> look.server().reading()).isPresent()
                ? postgres.archiveFailure()
                        .completeOnTimeout(Optional.empty(), FOR_AN_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                : CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public Optional<JobProgress> jobProgress() {
        return jobs.get();
    }

    @Override
    public void reload() {
        reload.run();
    }

    @Override
    public Answer restart(RestartConditions conditions) {
        Optional<ServerStatus> server = state.snapshot().map(Snapshot::server);
        if (server.isEmpty()) {
            return new Answer(503, "postgres is still starting");
        }
        Optional<Answer> refusal = server.get().postmasterAlive() ? Optional.empty() : cantBeStarted(server.get());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (server.get().operation().isPresent()) {
            return new Answer(503, server.get().operation().get().operation().title() + " already in progress");
        }
        if (RestartSchedule.unwanted(conditions, server.get()).isPresent()) {
            return new Answer(503, "restart conditions are not satisfied");
        }
        Optional<Instant> before = postmasterStart(server.get());
        long lastOperation = lastOperation(server.get());
        Request request = new Request.Restart(conditions.patience());
        if (!state.ask(request)) {
            return new Answer(503, "another request is already in progress");
        }
        loop.wake();
        return awaitRestart(before, lastOperation, request);
    }

    /** In maintenance mode a person starts PostgreSQL by a restart; else it is started anyhow. */
    private Optional<Answer> cantBeStarted(ServerStatus server) {
        if (!state.dynamic().paused()) {
            return Optional.of(new Answer(503, "postgres is still starting"));
        }
        Optional<String> leader = state.snapshot()
                .flatMap(Snapshot::cluster)
                .flatMap(ClusterView::leader)
                .map(Leader::name)
                .filter(name -> !name.equals(state.configuration().name()));
        boolean standby = server.dataDirectory() instanceof DataDirectory.Present present && present.recoverySignal();
        return leader.filter(_ -> !standby)
                .map(name -> new Answer(
                        503,
                        "postgres was a primary here, and is not started beside the leader " + name
                                + "; resume first"));
    }

    private static long lastOperation(ServerStatus server) {
        return server.finished().map(ServerStatus.Finished::id).orElse(0L);
    }

    private Answer awaitRestart(Optional<Instant> before, long lastOperation, Request request) {
        Deadline deadline = Deadline.after(LONGEST_RESTART);
        while (!deadline.expired()) {
            Optional<ServerStatus> server = state.snapshot().map(Snapshot::server);
            Optional<OperationResult> result = server.flatMap(ServerStatus::finished)
                    .filter(ended -> ended.id() > lastOperation
                            && (ended.operation() instanceof Operation.Restart
                                    || ended.operation() instanceof Operation.Start))
                    .map(ServerStatus.Finished::result);
            if (result.isPresent() && result.get() instanceof OperationResult.Failed(String why)) {
                return new Answer(503, "restart failed: " + why);
            }
            boolean restarted = server.filter(ServerStatus::postmasterAlive)
                    .flatMap(AgentCommands::postmasterStart)
                    .filter(start -> !before.equals(Optional.of(start)))
                    .isPresent();
            if (restarted) {
                return new Answer(200, "restarted successfully");
            }
            pause();
        }
        state.withdraw(request);
        return new Answer(503, "restart failed");
    }

    private static Optional<Instant> postmasterStart(ServerStatus server) {
        return server.reading().map(ServerReading::postmasterStart);
    }

    private static void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Answer scheduleRestart(RestartConditions conditions, Instant at, Mapping request) {
        Optional<Instant> start = state.snapshot().map(Snapshot::server).flatMap(AgentCommands::postmasterStart);
        Mapping shown = start.map(since -> request.with(
                        "postmaster_start_time",
                        io.matriarch.time.IsoTime.formatWithSpace(since.atOffset(java.time.ZoneOffset.UTC))))
                .orElse(request);
        if (!state.scheduleRestart(shown)) {
            return new Answer(409, "Another restart is already scheduled");
        }
        schedule.set(Optional.of(new RestartSchedule.Scheduled(conditions, at, start)));
        loop.wake();
        return new Answer(202, "Restart scheduled");
    }

    @Override
    public boolean deleteScheduledRestart() {
        schedule.set(Optional.empty());
        boolean was = state.deleteScheduledRestart();
        loop.wake();
        return was;
    }

    /** Called by the loop before each step. */
    void startScheduledRestartIfDue() {
        Optional<RestartSchedule.Scheduled> planned = schedule.get();
        if (planned.isEmpty() || state.dynamic().paused()) {
            return;
        }
        RestartSchedule.Due due = RestartSchedule.due(
                planned.get(),
                state.snapshot().map(Snapshot::server),
                wallClock.instant(),
                state.dynamic().loopWait());
        switch (due) {
            case RestartSchedule.Due.NotYet _ -> {}
            case RestartSchedule.Due.Now _ -> {
                forgetScheduledRestart();
                if (!state.ask(new Request.Restart(planned.get().conditions().patience()))) {
                    LOG.warn("Scheduled restart: another request is already in progress");
                }
            }
            case RestartSchedule.Due.Never(String why) -> {
                forgetScheduledRestart();
                LOG.warn(why);
            }
        }
    }

    private void forgetScheduledRestart() {
        schedule.set(Optional.empty());
        state.deleteScheduledRestart();
    }

    @Override
    public Answer reinitialize(boolean force, boolean fromLeader) {
        Optional<Snapshot> snapshot = state.snapshot();
        Optional<ClusterView> view = snapshot.flatMap(Snapshot::cluster);
        if (view.flatMap(ClusterView::leader).isEmpty()) {
            return new Answer(503, "Cluster has no leader, can not reinitialize");
        }
        if (view.get().leads(state.configuration().name())) {
            return new Answer(503, "I am the leader, can not reinitialize");
        }
        Optional<ServerStatus.Running> running = snapshot.get().server().operation();
        if (running.isPresent() && !force) {
            return new Answer(503, running.get().operation().title() + " already in progress");
        }
        if (!state.ask(new Request.Reinitialize(force, fromLeader))) {
            return new Answer(503, "another request is already in progress");
        }
        loop.wake();
        return new Answer(200, "reinitialize started");
    }

    @Override
    public Optional<ClusterView> readCluster() {
        return read(dcs, patience());
    }

    private static Optional<ClusterView> read(Dcs dcs, Deadline deadline) {
        return dcs.readFresh(deadline) instanceof Reading.Known(ClusterView view)
                ? Optional.of(view)
                : Optional.empty();
    }

    private Deadline patience() {
        return Deadline.after(state.dynamic().retryTimeout());
    }

    @Override
    public ConfigAnswer patchConfig(Mapping patch) {
        Optional<ConfigAnswer> wrong = wrongConfig(patch);
        if (wrong.isPresent()) {
            return wrong.get();
        }
        Deadline deadline = patience();
        Optional<DynamicConfiguration> before = read(persistent, deadline).flatMap(ClusterView::config);
        if (before.isEmpty()) {
            return new ConfigAnswer(503, Mapping.empty(), "the configuration can't be read from the DCS");
        }
        Mapping changed = before.get().raw().patchedWith(patch);
        if (changed.equals(before.get().raw())) {
            return new ConfigAnswer(200, changed, "");
        }
        List<String> mistakes = SlotSettings.newMistakes(before.get().raw(), changed);
        if (!mistakes.isEmpty()) {
            return refusal(mistakes);
        }
        return put(changed, OptionalLong.of(before.get().revision()), 409, deadline);
    }

    @Override
    public ConfigAnswer replaceConfig(Mapping config) {
        return wrongConfig(config)
                .or(() -> Optional.of(SlotSettings.mistakes(config))
                        .filter(mistakes -> !mistakes.isEmpty())
                        .map(AgentCommands::refusal))
                .orElseGet(() -> put(config, OptionalLong.empty(), 502, patience()));
    }

    /** Patroni would take it, and then every member would reject it, or use a default instead. */
    private Optional<ConfigAnswer> wrongConfig(Mapping given) {
        List<String> mistakes = new ArrayList<>(ControlledParameterCheck.withAllOthers(given));
        mistakes.addAll(
                ServerOpinion.of(state.configuration().postgresql(), given).wrong());
        return mistakes.isEmpty() ? Optional.empty() : Optional.of(refusal(mistakes));
    }

    private static ConfigAnswer refusal(List<String> mistakes) {
        return new ConfigAnswer(400, Mapping.empty(), "nothing was changed: " + String.join("; ", mistakes));
    }

    private ConfigAnswer put(Mapping config, OptionalLong revision, int failure, Deadline deadline) {
        Writing writing = persistent.write(new DcsCommand.PutConfig(config, revision), deadline);
        loop.wake();
        return writing instanceof Writing.Written
                ? new ConfigAnswer(200, config, "")
                : new ConfigAnswer(failure, config, "the configuration could not be written to the DCS");
    }

    @Override
    public TakeoverAnswer switchover(Mapping body, Wait wait) {
        return failovers.handle(body, false, state.dynamic(), wait);
    }

    @Override
    public TakeoverAnswer failover(Mapping body, Wait wait) {
        return failovers.handle(body, true, state.dynamic(), wait);
    }

    @Override
    public Takeovers takeovers() {
        return readCluster()
                .map(view -> takeovers.seen(view, state.snapshot(), wallClock.instant()))
                .orElseGet(takeovers::known);
    }

    @Override
    public Answer deleteScheduledSwitchover() {
        Deadline deadline = patience();
        Optional<FailoverRequest> scheduled =
                read(persistent, deadline).flatMap(ClusterView::failover).filter(FailoverRequest::isScheduled);
        if (scheduled.isEmpty()) {
            return new Answer(404, "no switchover is scheduled");
        }
        Writing writing = persistent.write(
                new DcsCommand.PutFailover(
                        Mapping.empty(), OptionalLong.of(scheduled.get().revision())),
                deadline);
        return writing instanceof Writing.Written
                ? new Answer(200, "scheduled switchover deleted")
                : new Answer(409, "the switchover was changed by somebody else");
    }

    @Override
    public Answer requestJob(JobKind kind) {
        return new JobRequests(dcs, wallClock).request(kind, patience());
    }

    @Override
    public Answer failsafe(Mapping body) {
        if (!state.dynamic().failsafeMode()) {
            return new Answer(502, "failsafe mode is off");
        }
        if (body.text("name").filter(name -> !name.isEmpty()).isEmpty()) {
            return new Answer(400, "the name of the member that wants to go on is missing");
        }
        return state.acceptFailsafe(body) ? new Answer(200, "Accepted") : new Answer(500, "Running as a leader");
    }

    @Override
    public Answer pledge() {
        return switch (state.pledge()) {
            case GIVEN -> new Answer(200, "Pledged");
            case NO_PRIMARY ->
                new Answer(
                        202, "no primary, but this agent has just started, and an earlier one may have let one go on");
            case REFUSED -> new Answer(409, "this node leads, or let a primary go on without the DCS");
        };
    }
}
