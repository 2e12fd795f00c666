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
import java.util.Optional;
import java.util.OptionalLong;

/** What is done to a cluster: faults, and a person's commands. */
final class Disturbances {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Simulation simulation;
    private final FakeEtcd etcd;

    Disturbances(Simulation simulation, FakeEtcd etcd) {
        this.simulation = simulation;
        this.etcd = etcd;
    }

    void disturb() {
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
            case REQUEST_LOST,
                    ANSWER_LOST,
                    SLOW_STOP,
                    SLOW_CHECKPOINT,
                    PROMOTION,
                    DEMOTION_WITHOUT_DCS,
                    HANDED_OVER,
                    RESTARTED,
                    REWOUND,
                    CLONED,
                    REINITIALIZED,
                    STOPPED_AT_ONCE,
                    WENT_ON_WITH_ALL,
                    WENT_ON_WITH_A_MAJORITY,
                    PLEDGED,
                    HELD_STILL_IN_PAUSE -> throw new IllegalStateException(kind + " is a consequence");
        }
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
                .anyMatch(node -> node != victim && node.postgres().length() > 0);
        if (another) {
            happens(Happening.DISK_LOST, victim.name());
            victim.die();
            victim.postgres().loseDisk();
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
        simulation.invariants().personAsked();
    }

    private void handOver(Happening kind, String candidate) {
        Optional<String> leader = etcd.find("leader").map(KeyedValue::value);
        boolean switchover = kind == Happening.SWITCHOVER_ASKED;
        if (leader.isEmpty() || leader.get().equals(candidate)) {
            return;
        }
        happens(kind, "from " + leader.get());
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
        etcd.find("config").ifPresent(config -> {
            Mapping before = (Mapping) Json.parse(config.value());
            simulation.note(paused ? "pause" : "resume");
            write(new DcsCommand.PutConfig(before.with("pause", paused), OptionalLong.empty()));
        });
    }

    private void write(DcsCommand command) {
        new FakeDcs(etcd, "person", PATIENCE, FakeDcs.Network.perfect())
                .write(command, Deadline.after(simulation::now, PATIENCE));
    }
}
