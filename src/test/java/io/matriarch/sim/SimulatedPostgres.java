package io.matriarch.sim;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.Upstream;
import io.matriarch.postgres.Postgres;
import io.matriarch.postgres.PostgresConfiguration;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A PostgreSQL on virtual time: its WAL is a list of records, each with the timeline it was written on; a position is eight bytes a record. */
final class SimulatedPostgres implements Postgres {
    private static final int BYTES_A_RECORD = 8;

    private final World world;
    private final String name;
    private final List<Runnable> listeners = new ArrayList<>();
    private List<WalRecord> wal = new ArrayList<>();
    private Optional<String> systemIdentifier = Optional.empty();
    private int timeline = 1;
    private int checkpointTimeline = 1;
    private boolean standbySignal;
    private boolean cleanlyShutDown = true;
    private boolean running;
    private boolean open;
    private boolean crashed;
    private Role role = Role.UNINITIALIZED;
    private Set<String> slots = Set.of();
    private Optional<Upstream> following = Optional.empty();
    private Optional<ServerStatus.Running> operation = Optional.empty();
    private Optional<ServerStatus.Finished> finished = Optional.empty();
    private long lastId;
    private boolean cancelled;
    /** The operation has done what can't be taken back: the checkpoint is over and the server shuts down, or it was told to promote. */
    private boolean pointOfNoReturn;

    /** Time, chance, and the other servers. */
    interface World {
        /** Virtual nanoseconds. */
        long now();

        boolean chance(double probability);

        /** A number that nobody had before. */
        long identifier();

        Duration durationOf(Operation operation);

        /** Does it later, unless the node dies meanwhile. */
        void after(String node, Duration delay, Runnable action);

        Optional<SimulatedPostgres> reachableServer(String from, String to);

        void promoted(String name);

        /** {@code ordered}: a person asked for it. */
        void dataRemoved(String name, int length, boolean ordered);

        /** An operation ended well. */
        void ended(String name, Operation operation);
    }

    SimulatedPostgres(World world, String name) {
        this.world = world;
        this.name = name;
    }

    boolean streamsFrom(String member) {
        return isStreamingStandby() && following.map(Upstream::member).equals(Optional.of(member));
    }

    /** The first record that isn't the same in both; the length of the shorter one if there is none. */
    int forkFrom(SimulatedPostgres other) {
        int same = 0;
        int differs = Math.min(wal.size(), other.wal.size());
        while (same < differs) {
            int middle = (same + differs) >>> 1;
            if (wal.get(middle).equals(other.wal.get(middle))) {
                same = middle + 1;
            } else {
                differs = middle;
            }
        }
        return same;
    }

    /** A row somebody wrote, or a mark that a timeline begins with. */
    record WalRecord(long id, int timeline) {}

    boolean acceptsWrites() {
        return running && open;
    }

    boolean isStreamingStandby() {
        return running && !open && upstream().isPresent();
    }

    int length() {
        return wal.size();
    }

    List<WalRecord> wal() {
        return List.copyOf(wal);
    }

    int timeline() {
        return timeline;
    }

    void write(long id) {
        wal.add(new WalRecord(id, timeline));
    }

    /** Takes over what the upstream has, if its WAL continues this one. */
    void stream() {
        upstream().filter(_ -> running).ifPresent(source -> {
            wal.addAll(source.wal.subList(wal.size(), source.wal.size()));
            timeline = source.timeline;
        });
    }

    private Optional<SimulatedPostgres> upstream() {
        return following
                .map(Upstream::member)
                .flatMap(member -> world.reachableServer(name, member))
                .filter(source -> source.running && isPrefixOf(source));
    }

    /** Each record was written once, after one certain history: if the last one is the same at the same place, all before it are. */
    private boolean isPrefixOf(SimulatedPostgres source) {
        return wal.size() <= source.wal.size()
                && (wal.isEmpty() || source.wal.get(wal.size() - 1).equals(wal.getLast()));
    }

    /** kill -9 of the postmaster. */
    void crash() {
        if (running) {
            running = false;
            open = false;
            crashed = true;
            cleanlyShutDown = standbySignal && cleanlyShutDown;
            changed();
        }
    }

    /** The agent died with the operation's thread: what PostgreSQL was told already goes on without it. */
    void agentGone() {
        if (pointOfNoReturn) {
            operation.ifPresent(begun -> {
                switch (begun.operation()) {
                    case Operation.Stop _, Operation.Restart _ -> stopServer();
                    case Operation.Promote _ -> promote();
                    case Operation.Bootstrap _,
                            Operation.DiscardFailedBootstrap _,
                            Operation.Clone _,
                            Operation.Reinitialize _,
                            Operation.Start _,
                            Operation.Follow _,
                            Operation.CrashRecovery _,
                            Operation.CheckDivergence _,
                            Operation.Rewind _,
                            Operation.CheckpointAfterPromotion _ -> {}
                }
            });
        }
        operation = Optional.empty();
        finished = Optional.empty();
        listeners.clear();
        if (role == Role.PROMOTED) {
            role = Role.REPLICA;
        }
    }

    /** The machine is gone: what was in progress is, too. */
    void loseMachine() {
        crash();
        operation = Optional.empty();
        finished = Optional.empty();
        listeners.clear();
        role = systemIdentifier.isEmpty() ? Role.UNINITIALIZED : standbySignal ? Role.REPLICA : Role.DEMOTED;
    }

    /** With everything on it; the machine is off. */
    void loseDisk() {
        forget();
    }

    @Override
    public ServerStatus observe(Deadline deadline) {
        return new ServerStatus(
                directory(),
                running,
                state(),
                role,
                running ? Optional.of(reading()) : Optional.empty(),
                following,
                operation,
                finished,
                Map.of(),
                open && checkpointTimeline != timeline,
                history(),
                true);
    }

    private DataDirectory directory() {
        return systemIdentifier
                .<DataDirectory>map(identifier -> new DataDirectory.Present(
                        new ControlData(identifier, clusterState(), position(), checkpointTimeline), standbySignal))
                .orElseGet(DataDirectory.Empty::new);
    }

    private String clusterState() {
        if (running) {
            return open ? "in production" : "in archive recovery";
        }
        if (standbySignal) {
            return "shut down in recovery";
        }
        return cleanlyShutDown ? "shut down" : "in production";
    }

    private PostgresState state() {
        if (operation.isPresent()) {
            return PostgresState.STARTING;
        }
        return running ? PostgresState.RUNNING : crashed ? PostgresState.CRASHED : PostgresState.STOPPED;
    }

    private ServerReading reading() {
        boolean streams = upstream().isPresent();
        return new ServerReading(
                150000,
                Instant.EPOCH,
                !open,
                OptionalInt.of(timeline),
                open ? position() : Lsn.ZERO,
                open ? Lsn.ZERO : position(),
                open ? Lsn.ZERO : position(),
                Optional.empty(),
                false,
                !open && streams ? Optional.of("streaming") : Optional.empty(),
                Optional.empty(),
                List.of(),
                slots.stream()
                        .map(slot -> new ServerReading.Slot(slot, true, true, Optional.empty(), false))
                        .toList());
    }

    Lsn position() {
        return new Lsn((long) wal.size() * BYTES_A_RECORD);
    }

    private History history() {
        List<History.Entry> entries = new ArrayList<>();
        for (int i = 1; i < wal.size(); i++) {
            if (wal.get(i).timeline() != wal.get(i - 1).timeline()) {
                entries.add(new History.Entry(
                        wal.get(i - 1).timeline(),
                        new Lsn((long) i * BYTES_A_RECORD),
                        "simulated",
                        Optional.empty(),
                        Optional.empty()));
            }
        }
        return new History(entries);
    }

    @Override
    public void begin(Operation begun) {
        if (operation.isPresent()) {
            throw new IllegalStateException(operation.get() + " is in progress, can't begin " + begun);
        }
        lastId++;
        long id = lastId;
        cancelled = false;
        pointOfNoReturn = false;
        finished = Optional.empty();
        operation = Optional.of(new ServerStatus.Running(id, begun, world.now()));
        Duration preparation = preparation(begun);
        if (preparation.isZero()) {
            beginning(begun);
        } else {
            world.after(name, preparation, () -> during(id, () -> beginning(begun)));
        }
        world.after(
                name,
                preparation.plus(world.durationOf(begun)),
                () -> during(id, () -> {
                    OperationResult result = end(begun);
                    operation = Optional.empty();
                    finished = Optional.of(new ServerStatus.Finished(id, begun, result));
                    if (result instanceof OperationResult.Succeeded) {
                        world.ended(name, begun);
                    }
                    changed();
                }));
    }

    private void during(long id, Runnable action) {
        if (operation.filter(now -> now.id() == id).isPresent()) {
            action.run();
        }
    }

    /** How long PostgreSQL goes on as before: a checkpoint before it stops, the pre_promote script. */
    private Duration preparation(Operation begun) {
        boolean checkpoint = open
                && (begun instanceof Operation.Restart
                        || (begun instanceof Operation.Stop stop && stop.checkpointFirst()));
        if (checkpoint) {
            return world.durationOf(new Operation.CheckpointAfterPromotion());
        }
        return begun instanceof Operation.Promote ? world.durationOf(new Operation.Follow(following)) : Duration.ZERO;
    }

    /** What an operation does at once, after its preparation. */
    private void beginning(Operation begun) {
        switch (begun) {
            case Operation.Stop _, Operation.Restart _ -> {
                pointOfNoReturn = true;
                open = false;
            }
            case Operation.Reinitialize again -> {
                world.dataRemoved(name, length(), again.ordered());
                stopServer();
                forget();
            }
            case Operation.Promote _ -> {
                pointOfNoReturn = !cancelled;
                role = Role.PROMOTED;
            }
            case Operation.Bootstrap _,
                    Operation.DiscardFailedBootstrap _,
                    Operation.Clone _,
                    Operation.Start _,
                    Operation.Follow _,
                    Operation.CrashRecovery _,
                    Operation.CheckDivergence _,
                    Operation.Rewind _,
                    Operation.CheckpointAfterPromotion _ -> {}
        }
    }

    private OperationResult end(Operation ended) {
        return switch (ended) {
            case Operation.Bootstrap _ -> bootstrap();
            case Operation.DiscardFailedBootstrap _ -> {
                stopServer();
                forget();
                yield new OperationResult.Succeeded();
            }
            case Operation.Clone clone -> copy(clone.source());
            case Operation.Reinitialize again -> copy(again.source());
            case Operation.Start start -> start(start);
            case Operation.Stop stop -> {
                boolean clean = running && stop.mode() == Operation.Stop.Mode.FAST;
                stopServer();
                cleanlyShutDown = clean || standbySignal;
                yield new OperationResult.Succeeded();
            }
            case Operation.Restart _ -> restart();
            case Operation.Promote _ -> promote();
            case Operation.Follow follow -> {
                following = follow.upstream();
                yield new OperationResult.Succeeded();
            }
            case Operation.CrashRecovery _ -> {
                cleanlyShutDown = true;
                yield new OperationResult.Succeeded();
            }
            case Operation.CheckDivergence check -> diverged(check.leader());
            case Operation.Rewind rewind -> {
                stopServer();
                yield copy(rewind.leader());
            }
            case Operation.CheckpointAfterPromotion _ -> {
                checkpointTimeline = timeline;
                yield new OperationResult.Succeeded();
            }
        };
    }

    private OperationResult bootstrap() {
        if (world.chance(0.05)) {
            return new OperationResult.Failed("simulated");
        }
        systemIdentifier = Optional.of("77113711263237819" + world.identifier());
        wal = new ArrayList<>(List.of(new WalRecord(0, 1)));
        timeline = 1;
        checkpointTimeline = 1;
        standbySignal = false;
        running = true;
        open = true;
        role = Role.PRIMARY;
        return new OperationResult.Succeeded();
    }

    private OperationResult copy(Upstream from) {
        Optional<SimulatedPostgres> source =
                world.reachableServer(name, from.member()).filter(server -> server.running);
        if (cancelled || source.isEmpty()) {
            return cancelled ? new OperationResult.Cancelled() : new OperationResult.Failed("the source is gone");
        }
        systemIdentifier = source.get().systemIdentifier;
        wal = new ArrayList<>(source.get().wal);
        timeline = source.get().timeline;
        checkpointTimeline = timeline;
        standbySignal = true;
        cleanlyShutDown = true;
        role = Role.REPLICA;
        return new OperationResult.Succeeded();
    }

    private OperationResult start(Operation.Start start) {
        if (cancelled) {
            return new OperationResult.Cancelled();
        }
        if (world.chance(0.02)) {
            return new OperationResult.Failed("simulated");
        }
        boolean primary = start.as() == Operation.Start.As.PRIMARY;
        standbySignal = !primary;
        running = true;
        crashed = false;
        open = primary;
        cleanlyShutDown = false;
        following = start.follow();
        role = primary ? Role.PRIMARY : Role.REPLICA;
        return new OperationResult.Succeeded();
    }

    private OperationResult restart() {
        if (cancelled) {
            stopServer();
            cleanlyShutDown = true;
            return new OperationResult.Cancelled();
        }
        open = !standbySignal;
        running = true;
        return new OperationResult.Succeeded();
    }

    private OperationResult promote() {
        if (!pointOfNoReturn || !running) {
            role = Role.REPLICA;
            return cancelled ? new OperationResult.Cancelled() : new OperationResult.Failed("not running");
        }
        timeline++;
        standbySignal = false;
        open = true;
        cleanlyShutDown = false;
        role = Role.PRIMARY;
        wal.add(new WalRecord(world.identifier(), timeline));
        world.promoted(name);
        return new OperationResult.Succeeded();
    }

    private OperationResult diverged(Upstream leader) {
        Optional<SimulatedPostgres> source =
                world.reachableServer(name, leader.member()).filter(SimulatedPostgres::acceptsWrites);
        if (source.isEmpty()) {
            return new OperationResult.Failed("the leader can't be asked");
        }
        return isPrefixOf(source.get()) ? new OperationResult.InHistory() : new OperationResult.Diverged("simulated");
    }

    private void stopServer() {
        running = false;
        open = false;
        crashed = false;
        if (role.leads()) {
            role = Role.DEMOTED;
        }
    }

    private void forget() {
        systemIdentifier = Optional.empty();
        wal = new ArrayList<>();
        role = Role.UNINITIALIZED;
    }

    @Override
    public void cancelOperation() {
        cancelled = true;
    }

    @Override
    public void stopAtOnce() {
        cancelled = true;
        world.after(name, Duration.ofMillis(200), this::crash);
    }

    @Override
    public Optional<String> reload(PostgresConfiguration configuration, Deadline deadline) {
        return Optional.empty();
    }

    @Override
    public Optional<String> syncSlots(Set<String> wanted, Deadline deadline) {
        slots = Set.copyOf(wanted);
        return Optional.empty();
    }

    @Override
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void changed() {
        List.copyOf(listeners).forEach(Runnable::run);
    }
}
