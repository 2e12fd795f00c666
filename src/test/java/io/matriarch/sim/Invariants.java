package io.matriarch.sim;

import io.matriarch.cluster.ClusterJson;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.KeyedValue;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.SyncState;
import io.matriarch.cluster.Upstream;
import io.matriarch.dcs.FakeEtcd;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What must hold in each moment of each life, and at its end. */
final class Invariants {
    /** A hand-over may go on so long after a person asked for it. */
    private static final Duration OLD_REQUEST = Duration.ofMinutes(2);

    private final Simulation simulation;
    private final FakeEtcd etcd;
    private final Set<Long> promotions = new HashSet<>();
    private boolean everLed;
    private String readConfig = "";
    private boolean synchronous;
    private boolean standbyCluster;
    private long lastAsynchronous = Long.MIN_VALUE / 2;
    private long lastAsked = Long.MIN_VALUE / 2;
    private Optional<Acknowledged> lastAcknowledged = Optional.empty();
    private Optional<String> rescuer = Optional.empty();

    /** The newest row that a client knows of; a history that has it has all before. */
    private record Acknowledged(int index, SimulatedPostgres.WalRecord record, String by) {}

    Invariants(Simulation simulation, FakeEtcd etcd) {
        this.simulation = simulation;
        this.etcd = etcd;
    }

    void personAsked() {
        lastAsked = simulation.now();
    }

    /** After every event. */
    void check() {
        Optional<String> leader = etcd.find("leader").map(KeyedValue::value);
        everLed = everLed || leader.isPresent();
        if (!isSynchronous()) {
            lastAsynchronous = simulation.now();
        }
        if (standbyCluster) { // what was acknowledged before counts for as much as the remote cluster makes of it
            lastAcknowledged = Optional.empty();
        }
        List<SimulatedNode> writable = simulation.nodes().stream()
                .filter(node -> node.postgres().acceptsWrites() && !leftAloneInPause(node))
                .toList();
        require(
                writable.size() <= 1,
                "more than one node accepts writes: "
                        + writable.stream().map(SimulatedNode::name).toList());
        if (everLed) {
            for (SimulatedNode node : writable) {
                require(node.leaseLeft() >= 0, node.name() + " accepts writes after its lease");
                boolean ours = leader.equals(Optional.of(node.name()));
                boolean consented = leader.isEmpty() && mayGoOn(node);
                require(
                        ours || consented,
                        node.name() + " accepts writes, but the leader key says " + leader.orElse("nobody")
                                + (leader.isEmpty() ? " and only " + node.consenting() + " let it go on" : ""));
            }
        }
    }

    /** Failsafe mode: all members of the failsafe key, or a majority with this node, let it go on less than ttl ago. */
    private boolean mayGoOn(SimulatedNode node) {
        Set<String> others = new HashSet<>(etcd.find("failsafe")
                .map(key -> ClusterJson.readFailsafe(key.value()).keySet())
                .orElse(Set.of()));
        boolean listed = others.remove(node.name());
        long consenting = others.stream().filter(node.consenting()::contains).count();
        return switch (simulation.failsafe()) {
            case OFF -> false;
            case ALL -> listed && consenting == others.size();
            case MAJORITY -> listed && 2 * (consenting + 1) > others.size() + 1;
        };
    }

    /** In maintenance mode a primary that lost the DCS goes on, because a person said so, and until it knows better. */
    private boolean leftAloneInPause(SimulatedNode node) {
        return (node.paused() || node.justResumed()) && node.leaseLeft() < 0;
    }

    /** By the rules of synchronous replication, which hold as soon as the primary is in the sync key. */
    void acknowledged(SimulatedNode node, int length) {
        SyncState key = syncKey();
        boolean binds = isSynchronous()
                && key.ledBy(node.name())
                && node.leaseLeft() >= 0
                && etcd.find("leader")
                        .map(held -> held.value().equals(node.name()))
                        .orElseGet(() -> mayGoOn(node));
        if (binds) {
            int index = length - 1;
            lastAcknowledged =
                    Optional.of(new Acknowledged(index, node.postgres().record(index), node.name()));
        }
    }

    private SyncState syncKey() {
        return etcd.find("sync")
                .map(key -> ClusterJson.readSync(key.value(), key.revision()))
                .orElse(SyncState.NONE);
    }

    private boolean isSynchronous() {
        String config = etcd.find("config").map(KeyedValue::value).orElse("{}");
        if (!config.equals(readConfig)) {
            readConfig = config;
            DynamicConfiguration dynamic = new DynamicConfiguration((Mapping) Json.parse(config), 0);
            synchronous = dynamic.synchronous();
            standbyCluster = dynamic.standbyCluster();
        }
        return synchronous;
    }

    /** A person takes this node as it is, whatever is lost. */
    void failoverAsked(String candidate) {
        rescuer = Optional.of(candidate);
        personAsked();
    }

    /** With the last copy of a row nothing can keep it. */
    void diskLost() {
        lastAcknowledged = lastAcknowledged.filter(row ->
                simulation.nodes().stream().anyMatch(node -> node.postgres().has(row.index(), row.record())));
    }

    private void checkAcknowledged(SimulatedNode promoted) {
        boolean fulfils =
                rescuer.equals(Optional.of(promoted.name())) && simulation.now() - lastAsked < OLD_REQUEST.toNanos();
        boolean excused = fulfils
                || !isSynchronous()
                || syncKey().isEmpty()
                || simulation.now() - lastAsynchronous < OLD_REQUEST.toNanos();
        boolean has = lastAcknowledged
                .filter(row -> !promoted.postgres().has(row.index(), row.record()))
                .isEmpty();
        if (excused && !has) {
            lastAcknowledged = Optional.empty();
        }
        // a promotion that was under way when the person asked doesn't fulfil the request
        rescuer = rescuer.filter(name -> !name.equals(promoted.name()));
        require(
                has || excused,
                promoted.name() + " was promoted without the row that "
                        + lastAcknowledged
                                .map(row -> row.by() + " acknowledged at " + row.index())
                                .orElse("nobody acknowledged")
                        + "; the sync key: " + syncKey());
    }

    /** Histories part only where somebody was promoted. */
    void promoted(SimulatedNode node) {
        promotions.add(node.postgres().wal().getLast().id());
        checkForks();
        checkAcknowledged(node);
    }

    /** Beyond this cluster. */
    void promotedElsewhere(long id) {
        promotions.add(id);
    }

    void checkForks() {
        for (SimulatedNode one : simulation.nodes()) {
            for (SimulatedNode other : simulation.nodes()) {
                if (one.name().compareTo(other.name()) < 0) {
                    checkFork(one, other);
                }
            }
        }
    }

    /** Two clusters have nothing in common; there are two for a while when a bootstrap was overtaken by another one. */
    private void checkFork(SimulatedNode one, SimulatedNode other) {
        if (!one.postgres().isOfTheSameCluster(other.postgres())) {
            return;
        }
        int fork = one.postgres().forkFrom(other.postgres());
        List<SimulatedPostgres.WalRecord> ones = one.postgres().wal();
        List<SimulatedPostgres.WalRecord> others = other.postgres().wal();
        if (fork < Math.min(ones.size(), others.size())) {
            require(
                    promotions.contains(ones.get(fork).id())
                            || promotions.contains(others.get(fork).id()),
                    one.name() + " and " + other.name() + " part at record " + fork + ", where nobody was promoted");
        }
    }

    /** Before an operation begins. */
    void begins(SimulatedNode node, Operation operation) {
        checkForks(); // the operation may be the one that makes a fork undone
        require(
                !(operation instanceof Operation.Start && node.postgres().isHalfMade()),
                node.name() + " starts a half-made directory");
        boolean becomesPrimary = operation instanceof Operation.Promote
                || (operation instanceof Operation.Start start && start.as() == Operation.Start.As.PRIMARY)
                || operation instanceof Operation.Bootstrap;
        require(
                !becomesPrimary || !node.inStandbyCluster(),
                node.name() + " begins " + operation + " in a standby cluster");
        boolean asked = simulation.now() - lastAsked < OLD_REQUEST.toNanos();
        if (!node.paused() || asked) {
            return;
        }
        boolean changesRole = switch (operation) {
            case Operation.Promote _,
                    Operation.Stop _,
                    Operation.Rewind _,
                    Operation.Reinitialize _,
                    Operation.CopyLogicalSlots _ -> true;
            // who holds the lock starts again what it had stopped itself before the pause
            case Operation.Start start ->
                start.as() == Operation.Start.As.PRIMARY
                        && !etcd.find("leader").map(KeyedValue::value).equals(Optional.of(node.name()));
            case Operation.Bootstrap _,
                    Operation.DiscardFailedBootstrap _,
                    Operation.Clone _,
                    Operation.Restart _,
                    Operation.Follow _,
                    Operation.CrashRecovery _,
                    Operation.CheckDivergence _,
                    Operation.CheckpointAfterPromotion _ -> false;
        };
        require(!changesRole, node.name() + " begins " + operation + " in maintenance mode, unasked");
    }

    /** Data are removed only if a copy as far exists elsewhere, or a person asked. */
    void dataRemoved(String name, int length, boolean ordered) {
        boolean elsewhere = (standbyCluster && simulation.remote().length() >= length)
                || simulation.nodes().stream()
                        .anyMatch(node ->
                                !node.name().equals(name) && node.postgres().length() >= length);
        require(elsewhere || ordered, "the last copy with " + length + " records was removed on " + name);
    }

    /** One primary that holds the lock, and everybody else streams from it; says what is wrong. */
    Optional<String> unhealthy() {
        return simulation.nodes().stream()
                .filter(SimulatedNode::isShuttingDown)
                .map(node -> node.name() + " was stopped by a person before the faults ended")
                .findFirst()
                .or(() -> standbyCluster ? unhealthyStandbys() : unhealthyPrimary());
    }

    /** Nobody is primary, who holds the lock streams from the remote primary, and everybody else from it. */
    private Optional<String> unhealthyStandbys() {
        Optional<String> leader = etcd.find("leader").map(KeyedValue::value);
        if (leader.isEmpty()) {
            return Optional.of("nobody leads the standby cluster");
        }
        return simulation.nodes().stream()
                .filter(node -> !node.postgres()
                        .streamsFrom(
                                node.name().equals(leader.get())
                                        ? Upstream.remote("").member()
                                        : leader.get()))
                .map(node ->
                        node.name() + " doesn't stream from whom it should in a standby cluster led by " + leader.get())
                .findFirst();
    }

    private Optional<String> unhealthyPrimary() {
        List<SimulatedNode> primaries = simulation.nodes().stream()
                .filter(node -> node.postgres().acceptsWrites())
                .toList();
        if (primaries.size() != 1) {
            return Optional.of("primaries: " + primaries.size());
        }
        String primary = primaries.getFirst().name();
        if (!etcd.find("leader").map(KeyedValue::value).equals(Optional.of(primary))) {
            return Optional.of(primary + " is the primary without the leader key");
        }
        if (primaries.getFirst().postgres().isStopping()) {
            return Optional.of(primary + " is about to hand over");
        }
        return simulation.nodes().stream()
                .filter(node -> !node.name().equals(primary) && !node.postgres().streamsFrom(primary))
                .map(node -> node.name() + " doesn't stream from " + primary)
                .findFirst();
    }

    void require(boolean condition, String what) {
        if (!condition) {
            throw simulation.broken(what);
        }
    }
}
