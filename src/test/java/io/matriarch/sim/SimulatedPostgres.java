package io.matriarch.sim;

import io.matriarch.cluster.ArchiveFailure;
import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.History;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.RejoinSight;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.SlotName;
import io.matriarch.cluster.SynchronousStandbyNames;
import io.matriarch.cluster.Upstream;
import io.matriarch.postgres.Postgres;
import io.matriarch.postgres.PostgresConfiguration;
import io.matriarch.time.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

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
    private boolean hangs;
    private boolean stalls;
    /** Killed, but its disk hangs. */
    private boolean doomed;
    /** Until then a standby that has only just started replays WAL of its own, and knows nothing of what comes after it. */
    private long replaysUntil;

    private Role role = Role.UNINITIALIZED;
    private SynchronousStandbyNames names = SynchronousStandbyNames.OFF;
    /** So many records are there as far as clients know. */
    private int acknowledged;

    private final SimulatedSlots slots = new SimulatedSlots();
    private Map<String, String> slotParameters = Map.of();
    private long copiedAt = Long.MIN_VALUE / 2;
    private Optional<Upstream> following = Optional.empty();
    private Optional<ServerStatus.Running> operation = Optional.empty();
    private Optional<ServerStatus.Finished> finished = Optional.empty();
    private long lastId;
    private boolean cancelled;
    private boolean beingKilled;
    /** A clone or a rewind began and did not end: there is no cluster here that could be started. */
    private boolean halfMade;
    /** Of its WAL, the records before this one are gone. */
    private int oldestKept;
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

        /** Whether a server is asked how far it is before another one's data are removed for a copy of it. */
        default boolean sourcesAreAsked() {
            return true;
        }

        /** {@code ordered}: a person asked for it. */
        void dataRemoved(String name, int length, boolean ordered);

        /** Before it is done. */
        void changes(SimulatedPostgres server, SlotChange change);

        /** An operation ended well. */
        void ended(String name, Operation operation);

        /** The servers that stream from {@code name}, in any order. */
        List<SimulatedPostgres> standbysOf(String name);

        /** A client was told that its row, and all before it, is there. */
        void acknowledged(String name, int length);
    }

    SimulatedPostgres(World world, String name) {
        this.world = world;
        this.name = name;
    }

    String name() {
        return name;
    }

    /** The last time when another's data came here. */
    long copiedAt() {
        return copiedAt;
    }

    Optional<Lsn> confirmChanges(String logicalSlot) {
        return slots.confirm(logicalSlot, position());
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

    boolean isRunning() {
        return running;
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

    boolean isHalfMade() {
        return halfMade;
    }

    /** Its slots are lost: a standby that hasn't got it yet can't stream any more. */
    void removeWal() {
        oldestKept = wal.size();
    }

    void write(long id) {
        if (stalls) {
            return;
        }
        wal.add(new WalRecord(id, timeline));
        acknowledge();
    }

    WalRecord record(int index) {
        return wal.get(index);
    }

    boolean has(int index, WalRecord record) {
        return wal.size() > index && wal.get(index).equals(record);
    }

    /** Tells clients of the commits that have gone where synchronous_standby_names wants them. */
    void acknowledge() {
        int confirmed = acceptsWrites() ? confirmed() : 0;
        if (confirmed > acknowledged) {
            acknowledged = confirmed;
            world.acknowledged(name, confirmed);
        }
    }

    /** How many records so many standbys have as a commit waits for. */
    private int confirmed() {
        if (names.method() == SynchronousStandbyNames.Method.OFF) {
            return wal.size();
        }
        List<Integer> lengths = synchronous().stream()
                .map(standby -> standby.wal.size())
                .sorted(Comparator.reverseOrder())
                .toList();
        return lengths.size() < names.number() ? 0 : lengths.get(names.number() - 1);
    }

    /** The standbys that count: with FIRST the first ones that stream, in the order in which they are named. */
    private List<SimulatedPostgres> synchronous() {
        List<SimulatedPostgres> streaming = world.standbysOf(name);
        List<SimulatedPostgres> named = names.members().stream()
                .flatMap(member -> streaming.stream().filter(standby -> standby.name.equalsIgnoreCase(member)))
                .toList();
        return names.method() == SynchronousStandbyNames.Method.FIRST
                ? named.stream().limit(names.number()).toList()
                : named;
    }

    private List<ServerReading.WalSender> walSenders() {
        if (!open) {
            return List.of();
        }
        List<SimulatedPostgres> counting = synchronous();
        return world.standbysOf(name).stream()
                .map(standby -> new ServerReading.WalSender(
                        "replicator",
                        standby.name,
                        Optional.empty(),
                        "streaming",
                        syncState(standby, counting),
                        names.names(standby.name) ? 1 : 0,
                        Optional.of(standby.position()),
                        Optional.of(standby.position()),
                        Optional.of(standby.position())))
                .toList();
    }

    private String syncState(SimulatedPostgres standby, List<SimulatedPostgres> counting) {
        if (!names.names(standby.name)) {
            return "async";
        }
        if (names.method() == SynchronousStandbyNames.Method.ANY) {
            return "quorum";
        }
        return counting.contains(standby) ? "sync" : "potential";
    }

    /** Takes over what the upstream has, if its WAL continues this one. */
    void stream() {
        Optional<SimulatedPostgres> from = running && !open ? upstream() : Optional.empty();
        from.ifPresent(source -> {
            wal.addAll(source.wal.subList(wal.size(), source.wal.size()));
            timeline = source.timeline;
            if (!follows(source)) {
                source.slots.used(
                        SlotName.of(name), position(), slotParameters.containsKey("hot_standby_feedback"), world.now());
            }
        });
    }

    private Optional<SimulatedPostgres> upstream() {
        return following
                .map(Upstream::member)
                .flatMap(member -> world.reachableServer(name, member))
                .filter(source -> source.running && (follows(source) || source.slots.has(SlotName.of(name))))
                .filter(source -> !replaying() && isPrefixOf(source) && source.keeps(wal.size()));
    }

    /** The remote primary, which keeps WAL for whoever comes. */
    private boolean follows(SimulatedPostgres source) {
        return following.filter(Upstream::isRemote).isPresent() && !source.name.equals(name);
    }

    private boolean keeps(int record) {
        return record >= oldestKept;
    }

    /** Each record was written once, after one certain history: if the last one is the same at the same place, all before it are. */
    private boolean isPrefixOf(SimulatedPostgres source) {
        return wal.size() <= source.wal.size()
                && (wal.isEmpty() || source.wal.get(wal.size() - 1).equals(wal.getLast()));
    }

    boolean hasData() {
        return systemIdentifier.isPresent();
    }

    /** Has data, and isn't about to replace them. */
    boolean keepsData() {
        return hasData()
                && operation
                        .filter(begun -> begun.operation() instanceof Operation.Reinitialize
                                || begun.operation() instanceof Operation.Rewind)
                        .isEmpty();
    }

    boolean isOfTheSameCluster(SimulatedPostgres other) {
        return systemIdentifier.equals(other.systemIdentifier);
    }

    /** Told to stop or restart; it may accept writes for a while yet. */
    boolean isStopping() {
        return (running && beingKilled)
                || operation
                        .filter(begun -> begun.operation() instanceof Operation.Stop
                                || begun.operation() instanceof Operation.Restart)
                        .isPresent();
    }

    /** It runs and answers nobody; a new postmaster does. */
    void hang(boolean silent) {
        hangs = silent;
    }

    /** It answers, but its disk takes no WAL. */
    void stall(boolean hanging) {
        stalls = hanging;
        if (doomed && !hanging) {
            crash();
        }
    }

    /** kill -9 of the postmaster. */
    void crash() {
        beingKilled = false;
        if (running) {
            hangs = false;
            doomed = false;
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
                            Operation.CopyLogicalSlots _,
                            Operation.CheckpointAfterPromotion _ -> {}
                }
            });
        }
        breakOff();
        finished = Optional.empty();
        listeners.clear();
        if (role == Role.PROMOTED) {
            role = Role.REPLICA;
        }
    }

    /** The machine is gone: what was in progress is, too. */
    void loseMachine() {
        crash();
        breakOff();
        finished = Optional.empty();
        listeners.clear();
        role = systemIdentifier.isEmpty() ? Role.UNINITIALIZED : standbySignal ? Role.REPLICA : Role.DEMOTED;
    }

    /** What was being written is neither what it was nor what it should become. */
    private void breakOff() {
        if (operation.isPresent() && halfMade) {
            forget();
        }
        operation = Optional.empty();
    }

    /** With everything on it; the machine is off. */
    void loseDisk() {
        forget();
    }

    @Override
    public ServerStatus observe(Deadline deadline) {
        boolean leadsStandbys = role == Role.REPLICA
                && running
                && following.filter(Upstream::isRemote).isPresent();
        return new ServerStatus(
                directory(),
                running,
                state(),
                leadsStandbys ? Role.STANDBY_LEADER : role,
                running && !hangs ? Optional.of(reading()) : Optional.empty(),
                following,
                operation,
                finished,
                Map.of(),
                open && checkpointTimeline != timeline,
                history(),
                true,
                slotParameters,
                rejoinSight());
    }

    private RejoinSight rejoinSight() {
        boolean waits = running && !open && !replaying() && upstream().isEmpty();
        return new RejoinSight(
                false,
                false,
                waits ? "waiting for 000000010000000000000001" : "",
                position(),
                waits,
                waits ? "simulated" : "");
    }

    @Override
    public CompletableFuture<Optional<ServerReading>> readNow() {
        return CompletableFuture.completedFuture(running && !hangs ? Optional.of(reading()) : Optional.empty());
    }

    @Override
    public CompletableFuture<Optional<ArchiveFailure>> archiveFailure() {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    private DataDirectory directory() {
        return systemIdentifier
                .filter(_ -> !halfMade || operation.isPresent())
                .<DataDirectory>map(identifier -> new DataDirectory.Present(
                        new ControlData(identifier, clusterState(), checkpoint(), checkpointTimeline), standbySignal))
                .orElseGet(DataDirectory.Empty::new);
    }

    /** A shutdown checkpoint is the last record: whoever has it has come further than its beginning. */
    private Lsn checkpoint() {
        boolean shutDown = clusterState().equals("shut down") && !wal.isEmpty();
        return shutDown ? new Lsn(position().bytes() - 1) : position();
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
                open || replaying() ? Lsn.ZERO : position(),
                open ? Lsn.ZERO : replayed(),
                !replaying(),
                Optional.empty(),
                false,
                !open && streams ? Optional.of("streaming") : Optional.empty(),
                Optional.empty(),
                false,
                walSenders(),
                slots.at(world.now()),
                new ServerReading.Commits(names.text(), "on", open && stalls ? 1_000 : 0));
    }

    private boolean replaying() {
        return !open && world.now() < replaysUntil;
    }

    private Lsn replayed() {
        return replaying() ? new Lsn((long) wal.size() / 2 * BYTES_A_RECORD) : position();
    }

    Optional<Lsn> slotPosition(String slot) {
        return slots.at(world.now()).stream()
                .filter(known -> known.name().equals(slot))
                .findFirst()
                .flatMap(known -> known.position());
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
            case Operation.CopyLogicalSlots copy -> {
                if (world.reachableServer(name, copy.leader().member())
                        .filter(leader -> leader.running)
                        .isPresent()) {
                    pointOfNoReturn = true;
                    running = false;
                }
            }
            case Operation.Reinitialize again -> {
                if (refuses(again)) {
                    return;
                }
                world.dataRemoved(name, length(), again.ordered());
                stopServer();
                forget();
                halfMade = true;
            }
            case Operation.Clone _ -> halfMade = true;
            case Operation.Rewind _ -> {
                stopServer();
                halfMade = true;
            }
            case Operation.Promote _ -> {
                pointOfNoReturn = !cancelled;
                role = Role.PROMOTED;
            }
            case Operation.Bootstrap _,
                    Operation.DiscardFailedBootstrap _,
                    Operation.Start _,
                    Operation.Follow _,
                    Operation.CrashRecovery _,
                    Operation.CheckDivergence _,
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
            case Operation.Reinitialize again ->
                halfMade ? copy(again.source()) : new OperationResult.Failed("the source is behind");
            case Operation.Start start -> start(start);
            case Operation.Stop _
            when stalls && running -> {
                doomed = true;
                hangs = true;
                open = false;
                role = role.leads() ? Role.DEMOTED : role;
                yield new OperationResult.Hanging("simulated");
            }
            case Operation.Stop stop -> {
                boolean clean = running && stop.mode() == Operation.Stop.Mode.FAST;
                if (clean && open) { // PostgreSQL waits until those that stream have everything
                    world.standbysOf(name).forEach(SimulatedPostgres::stream);
                }
                stopServer();
                cleanlyShutDown = clean || standbySignal;
                yield new OperationResult.Succeeded();
            }
            case Operation.Restart _ when doomed -> new OperationResult.Hanging("simulated");
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
            case Operation.Rewind rewind -> rewind(rewind.leader());
            case Operation.CopyLogicalSlots copy -> copySlots(copy);
            case Operation.CheckpointAfterPromotion _ -> {
                checkpointTimeline = timeline;
                yield new OperationResult.Succeeded();
            }
        };
    }

    /** As the real one, which asks the source first: it has to answer, and to be as far unless a person ordered it. */
    private boolean refuses(Operation.Reinitialize again) {
        Optional<SimulatedPostgres> source =
                world.reachableServer(name, again.source().member()).filter(server -> server.running);
        boolean behindIsAllowed = again.ordered() || halfMade || !world.sourcesAreAsked();
        return source.filter(server -> behindIsAllowed || server.wal.size() >= wal.size())
                .isEmpty();
    }

    private OperationResult copySlots(Operation.CopyLogicalSlots copy) {
        if (!pointOfNoReturn || cancelled) {
            return cancelled ? new OperationResult.Cancelled() : new OperationResult.Failed("the leader is gone");
        }
        world.reachableServer(name, copy.leader().member())
                .ifPresent(leader -> slots.copyFrom(leader.slots, copy.names()));
        running = true;
        return new OperationResult.Succeeded();
    }

    private OperationResult bootstrap() {
        if (world.chance(0.05)) {
            return new OperationResult.Failed("simulated");
        }
        create();
        return new OperationResult.Succeeded();
    }

    private void create() {
        halfMade = false;
        systemIdentifier = Optional.of("77113711263237819" + world.identifier());
        wal = new ArrayList<>(List.of(new WalRecord(0, 1)));
        names = SynchronousStandbyNames.OFF;
        acknowledged = 1;
        timeline = 1;
        checkpointTimeline = 1;
        standbySignal = false;
        running = true;
        open = true;
        role = Role.PRIMARY;
    }

    /** A primary that no agent cares for: the one that a standby cluster follows. */
    static SimulatedPostgres remote(World world) {
        SimulatedPostgres remote =
                new SimulatedPostgres(world, Upstream.remote("").member());
        remote.create();
        return remote;
    }

    /** As if it had streamed from there until now, and were then promoted. */
    long takeOverFrom(SimulatedPostgres primary) {
        systemIdentifier = primary.systemIdentifier;
        wal = new ArrayList<>(primary.wal);
        timeline = primary.timeline;
        return failOver(0);
    }

    /** A standby over there takes over, and lacks the last rows. */
    long failOver(int lost) {
        wal = new ArrayList<>(wal.subList(0, Math.max(1, wal.size() - lost)));
        promoteNow();
        return wal.getLast().id();
    }

    /** The trial finds out in time that the leader is gone, or the rewind doesn't. */
    private OperationResult rewind(Upstream leader) {
        stopServer();
        OperationResult result = copy(leader);
        if (result instanceof OperationResult.Succeeded) {
            return result;
        }
        if (world.chance(0.5)) {
            forget();
            halfMade = true;
        } else {
            halfMade = false;
        }
        return result;
    }

    private OperationResult copy(Upstream from) {
        Optional<SimulatedPostgres> source =
                world.reachableServer(name, from.member()).filter(server -> server.running);
        if (cancelled || source.isEmpty()) {
            return cancelled ? new OperationResult.Cancelled() : new OperationResult.Failed("the source is gone");
        }
        halfMade = false;
        systemIdentifier = source.get().systemIdentifier;
        wal = new ArrayList<>(source.get().wal);
        timeline = source.get().timeline;
        checkpointTimeline = timeline;
        standbySignal = true;
        cleanlyShutDown = true;
        role = Role.REPLICA;
        slots.clear();
        copiedAt = world.now();
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
        acknowledged = wal.size(); // whoever waited was cut off
        cleanlyShutDown = false;
        following = start.follow();
        role = primary ? Role.PRIMARY : Role.REPLICA;
        if (!primary) {
            names = SynchronousStandbyNames.OFF;
            replay();
        }
        slots.makeForeign(SlotInvariants.FOREIGN, position());
        return new OperationResult.Succeeded();
    }

    private void replay() {
        if (world.chance(0.5)) {
            replaysUntil = world.now()
                    + world.durationOf(new Operation.Follow(following))
                            .multipliedBy(3)
                            .toNanos();
        }
    }

    private OperationResult restart() {
        if (cancelled) {
            stopServer();
            cleanlyShutDown = true;
            return new OperationResult.Cancelled();
        }
        open = !standbySignal;
        acknowledged = wal.size();
        running = true;
        return new OperationResult.Succeeded();
    }

    private OperationResult promote() {
        if (!pointOfNoReturn || !running) {
            role = Role.REPLICA;
            return cancelled ? new OperationResult.Cancelled() : new OperationResult.Failed("not running");
        }
        promoteNow();
        world.promoted(name);
        return new OperationResult.Succeeded();
    }

    private void promoteNow() {
        timeline++;
        standbySignal = false;
        open = true;
        cleanlyShutDown = false;
        role = Role.PRIMARY;
        wal.add(new WalRecord(world.identifier(), timeline));
        acknowledged = wal.size();
    }

    private OperationResult diverged(Upstream leader) {
        Optional<SimulatedPostgres> source =
                world.reachableServer(name, leader.member()).filter(server -> server.running);
        if (source.isEmpty()) {
            return new OperationResult.Failed("the leader can't be asked");
        }
        boolean leaderIsBehind = !source.get().open && source.get().isPrefixOf(this);
        if (leaderIsBehind) {
            int length = source.get().length();
            boolean atFork = length < length() && record(length).timeline() != source.get().timeline;
            return atFork ? new OperationResult.AtFork("simulated") : new OperationResult.InHistory();
        }
        if (!isPrefixOf(source.get())) {
            return new OperationResult.Diverged("simulated");
        }
        return source.get().keeps(wal.size()) || !running
                ? new OperationResult.InHistory()
                : new OperationResult.WalMissing("simulated");
    }

    private void stopServer() {
        hangs = false;
        running = false;
        open = false;
        crashed = false;
        if (role.leads()) {
            role = Role.DEMOTED;
        }
    }

    private void forget() {
        systemIdentifier = Optional.empty();
        names = SynchronousStandbyNames.OFF;
        wal = new ArrayList<>();
        role = Role.UNINITIALIZED;
        slots.clear();
    }

    @Override
    public void cancelOperation() {
        cancelled = true;
    }

    @Override
    public void stopAtOnce() {
        cancelled = true;
        beingKilled = true;
        world.after(name, Duration.ofMillis(200), this::crash);
    }

    @Override
    public Optional<String> reload(PostgresConfiguration configuration, Deadline deadline) {
        return Optional.empty();
    }

    @Override
    public Optional<String> changeSlots(List<SlotChange> changes, Deadline deadline) {
        if (!running) {
            return Optional.of("not running");
        }
        for (SlotChange change : changes) {
            world.changes(this, change);
            slots.carryOut(change, position());
        }
        return Optional.empty();
    }

    @Override
    public Optional<String> setSlotParameters(Map<String, String> parameters, Deadline deadline) {
        slotParameters = Map.copyOf(parameters);
        return Optional.empty();
    }

    @Override
    public Optional<String> setSynchronousStandbyNames(Optional<String> value, Deadline deadline) {
        if (!running) {
            return Optional.of("PostgreSQL doesn't run");
        }
        names = SynchronousStandbyNames.parse(value.orElse(""));
        if (open) {
            wal.add(new WalRecord(world.identifier(), timeline));
        }
        acknowledge();
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
