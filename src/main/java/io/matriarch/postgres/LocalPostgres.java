package io.matriarch.postgres;

import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.ServerStatus.PendingChange;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.PostgresSection;
import io.matriarch.config.PostgresSettings;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** The local PostgreSQL, through its files, its processes and SQL. {@link #observe} belongs to one thread; the rest is safe for several. */
public final class LocalPostgres implements Postgres {
    private static final Logger LOG = Logger.getLogger(LocalPostgres.class);
    private static final int SQL_TIMEOUT_MILLIS = 3000;

    private final PostgresSettings settings;
    private final AtomicReference<PostgresConfiguration> configuration;
    private final Connections connections;
    private final Monitor monitor;
    private final DataDirectoryFiles directory;
    private final ConfigurationFiles files;
    private final ControlFile control;
    private final ServerControl server;
    private final Copying copying;
    private final Rejoin rejoin;
    private final Rewinding rewinding;
    private final Bootstrapping bootstrapping;
    private final Callbacks callbacks = new Callbacks();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final OperationSlot slot;
    private final PostmasterWatch watch;
    private final AtomicReference<Role> role = new AtomicReference<>(Role.REPLICA);
    private final AtomicReference<Optional<Upstream>> following;
    private final AtomicReference<Map<String, PendingChange>> pendingRestart = new AtomicReference<>(Map.of());
    private final AtomicBoolean checkedPending = new AtomicBoolean();
    private final AtomicBoolean reloadDue = new AtomicBoolean();
    private final AtomicBoolean stoppingAtOnce = new AtomicBoolean();
    private Optional<Postmaster> observed = Optional.empty();
    private volatile boolean wasRunning;

    /** Looks at nothing yet. */
    public LocalPostgres(Ticker ticker, PostgresConfiguration initial) {
        this.settings = initial.local().postgresql();
        this.configuration = new AtomicReference<>(initial);
        PgTools tools = new PgTools(settings);
        Supplier<PostgresSettings> newest = () -> configuration.get().local().postgresql();
        this.connections = new Connections(newest);
        this.monitor = new Monitor(connections);
        this.control = new ControlFile(tools, settings.dataDirectory());
        this.files = new ConfigurationFiles(newest, initial.local().name());
        this.directory = new DataDirectoryFiles(settings.dataDirectory(), control, files);
        this.server = new ServerControl(tools, connections, control, files, directory, callbacks);
        this.copying = new Copying(tools, newest, connections, control, directory);
        this.rejoin = new Rejoin(tools, newest, connections, control, directory);
        this.rewinding = new Rewinding(tools, newest, directory, files);
        this.bootstrapping = new Bootstrapping(tools, initial.local(), connections, files);
        this.following = new AtomicReference<>(files.following());
        this.slot = new OperationSlot(ticker, this::changed);
        this.watch = new PostmasterWatch(settings.dataDirectory(), this::changed);
    }

    @Override
    public ServerStatus observe(Deadline deadline) {
        DataDirectory data = directory.look();
        Optional<Postmaster> postmaster = Postmaster.of(settings.dataDirectory());
        boolean alive = postmaster.isPresent();
        watch.expect(alive);
        if (!postmaster.equals(observed)) { // the children of a killed postmaster may answer for a while
            observed = postmaster;
            monitor.disconnect();
            checkedPending.set(false);
        }
        Optional<ServerReading> reading = alive && accepts() ? monitor.ask(deadline) : Optional.empty();
        reading.ifPresent(answer -> noteRole(answer.inRecovery()));
        checkPending(reading);
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
                mayRewind());
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
        role.set(inRecovery ? (promoting ? Role.PROMOTED : standbyRole(following.get())) : Role.PRIMARY);
    }

    /** Only the leader of a standby cluster follows the remote primary. */
    private static Role standbyRole(Optional<Upstream> upstream) {
        return upstream.filter(Upstream::isRemote).isPresent() ? Role.STANDBY_LEADER : Role.REPLICA;
    }

    private Role role(DataDirectory data, boolean alive) {
        return switch (data) {
            case DataDirectory.Empty _ -> Role.UNINITIALIZED;
            case DataDirectory.Unreadable _ -> role.get();
            case DataDirectory.Present present ->
                alive ? role.get() : present.recoverySignal() ? Role.REPLICA : Role.DEMOTED;
        };
    }

    private PostgresState state(boolean alive, boolean answers) {
        Optional<PostgresState> busy = slot.running().flatMap(running -> switch (running.operation()) {
            case Operation.Bootstrap _ -> Optional.of(PostgresState.INITDB);
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
        Map<String, String> wanted =
                server.parameters(configuration.get(), role.get()).file();
        try (Connection connection = connections.local("Patroni", SQL_TIMEOUT_MILLIS)) {
            pendingRestart.set(new PendingRestart(connection).of(wanted));
        } catch (SQLException e) {
            checkedPending.set(false);
            LOG.debugf("pg_settings can't be read: %s", e.getMessage());
        }
    }

    @Override
    public void begin(Operation operation) {
        slot.begin(operation, cancellation -> {
            OperationResult result = run(operation, cancellation);
            if (reloadDue.getAndSet(false)
                    && Postmaster.of(settings.dataDirectory()).isPresent()) {
                applyReload(configuration.get()).ifPresent(why -> LOG.warnf("reloading PostgreSQL: %s", why));
            }
            return result;
        });
    }

    private OperationResult run(Operation operation, Cancellation cancellation) {
        PostgresConfiguration now = configuration.get();
        return switch (operation) {
            case Operation.Bootstrap _ ->
                bootstrapping.run(
                        directory,
                        () -> server.start(
                                now,
                                Operation.Start.As.PRIMARY,
                                Optional.empty(),
                                Optional.of(Duration.ofMinutes(5)),
                                "on_start",
                                cancellation),
                        cancellation);
            case Operation.DiscardFailedBootstrap _ -> discard(now);
            case Operation.Clone clone -> copying.clone(clone.source(), now, cancellation);
            case Operation.Reinitialize again -> reinitialize(again, now, cancellation);
            case Operation.Start start -> {
                following.set(start.follow());
                boolean demoted = start.as() == Operation.Start.As.REPLICA
                        && (role.get() == Role.DEMOTED || role.get().leads());
                role.set(start.as() == Operation.Start.As.PRIMARY ? Role.PRIMARY : standbyRole(start.follow()));
                yield server.start(
                        now,
                        start.as(),
                        start.follow(),
                        start.patience(),
                        demoted ? "on_role_change" : "on_start",
                        cancellation);
            }
            case Operation.Stop stop -> stop(now, stop, cancellation);
            case Operation.Restart restart ->
                server.restart(now, role.get(), following.get(), restart.patience(), cancellation);
            case Operation.Promote _ -> {
                role.set(Role.PROMOTED);
                yield server.promote(now, cancellation);
            }
            case Operation.Follow follow -> follow(now, follow.upstream());
            case Operation.CrashRecovery _ -> rewinding.crashRecovery(cancellation);
            case Operation.CheckDivergence check -> rejoin.check(check.leader());
            case Operation.Rewind rewind -> rewind(now, rewind, cancellation);
            case Operation.CheckpointAfterPromotion _ -> server.checkpoint(cancellation);
        };
    }

    private OperationResult follow(PostgresConfiguration now, Optional<Upstream> upstream) {
        OperationResult result = server.follow(now, upstream);
        if (result instanceof OperationResult.Succeeded) {
            Role before = standbyRole(following.getAndSet(upstream));
            Role after = standbyRole(upstream);
            if (before != after) {
                role.set(after);
                callbacks.fire("on_role_change", after, now);
            }
        }
        return result;
    }

    private OperationResult stop(PostgresConfiguration now, Operation.Stop stop, Cancellation cancellation) {
        Role before = role.get();
        if (before.leads()) {
            role.set(Role.DEMOTED);
        }
        OperationResult result = server.stop(now, stop, before, cancellation);
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
            return new OperationResult.Failed("the data directory could not be set aside: " + e);
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
                    server.stopAtOnce(settings);
                } finally {
                    stoppingAtOnce.set(false);
                }
                changed();
            });
        }
    }

    @Override
    public Optional<String> reload(PostgresConfiguration changed, Deadline deadline) {
        configuration.set(changed);
        if (slot.running().isPresent()) {
            reloadDue.set(true);
            return Optional.empty();
        }
        return Postmaster.of(settings.dataDirectory()).isPresent() ? applyReload(changed) : Optional.empty();
    }

    private Optional<String> applyReload(PostgresConfiguration changed) {
        try {
            boolean standby = files.hasSignal();
            server.write(
                    changed,
                    standby ? standbyRole(following.get()) : Role.PRIMARY,
                    following.get(),
                    standby ? server.raised(server.parameters(changed, Role.REPLICA)) : Map.of());
            if (server.reload(settings) instanceof OperationResult.Failed(String why)) {
                return Optional.of(why);
            }
            callbacks.fire("on_reload", role.get(), changed);
            checkedPending.set(false);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("PostgreSQL's configuration could not be written: " + e);
        }
    }

    @Override
    public Optional<String> syncSlots(Set<String> wanted, Deadline deadline) {
        try (Connection connection = connections.local("Patroni", SQL_TIMEOUT_MILLIS)) {
            return new Slots(connection).sync(wanted);
        } catch (SQLException e) {
            return Optional.of(Optional.ofNullable(e.getMessage()).orElse("no answer"));
        }
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }
}
