package io.matriarch.postgres;

import io.matriarch.cluster.ArchiveFailure;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.ServerStatus.PendingChange;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.EffectiveParameters;
import io.matriarch.config.PostgresSection;
import io.matriarch.config.PostgresSettings;
import io.matriarch.config.StandbyMinimum;
import io.matriarch.file.FileProblem;
import io.matriarch.time.Deadline;
import io.matriarch.time.IsoTime;
import io.matriarch.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** The local PostgreSQL, through its files, its processes and SQL. {@link #observe} belongs to one thread; the rest is safe for several. */
public final class LocalPostgres implements Postgres {
    private static final Logger LOG = Logger.getLogger(LocalPostgres.class);
    private static final int SQL_TIMEOUT_MILLIS = 3000;
    private static final Duration RELOAD = Duration.ofMillis(100);
    private static final Duration FIRST_START = Duration.ofMinutes(5);
    private static final String NO_CALLBACK = "";
    private static final Duration UNTIL_RELOADED = Duration.ofSeconds(1);

    private final PostgresSettings settings;
    private final AtomicReference<PostgresConfiguration> configuration;
    private final Connections connections;
    private final Monitor monitor;
    private final ArchiverInquiry archiver;
    private final DataDirectoryFiles directory;
    private final ConfigurationFiles files;
    private final ControlFile control;
    private final ServerControl server;
    private final Copying copying;
    private final Rejoin rejoin;
    private final RejoinLook rejoinLook;
    private final Rewinding rewinding;
    private final Bootstrapping bootstrapping;
    private final Callbacks callbacks = new Callbacks();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final OperationSlot slot;
    private final SlotKeeper slotKeeper;
    private final PostmasterWatch watch;
    private final StandbyWatch standbyWatch;
    private final PgTools tools;
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicReference<Role> role = new AtomicReference<>(Role.REPLICA);
    private final AtomicReference<Optional<Upstream>> following;
    private final AtomicReference<Map<String, PendingChange>> pendingRestart = new AtomicReference<>(Map.of());
    private final AtomicReference<PostgresState> bootstrapState = new AtomicReference<>(PostgresState.INITDB);
    private final AtomicBoolean lookedBefore = new AtomicBoolean();
    private final AtomicBoolean joining = new AtomicBoolean();
    private final AtomicBoolean checkedPending = new AtomicBoolean();
    private final AtomicBoolean reloadDue = new AtomicBoolean();
    private final AtomicBoolean stoppingAtOnce = new AtomicBoolean();
    private volatile Optional<Postmaster> observed = Optional.empty();
    private volatile boolean wasRunning;

    /** Looks at nothing yet. */
    public LocalPostgres(Ticker ticker, PostgresConfiguration initial) {
        this(ticker, initial, List::of);
    }

    /** {@code keeper}: the words before PostgreSQL's command line at each start, none for no keeper. */
    public LocalPostgres(Ticker ticker, PostgresConfiguration initial, Supplier<List<String>> keeper) {
        this.settings = initial.local().postgresql();
        this.configuration = new AtomicReference<>(initial);
        PgTools tools = new PgTools(settings);
        Supplier<PostgresSettings> newest = () -> configuration.get().local().postgresql();
        this.connections = new Connections(newest, () -> socketFolders(configuration.get()));
        this.monitor = new Monitor(connections);
        this.archiver = new ArchiverInquiry(connections);
        this.control = new ControlFile(tools, settings.dataDirectory());
        this.files = new ConfigurationFiles(newest, initial.local().name(), tools);
        this.directory = new DataDirectoryFiles(settings.dataDirectory(), control, files);
        PostgresLog log = new PostgresLog(settings.dataDirectory());
        this.server = new ServerControl(tools, connections, control, files, directory, callbacks, keeper, log);
        this.rejoinLook = new RejoinLook(settings.dataDirectory(), control, log);
        this.copying = new Copying(tools, newest, connections, control, directory);
        this.rejoin = new Rejoin(
                tools, newest, connections, control, directory, rejoinLook, new WalArchive(tools, newest, files));
        this.rewinding = new Rewinding(tools, configuration::get, connections, control, directory, files);
        this.bootstrapping = new Bootstrapping(tools, initial.local(), connections, files);
        this.following = new AtomicReference<>(files.following());
        this.slotKeeper = new SlotKeeper(
                connections, settings.dataDirectory(), initial.local().name(), following::get);
        this.slot = new OperationSlot(ticker, this::changed);
        this.watch = new PostmasterWatch(this::changed);
        this.tools = tools;
        this.standbyWatch = new StandbyWatch(
                connections,
                files.mainFile(),
                settings.dataDirectory().resolve("postgresql.auto.conf"),
                settings.pgpass());
    }

    @Override
    public ServerStatus observe(Deadline deadline) {
        Optional<Postmaster> postmaster =
                Postmaster.of(settings.dataDirectory()).or(this::orphan);
        DataDirectory data = look(postmaster);
        boolean alive = postmaster.isPresent();
        watch.expect(postmaster);
        if (!postmaster.equals(observed)) { // the children of a killed postmaster may answer for a while
            observed = postmaster;
            monitor.disconnect();
            checkedPending.set(false);
        }
        Optional<ServerReading> reading =
                alive && accepts() ? monitor.ask(deadline).map(slotKeeper::mark) : Optional.empty();
        reading.ifPresent(answer -> noteRole(answer.inRecovery()));
        join(alive, reading);
        checkPending(reading);
        if (reading.filter(ServerReading::inRecovery).isPresent()
                && slot.running().isEmpty()) {
            standbyWatch.look(
                    postmaster.orElseThrow(),
                    current -> repair(current, reading.get().version()));
        }
        wasRunning = (wasRunning && slot.running().isEmpty()) || alive;
        return new ServerStatus(
                data,
                alive,
                state(alive, reading.isPresent()),
                role(data, alive),
                reading,
                following.get(),
                slot.running(),
                slot.finished(),
                alive ? pendingRestart.get() : Map.of(),
                checkpointPending(reading, data),
                history(reading),
                mayRewind(),
                files.slotParameters(),
                rejoinLook.at(
                        alive,
                        reading,
                        data,
                        PostgresSection.effective(settings, configuration.get().dynamic())));
    }

    @Override
    public CompletableFuture<Optional<ServerReading>> readNow() {
        boolean alive = Postmaster.of(settings.dataDirectory()).isPresent();
        return alive && accepts() ? monitor.askSoon() : CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletableFuture<Optional<ArchiveFailure>> archiveFailure() {
        boolean alive = Postmaster.of(settings.dataDirectory()).isPresent();
        return alive && accepts() ? archiver.ask() : CompletableFuture.completedFuture(Optional.empty());
    }

    /** The postmaster that runs in a data directory. */
    public static Optional<Postmaster> postmaster(Path directory) {
        return Postmaster.of(directory);
    }

    /** A postmaster that lives on though its postmaster.pid is gone, perhaps with the whole data directory; also one that an earlier agent started. */
    private Optional<Postmaster> orphan() {
        return Postmaster.of(settings.dataDirectory()).isPresent()
                ? Optional.empty()
                : observed.filter(Postmaster::isAlive).or(() -> LostPostmaster.of(settings.dataDirectory()));
    }

    /** The files are not the running postmaster's if that works elsewhere; one that is being started has yet to go there. */
    private DataDirectory look(Optional<Postmaster> postmaster) {
        DataDirectory data = directory.look();
        boolean another = data instanceof DataDirectory.Present
                && slot.running().isEmpty()
                && Postmaster.of(settings.dataDirectory()).isEmpty()
                && postmaster
                        .filter(running ->
                                running.isAlive() && !Postmaster.worksIn(running.pid(), settings.dataDirectory()))
                        .isPresent();
        return another ? new DataDirectory.Replaced() : data;
    }

    /** The postmaster that the last look saw. */
    public Optional<Postmaster> postmaster() {
        return observed;
    }

    /** A server that ran before this agent is told of once, and gets the files that it would have with this agent (reference 6.2). */
    private void join(boolean alive, Optional<ServerReading> reading) {
        if (!lookedBefore.getAndSet(true)) {
            joining.set(alive);
        }
        if (reading.isPresent() && slot.running().isEmpty() && joining.compareAndSet(true, false)) {
            callbacks.fire("on_start", role.get(), configuration.get());
            if (!reading.get().inRecovery()) {
                Thread.ofPlatform().name("postgres-join").daemon().start(this::takeOver);
            }
        }
    }

    private void takeOver() {
        writing.lock();
        try {
            boolean primary = slot.running().isEmpty() && !files.hasSignal(); // still, since it was looked at
            if (primary && server.write(configuration.get(), Role.PRIMARY, following.get())) {
                server.reload(settings);
            }
        } catch (IOException e) {
            LOG.warnf("the configuration of the running server can't be written: %s", e.getMessage());
        } finally {
            writing.unlock();
        }
    }

    private static Optional<String> socketFolders(PostgresConfiguration now) {
        return Optional.ofNullable(EffectiveParameters.of(now.local(), now.dynamic(), 0, Role.PRIMARY)
                .file()
                .get("unix_socket_directories"));
    }

    private boolean accepts() {
        String status = Postmaster.status(settings.dataDirectory());
        return status.isEmpty() || status.equals("ready") || status.equals("standby");
    }

    /** A server that is being stopped or started has the role that it is to have, whatever it answers on its way. */
    private void noteRole(boolean inRecovery) {
        if (slot.runs(Operation.Stop.class) || slot.runs(Operation.Start.class)) {
            return;
        }
        boolean promoting = slot.runs(Operation.Promote.class);
        role.set(inRecovery ? (promoting ? Role.PROMOTED : ServerControl.standbyRole(following.get())) : Role.PRIMARY);
    }

    /** Of the server whose files are here. */
    private Role writtenRole() {
        return files.hasSignal() ? ServerControl.standbyRole(following.get()) : Role.PRIMARY;
    }

    private Role role(DataDirectory data, boolean alive) {
        return switch (data) {
            case DataDirectory.Empty _ -> Role.UNINITIALIZED;
            case DataDirectory.Unreadable _, DataDirectory.Replaced _ -> role.get();
            case DataDirectory.Present present ->
                alive ? role.get() : present.recoverySignal() ? Role.REPLICA : Role.DEMOTED;
        };
    }

    private PostgresState state(boolean alive, boolean answers) {
        Optional<PostgresState> busy = slot.running().flatMap(running -> switch (running.operation()) {
            case Operation.Bootstrap _ -> Optional.of(bootstrapState.get());
            case Operation.Clone _, Operation.Reinitialize _ -> Optional.of(PostgresState.CREATING_REPLICA);
            case Operation.Start _ -> Optional.of(PostgresState.STARTING);
            case Operation.Stop _ -> Optional.of(PostgresState.STOPPING);
            case Operation.Restart _ -> Optional.of(PostgresState.RESTARTING);
            case Operation.DiscardFailedBootstrap _,
                    Operation.Promote _,
                    Operation.Follow _,
                    Operation.CrashRecovery _,
                    Operation.CheckDivergence _,
                    Operation.Rewind _,
                    Operation.CopyLogicalSlots _,
                    Operation.CheckpointAfterPromotion _ -> Optional.empty();
        });
        if (busy.isPresent()) {
            return busy.get();
        }
        if (alive) {
            return answers || accepts() ? PostgresState.RUNNING : PostgresState.STARTING;
        }
        return slot.failed(Operation.Start.class)
                ? PostgresState.START_FAILED
                : wasRunning ? PostgresState.CRASHED : PostgresState.STOPPED;
    }

    /** A primary whose control file still names the timeline before its promotion. */
    private static boolean checkpointPending(Optional<ServerReading> reading, DataDirectory data) {
        return reading.isPresent()
                && !reading.get().inRecovery()
                && data instanceof DataDirectory.Present present
                && reading.get().timeline().orElse(0) > present.control().checkpointTimeline();
    }

    private History history(Optional<ServerReading> reading) {
        int timeline = reading.filter(answer -> !answer.inRecovery())
                .map(answer -> answer.timeline().orElse(0))
                .orElse(0);
        if (timeline < 2) {
            return History.EMPTY;
        }
        Path file = settings.dataDirectory().resolve("pg_wal/%08X.history".formatted(timeline));
        try {
            String at = IsoTime.format(Files.getLastModifiedTime(file)
                    .toInstant()
                    .atZone(ZoneId.systemDefault())
                    .toOffsetDateTime());
            return TimelineHistory.parse(Files.readString(file), Optional.of(at));
        } catch (IOException gone) {
            return History.EMPTY;
        }
    }

    private boolean mayRewind() {
        return PostgresSection.effective(settings, configuration.get().dynamic())
                        .bool("use_pg_rewind")
                        .orElse(false)
                && control.recordsPageChanges();
    }

    /** Once after each start, and at each reload. */
    private void checkPending(Optional<ServerReading> reading) {
        if (reading.isPresent() && slot.running().isEmpty() && checkedPending.compareAndSet(false, true)) {
            Thread.ofPlatform().name("postgres-pending").daemon().start(this::refreshPending);
        }
    }

    private void refreshPending() {
        pause(UNTIL_RELOADED); // a reload is asynchronous
        Map<String, String> wanted =
                server.parameters(configuration.get(), role.get()).file();
        try (Connection connection = connections.local("Patroni", SQL_TIMEOUT_MILLIS)) {
            Map<String, PendingChange> now = new PendingRestart(connection, this::valueInFiles).of(wanted);
            Map<String, PendingChange> before = pendingRestart.getAndSet(now);
            now.forEach((name, change) -> {
                if (!change.equals(before.get(name))) {
                    LOG.infof(
                            "Changed %s from '%s' to '%s' (restart might be required)",
                            name, change.oldValue(), change.newValue());
                    if (!role.get().leads() && StandbyMinimum.lowers(name, change.oldValue(), change.newValue())) {
                        LOG.infof(
                                "%s can be lowered here only after the primary was restarted with the new value:"
                                        + " restart the primary first, and then this standby",
                                name);
                    }
                }
            });
            if (!now.equals(before)) { // `list` shows it from the member key
                changed();
            }
        } catch (SQLException e) {
            checkedPending.set(false);
            LOG.debugf("pg_settings can't be read: %s", e.getMessage());
        }
    }

    private String valueInFiles(String parameter) {
        PgTools.Result result = tools.run(
                "postgres",
                List.of(
                        "-C",
                        parameter,
                        "-D",
                        settings.dataDirectory().toString(),
                        "--config-file=" + files.mainFile()),
                Map.of(),
                Deadline.after(Duration.ofSeconds(5)));
        return result.ok() ? result.output().strip() : "?";
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Somebody has changed a standby's files: they are written again, and the server told. */
    private void repair(Map<String, RecoveryComparison.Current> current, int version) {
        writing.lock();
        try {
            if (slot.running().isPresent() || !files.hasSignal()) { // it may have been promoted since it was looked at
                return;
            }
            ConfigurationFiles.Wanted wanted = server.wanted(configuration.get(), writtenRole(), following.get());
            Set<String> different = RecoveryComparison.differences(files.recovery(wanted), current, version);
            Optional<Upstream> streamed = following.get().filter(Upstream::answersSql);
            boolean passwordChanged = streamed.isPresent() && !files.passfileIsCurrent(streamed.get());
            if (files.write(wanted) || !different.isEmpty() || passwordChanged) {
                LOG.infof(
                        "the standby's configuration was not as it has to be %s; it was written again and is reloaded",
                        different);
                server.reload(settings);
            }
        } catch (IOException e) {
            LOG.warnf("the standby's configuration can't be written: %s", e.getMessage());
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void begin(Operation operation) {
        slot.begin(operation, cancellation -> {
            OperationResult result = run(operation, cancellation);
            if (reloadDue.getAndSet(false)
                    && Postmaster.of(settings.dataDirectory()).isPresent()) {
                applyReload(configuration.get(), false).ifPresent(why -> LOG.warnf("reloading PostgreSQL: %s", why));
            }
            return result;
        });
    }

    /** Whoever writes files now looked before this operation began; whoever comes later sees it, and writes nothing. */
    private PostgresConfiguration configurationWithoutWriter() {
        writing.lock();
        try {
            return configuration.get();
        } finally {
            writing.unlock();
        }
    }

    /** It works on files that nobody else may have open. */
    private static boolean needsDirectory(Operation operation) {
        return switch (operation) {
            case Operation.Start _,
                    Operation.CrashRecovery _,
                    Operation.Rewind _,
                    Operation.Reinitialize _,
                    Operation.Bootstrap _,
                    Operation.DiscardFailedBootstrap _,
                    Operation.Clone _,
                    Operation.Restart _,
                    Operation.CopyLogicalSlots _ -> true;
            case Operation.Stop _,
                    Operation.Promote _,
                    Operation.Follow _,
                    Operation.CheckDivergence _,
                    Operation.CheckpointAfterPromotion _ -> false;
        };
    }

    private OperationResult run(Operation operation, Cancellation cancellation) {
        PostgresConfiguration now = configurationWithoutWriter();
        Optional<String> hanging = needsDirectory(operation) ? vacate() : Optional.empty();
        if (hanging.isPresent()) {
            return new OperationResult.Failed(hanging.get());
        }
        return switch (operation) {
            case Operation.Bootstrap _ -> bootstrap(now, cancellation);
            case Operation.DiscardFailedBootstrap _ -> discard(now);
            case Operation.Clone clone -> copying.clone(clone.source(), now, cancellation);
            case Operation.Reinitialize again -> reinitialize(again, now, cancellation);
            case Operation.Start start -> start(now, start, cancellation);
            case Operation.Stop stop -> stop(now, stop, cancellation);
            case Operation.Restart restart ->
                server.restart(now, role.get(), following.get(), restart.patience(), cancellation);
            case Operation.Promote _ -> {
                role.set(Role.PROMOTED);
                slotKeeper.promoting();
                yield server.promote(now, following.get(), cancellation);
            }
            case Operation.Follow follow -> follow(now, follow.upstream());
            case Operation.CrashRecovery _ -> rewinding.crashRecovery(cancellation);
            case Operation.CheckDivergence check -> rejoin.check(check.leader(), leaderReplays(now, check.leader()));
            case Operation.Rewind rewind -> rewind(now, rewind, cancellation);
            case Operation.CopyLogicalSlots copy -> copySlots(now, copy, cancellation);
            case Operation.CheckpointAfterPromotion _ -> server.checkpoint(cancellation);
        };
    }

    /** Ends who lost this directory and still has its files open. Says who can't be ended: then nothing may be written here. */
    private Optional<String> vacate() {
        for (Optional<Postmaster> lost = orphan(); lost.isPresent(); lost = orphan()) {
            if (server.end(lost.get()) instanceof OperationResult.Failed(String why)) {
                return Optional.of(why);
            }
        }
        return FormerChildren.end(settings.dataDirectory());
    }

    private OperationResult bootstrap(PostgresConfiguration now, Cancellation cancellation) {
        bootstrapState.set(PostgresState.INITDB);
        if (CustomBootstrap.of(now.local()).isPresent()) {
            bootstrapState.set(PostgresState.CUSTOM_BOOTSTRAP);
        }
        OperationResult result = bootstrapping.run(
                directory,
                new Bootstrapping.NewServer() {
                    @Override
                    public OperationResult start() {
                        return server.start(
                                now,
                                Operation.Start.As.PRIMARY,
                                Optional.empty(),
                                Optional.of(FIRST_START),
                                NO_CALLBACK,
                                cancellation);
                    }

                    @Override
                    public OperationResult startRestored(CustomBootstrap custom) {
                        bootstrapState.set(PostgresState.BOOTSTRAP_STARTING);
                        return server.startRestored(now, custom, cancellation);
                    }

                    @Override
                    public OperationResult stop() {
                        return server.stopRestored(now, cancellation);
                    }
                },
                cancellation);
        if (result instanceof OperationResult.Succeeded) {
            callbacks.fire("on_start", Role.PRIMARY, now);
        }
        return result;
    }

    private OperationResult start(PostgresConfiguration now, Operation.Start start, Cancellation cancellation) {
        following.set(start.follow());
        Role before = role.get();
        boolean wasPrimary = before == Role.DEMOTED || before.leads();
        boolean demoted = start.as() == Operation.Start.As.REPLICA && wasPrimary;
        role.set(start.as() == Operation.Start.As.PRIMARY ? Role.PRIMARY : ServerControl.standbyRole(start.follow()));
        OperationResult result = server.start(
                now,
                start.as(),
                start.follow(),
                start.patience(),
                demoted ? "on_role_change" : "on_start",
                cancellation);
        if (result instanceof OperationResult.Failed && before.leads()) { // a crashed primary fails to come back
            role.set(Role.DEMOTED);
            callbacks.fire("on_role_change", Role.DEMOTED, now);
        }
        return result;
    }

    private OperationResult follow(PostgresConfiguration now, Optional<Upstream> upstream) {
        OperationResult result = server.follow(now, upstream);
        if (result instanceof OperationResult.Succeeded) {
            Role before = ServerControl.standbyRole(following.getAndSet(upstream));
            Role after = ServerControl.standbyRole(upstream);
            if (before != after) {
                role.set(after);
                callbacks.fire("on_role_change", after, now);
            }
        }
        return result;
    }

    /** In a standby cluster the leader is a standby, too. */
    static boolean leaderReplays(PostgresConfiguration now, Upstream leader) {
        return now.dynamic().standbyCluster() && !leader.isRemote();
    }

    private OperationResult stop(PostgresConfiguration now, Operation.Stop stop, Cancellation cancellation) {
        Role before = role.get();
        if (before.leads()) {
            role.set(Role.DEMOTED);
        }
        OperationResult result =
                orphan().map(server::end).orElseGet(() -> server.stop(now, stop, before, cancellation));
        if (result instanceof OperationResult.Succeeded) {
            wasRunning = false;
        }
        return result;
    }

    private OperationResult discard(PostgresConfiguration now) {
        OperationResult stopped = server.stop(
                now,
                new Operation.Stop(Operation.Stop.Mode.IMMEDIATE, false, "bootstrap failed"),
                role.get(),
                new Cancellation());
        if (!(stopped instanceof OperationResult.Succeeded)) {
            return stopped;
        }
        try {
            directory.setAside();
            return new OperationResult.Succeeded();
        } catch (IOException e) {
            return new OperationResult.Failed(
                    "the data directory could not be set aside: " + FileProblem.whereAndWhy(e));
        }
    }

    private OperationResult reinitialize(
            Operation.Reinitialize again, PostgresConfiguration now, Cancellation cancellation) {
        Optional<String> refusal = copying.refusal(again.source(), now, again.ordered());
        if (refusal.isPresent()) {
            return new OperationResult.Failed(refusal.get());
        }
        OperationResult stopped = server.stop(
                now,
                new Operation.Stop(Operation.Stop.Mode.IMMEDIATE, false, "reinitialize"),
                role.get(),
                cancellation);
        if (!(stopped instanceof OperationResult.Succeeded)) {
            return stopped;
        }
        wasRunning = false;
        LOG.infof("removing the data directory %s: %s", settings.dataDirectory(), again.reason());
        return copying.replace(again.source(), now, again.ordered(), cancellation);
    }

    private OperationResult rewind(PostgresConfiguration now, Operation.Rewind rewind, Cancellation cancellation) {
        OperationResult stopped = server.stop(
                now, new Operation.Stop(Operation.Stop.Mode.FAST, false, "pg_rewind"), role.get(), cancellation);
        wasRunning = false;
        return stopped instanceof OperationResult.Succeeded ? rewinding.rewind(rewind.leader(), cancellation) : stopped;
    }

    private OperationResult copySlots(
            PostgresConfiguration now, Operation.CopyLogicalSlots copy, Cancellation cancellation) {
        OperationResult result = slotKeeper.copy(copy, now, server, following.get(), cancellation);
        wasRunning = false;
        return result;
    }

    @Override
    public void cancelOperation() {
        slot.cancel();
    }

    @Override
    public void stopAtOnce() {
        slot.cancel();
        if (stoppingAtOnce.compareAndSet(false, true)) {
            Thread.ofPlatform().name("stop-at-once").daemon().start(() -> {
                try {
                    orphan().ifPresentOrElse(server::end, () -> server.stopAtOnce(settings));
                } finally {
                    stoppingAtOnce.set(false);
                }
                changed();
            });
        }
    }

    @Override
    public Optional<String> reload(PostgresConfiguration changed, Deadline deadline) {
        PostgresConfiguration before = configuration.getAndSet(changed);
        // a person who asks for it gets a reload even if nothing has changed
        boolean ordered = before.dynamic().equals(changed.dynamic());
        if (slot.running().isPresent()) {
            reloadDue.set(true);
            return Optional.empty();
        }
        return Postmaster.of(settings.dataDirectory()).isPresent() ? applyReload(changed, ordered) : Optional.empty();
    }

    private Optional<String> applyReload(PostgresConfiguration changed, boolean ordered) {
        writing.lock();
        try {
            boolean written = server.write(changed, writtenRole(), following.get());
            checkedPending.set(false);
            if (!written && !ordered) {
                LOG.info("No PostgreSQL configuration items changed, nothing to reload.");
                return Optional.empty();
            }
            if (server.reload(settings) instanceof OperationResult.Failed(String why)) {
                return Optional.of(why);
            }
            callbacks.fire("on_reload", role.get(), changed);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("PostgreSQL's configuration could not be written: " + FileProblem.whereAndWhy(e));
        } finally {
            writing.unlock();
        }
    }

    @Override
    public Optional<String> changeSlots(List<SlotChange> changes, Deadline deadline) {
        return slotKeeper.change(changes);
    }

    @Override
    public Optional<String> setSlotParameters(Map<String, String> parameters, Deadline deadline) {
        files.setSlotParameters(parameters);
        return writeAgain();
    }

    /** With what this agent itself wants of the server; tells why not. */
    private Optional<String> writeAgain() {
        writing.lock();
        try {
            server.write(configuration.get(), writtenRole(), following.get());
        } catch (IOException e) {
            return Optional.of("PostgreSQL's configuration could not be written: " + FileProblem.whereAndWhy(e));
        } finally {
            writing.unlock();
        }
        return server.reload(settings) instanceof OperationResult.Failed(String why)
                ? Optional.of(why)
                : Optional.empty();
    }

    @Override
    public Optional<String> setSynchronousStandbyNames(Optional<String> names, Deadline deadline) {
        if (names.isEmpty() && files.standbyNames().isEmpty()) {
            return Optional.empty(); // the user's value is in effect
        }
        if (slot.running().isPresent() && !slot.runs(Operation.CheckpointAfterPromotion.class)) {
            return Optional.of("PostgreSQL is busy");
        }
        files.useStandbyNames(names);
        Optional<String> failure = writeAgain();
        if (failure.isPresent()) {
            return failure;
        }
        pause(RELOAD); // PostgreSQL's processes read their configuration in their own time
        return files.hasSignal() ? Optional.empty() : server.moveWal(deadline);
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }
}
