package io.matriarch.sim;

import io.matriarch.cluster.KeyedValue;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.FakeDcs;
import io.matriarch.dcs.FakeEtcd;
import io.matriarch.ha.Observation.Request;
import io.matriarch.time.Deadline;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What is done to a cluster: faults, and a person's commands. */
final class Disturbances {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Simulation simulation;
    private final FakeEtcd etcd;
    private Optional<Happening> nextCopy = Optional.empty();
    private boolean cutsNextCheckpoint;
    private boolean active;

    Disturbances(Simulation simulation, FakeEtcd etcd) {
        this.simulation = simulation;
        this.etcd = etcd;
    }

    void disturb() {
        active = true;
        SimulatedNode victim = simulation.someNode();
        Happening kind = Happening.DISTURBANCES[simulation.below(Happening.DISTURBANCES.length)];
        switch (kind) {
            case POSTMASTER_KILLED -> {
                happens(kind, victim.name());
                victim.postgres().crash();
            }
            case MACHINE_LOST -> {
                happens(kind, victim.name());
                victim.die();
                simulation.at(between(1, 90), victim::boot);
            }
            case DISK_LOST -> loseDisk(victim);
            case AGENT_KILLED -> {
                happens(kind, victim.name());
                victim.agentDies();
                simulation.at(simulation.between(Duration.ofMillis(20), Duration.ofSeconds(1)), victim::boot);
            }
            case AGENT_FROZEN -> {
                happens(kind, victim.name());
                victim.freeze(simulation.between(Duration.ofMillis(100), Duration.ofSeconds(8)));
            }
            case CUT_OFF_FROM_ETCD, CUT_OFF_FROM_PEERS, ETCD_DOWN, CALLS_GET_LOST -> cut(kind, victim.name());
            case COPY_INTERRUPTED, LEADER_LOST_DURING_COPY -> nextCopy = Optional.of(kind);
            case WAL_REMOVED -> removeWal(victim);
            case DISK_FILLED -> {
                happens(kind, victim.name());
                victim.fillDisk(true);
                simulation.at(between(10, 120), () -> victim.fillDisk(false));
            }
            case POSTGRES_HANGS -> {
                happens(kind, victim.name());
                boolean answers = simulation.now() % 2 == 0; // as good as chance
                victim.postgres().hang(!answers);
                victim.postgres().stall(answers);
                simulation.at(between(10, 120), () -> {
                    victim.postgres().hang(false);
                    victim.postgres().stall(false);
                });
            }
            case LINK_CUT -> cutLink(victim.name(), simulation.someNode().name());
            case SWITCHOVER_ASKED, FAILOVER_ASKED -> handOver(kind, victim.name());
            case RESTART_ASKED -> {
                happens(kind, victim.name());
                victim.ask(new Request.Restart(Optional.empty()));
                simulation.invariants().personAsked();
            }
            case REINITIALIZE_ASKED -> reinitialize(victim);
            case PAUSED -> pause();
            case AGENT_STOPPED -> {
                happens(kind, victim.name());
                victim.ask(new Request.Shutdown());
                simulation.invariants().personAsked();
            }
            case SYNCHRONOUS_MODE_CHANGED -> changeSynchronousMode();
            case REQUEST_LOST,
                    ANSWER_LOST,
                    SLOW_STOP,
                    SLOW_CHECKPOINT,
                    PROMOTION,
                    DEMOTION_WITHOUT_DCS,
                    HANDED_OVER,
                    RESTARTED,
                    REWOUND,
                    CLONED_FOR_MISSING_WAL,
                    CLONED,
                    REINITIALIZED,
                    STOPPED_AT_ONCE,
                    HELD_STILL_IN_PAUSE,
                    SYNCHRONOUS_STEP,
                    SYNCHRONOUS_PROMOTION,
                    LEFT_SYNCHRONOUS_DUTY,
                    LOGICAL_SLOTS_COPIED,
                    LOGICAL_SLOT_ADVANCED,
                    PHYSICAL_SLOT_ADVANCED,
                    XMIN_RELEASED,
                    WATCHDOG_RESET,
                    UNABLE_AND_HANDED_OVER,
                    WENT_ON_WITH_ALL,
                    WENT_ON_WITH_A_MAJORITY,
                    PLEDGED -> throw new IllegalStateException(kind + " is a consequence");
        }
    }

    /** No faults from now on. */
    void end() {
        active = false;
    }

    /** A new primary begins its checkpoint: sometimes it is cut off from etcd meanwhile, for so long that its lease ends before the checkpoint does. */
    void checkpointBegins(SimulatedNode node) {
        if (active && simulation.chance(0.1)) {
            cutsNextCheckpoint = true;
            happens(Happening.CUT_OFF_FROM_ETCD, node.name());
            simulation.network().cutFromEtcd(node.name(), true);
            simulation.at(between(40, 90), () -> simulation.network().cutFromEtcd(node.name(), false));
        }
    }

    /** Asked once for each checkpoint. */
    boolean cutsNextCheckpoint() {
        boolean cuts = cutsNextCheckpoint;
        cutsNextCheckpoint = false;
        return cuts;
    }

    /** A clone or a rewind begins on {@code node}: what was to happen to the next one happens. */
    void copyBegins(SimulatedNode node) {
        nextCopy.ifPresent(kind ->
                simulation.at(simulation.between(Duration.ofMillis(10), Duration.ofSeconds(3)), () -> {
                    if (active) {
                        hitCopy(kind, node);
                    }
                }));
        nextCopy = Optional.empty();
    }

    private void hitCopy(Happening kind, SimulatedNode copying) {
        boolean interrupted = kind == Happening.COPY_INTERRUPTED;
        simulation.nodes().stream()
                .filter(node -> interrupted ? node == copying : node.postgres().acceptsWrites())
                .findFirst()
                .ifPresent(hit -> {
                    happens(kind, hit.name());
                    hit.die();
                    simulation.at(between(1, 60), hit::boot);
                });
    }

    /** A standby is away while the primary removes what it would need. */
    private void removeWal(SimulatedNode victim) {
        if (victim.postgres().acceptsWrites()) {
            return;
        }
        victim.die();
        simulation.at(between(3, 20), () -> {
            simulation.nodes().stream()
                    .filter(node -> node.postgres().acceptsWrites())
                    .forEach(node -> {
                        happens(Happening.WAL_REMOVED, node.name());
                        node.postgres().removeWal();
                    });
            victim.boot();
        });
    }

    private Duration between(long least, long most) {
        return simulation.between(Duration.ofSeconds(least), Duration.ofSeconds(most));
    }

    private void happens(Happening kind, String to) {
        simulation.count(kind);
        simulation.note(kind + " " + to);
    }

    /** Never the last copy: without any, no cluster comes back. */
    private void loseDisk(SimulatedNode victim) {
        boolean another = simulation.nodes().stream()
                .anyMatch(node -> node != victim
                        && node.postgres().length() > 0
                        && node.postgres().keepsData());
        if (another) {
            happens(Happening.DISK_LOST, victim.name());
            victim.die();
            victim.postgres().loseDisk();
            simulation.invariants().diskLost();
            simulation.at(between(1, 30), victim::boot);
        }
    }

    private void cut(Happening kind, String victim) {
        happens(kind, kind == Happening.ETCD_DOWN ? "" : victim);
        SimulatedNetwork network = simulation.network();
        switch (kind) {
            case CUT_OFF_FROM_ETCD -> network.cutFromEtcd(victim, true);
            case CUT_OFF_FROM_PEERS -> network.cutFromPeers(victim, true);
            case ETCD_DOWN -> network.etcdDown(true);
            default -> network.loseCalls(0.3);
        }
        simulation.at(between(1, 60), () -> {
            switch (kind) {
                case CUT_OFF_FROM_ETCD -> network.cutFromEtcd(victim, false);
                case CUT_OFF_FROM_PEERS -> network.cutFromPeers(victim, false);
                case ETCD_DOWN -> network.etcdDown(false);
                default -> network.loseCalls(0);
            }
        });
    }

    private void cutLink(String one, String other) {
        if (!one.equals(other)) {
            happens(Happening.LINK_CUT, one + " from " + other);
            simulation.network().cutLink(one, other, true);
            simulation.at(between(1, 90), () -> simulation.network().cutLink(one, other, false));
        }
    }

    /** Whatever the candidate lacks. */
    void askFailover(String candidate) {
        write(new DcsCommand.PutFailover(Mapping.empty().with("member", candidate), OptionalLong.empty()));
        simulation.invariants().failoverAsked(candidate);
    }

    private void handOver(Happening kind, String candidate) {
        Optional<String> leader = etcd.find("leader").map(KeyedValue::value);
        boolean switchover = kind == Happening.SWITCHOVER_ASKED;
        if (leader.isEmpty() || leader.get().equals(candidate)) {
            return;
        }
        happens(kind, "from " + leader.get());
        if (!switchover) {
            simulation.invariants().failoverAsked(candidate);
        }
        Mapping request = switchover ? Mapping.empty().with("leader", leader.get()) : Mapping.empty();
        boolean named = !switchover || simulation.chance(0.5);
        write(new DcsCommand.PutFailover(named ? request.with("member", candidate) : request, OptionalLong.empty()));
        simulation.invariants().personAsked();
    }

    private void reinitialize(SimulatedNode victim) {
        if (etcd.find("leader").map(KeyedValue::value).equals(Optional.of(victim.name()))) {
            return;
        }
        happens(Happening.REINITIALIZE_ASKED, victim.name());
        victim.ask(new Request.Reinitialize(simulation.chance(0.5), simulation.chance(0.5)));
        simulation.invariants().personAsked();
    }

    private void pause() {
        happens(Happening.PAUSED, "");
        setPause(true);
        simulation.at(between(5, 90), () -> setPause(false));
    }

    /** A person with a network of their own; nothing if there is no configuration yet. */
    void setPause(boolean paused) {
        setConfig(Mapping.empty().with("pause", paused));
    }

    /** Removes what nobody keeps alive, and what a cluster needs. */
    void wipe() {
        simulation.note("config, initialize, history and status are removed");
        List.of("config", "initialize", "history", "status").forEach(etcd::delete);
    }

    /** Patches the dynamic configuration. */
    void setConfig(Mapping patch) {
        etcd.find("config").ifPresent(config -> {
            Mapping before = (Mapping) Json.parse(config.value());
            simulation.note("config " + Json.compact(patch));
            write(new DcsCommand.PutConfig(before.patchedWith(patch), OptionalLong.empty()));
        });
    }

    private void changeSynchronousMode() {
        SynchronousMode mode = simulation.anotherSynchronousMode();
        etcd.find("config").ifPresent(config -> {
            happens(Happening.SYNCHRONOUS_MODE_CHANGED, mode.toString());
            Mapping before = (Mapping) Json.parse(config.value());
            write(new DcsCommand.PutConfig(mode.in(before), OptionalLong.empty()));
        });
    }

    /** Nobody may lead, since all that may have lost their data: a person decides to live with what is left, whatever was asked for before. */
    void rescue() {
        SimulatedNode best = simulation.nodes().stream()
                .filter(node -> node.postgres().hasData())
                .max(Comparator.comparingInt(node -> node.postgres().length()))
                .orElseThrow(() -> simulation.broken("nobody has data any more"));
        Mapping request = Mapping.empty().with("member", best.name());
        boolean asked = etcd.find("failover")
                .filter(old -> Json.parse(old.value()).equals(request))
                .isPresent();
        if (etcd.find("leader").isPresent() || asked) {
            return;
        }
        simulation.note("a person rescues the cluster with " + best.name());
        simulation.invariants().failoverAsked(best.name());
        write(new DcsCommand.PutFailover(request, OptionalLong.empty()));
    }

    /** The remote cluster fails over; its new primary may lack some rows. */
    void remoteFailsOver() {
        long id = simulation.remote().failOver(simulation.below(30));
        simulation.note("the remote cluster fails over");
        simulation.invariants().promotedElsewhere(id);
    }

    private void write(DcsCommand command) {
        new FakeDcs(etcd, "person", PATIENCE, FakeDcs.Network.perfect())
                .write(command, Deadline.after(simulation::now, PATIENCE));
    }
}
