package io.matriarch.it;

import io.matriarch.it.TcpProxy.Manner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What can happen to a primary, its agent, its guard, its keeper, and its ways to etcd and to its peers. */
enum Fault {
    KILL_AGENT("agent killed", Kind.KILL, Part.AGENT),
    KILL_AGENT_AGAIN("agent killed whenever it is started again", Kind.KILL_AGAIN, Part.AGENT),
    KILL_GUARD("guard killed, nobody starts it again", Kind.KILL, Part.GUARD),
    KILL_KEEPER("keeper killed", Kind.KILL, Part.KEEPER),
    KILL_AGENT_AND_GUARD("agent and guard killed", Kind.KILL, Part.AGENT, Part.GUARD),
    KILL_OURS("agent, guard and keeper killed", Kind.KILL, Part.AGENT, Part.GUARD, Part.KEEPER),
    KILL_POSTMASTER("postmaster killed", Kind.KILL, Part.POSTMASTER),
    KILL_BACKEND("a backend killed", Kind.KILL, Part.BACKEND),
    KILL_CHECKPOINTER("checkpointer killed", Kind.KILL, Part.CHECKPOINTER),
    KILL_AGENT_AND_POSTMASTER("agent and postmaster killed", Kind.KILL, Part.AGENT, Part.POSTMASTER),
    KILL_ALL(
            "agent, guard, keeper and postmaster killed",
            Kind.KILL,
            Part.AGENT,
            Part.GUARD,
            Part.KEEPER,
            Part.POSTMASTER),
    STOP_AGENT("agent frozen", Kind.STOP, Part.AGENT),
    STOP_GUARD("guard frozen", Kind.STOP, Part.GUARD),
    STOP_KEEPER("keeper frozen", Kind.STOP, Part.KEEPER),
    STOP_AGENT_AND_GUARD("agent and guard frozen", Kind.STOP, Part.AGENT, Part.GUARD),
    STOP_OURS("agent, guard and keeper frozen", Kind.STOP, Part.AGENT, Part.GUARD, Part.KEEPER),
    STOP_POSTMASTER("postmaster frozen", Kind.STOP, Part.POSTMASTER),
    STOP_AGENT_AND_POSTMASTER("agent and postmaster frozen", Kind.STOP, Part.AGENT, Part.POSTMASTER),
    STOP_GUARD_AND_POSTMASTER("guard and postmaster frozen", Kind.STOP, Part.GUARD, Part.POSTMASTER),
    STOP_THREE("agent, guard and postmaster frozen", Kind.STOP, Part.AGENT, Part.GUARD, Part.POSTMASTER),
    STOP_CHECKPOINTER("checkpointer frozen", Kind.STOP, Part.CHECKPOINTER),
    STOP_ALL("every process of the node frozen", Kind.STOP, Part.AGENT, Part.GUARD, Part.KEEPER, Part.POSTGRES),
    ETCD_FROZEN("etcd frozen", Kind.ETCD_STOP),
    ETCD_CUT("primary cut off from etcd", Kind.ETCD_CUT),
    ETCD_SLOW("primary's way to etcd slow", Kind.ETCD_SLOW),
    ETCD_DEAF("etcd's answers to the primary lost", Kind.ETCD_DEAF),
    PEERS_CUT("primary cut off from its peers, not from etcd", Kind.PEERS_CUT),
    PEERS_AND_ETCD_CUT("primary cut off from its peers and from etcd", Kind.BOTH_CUT);

    /** How long it lasts: longer than the lease of the tests' clusters. */
    private static final Duration LASTS = Duration.ofSeconds(27);

    private static final Duration KILL_AGAIN = Duration.ofMillis(5);
    private static final Duration KILL_LASTS = Duration.ofSeconds(24);

    private final String title;
    private final Kind kind;

    @SuppressWarnings("ImmutableEnumChecker") // never written to
    private final Part[] parts;

    private enum Kind {
        KILL,
        KILL_AGAIN,
        STOP,
        ETCD_STOP,
        ETCD_CUT,
        ETCD_SLOW,
        ETCD_DEAF,
        PEERS_CUT,
        BOTH_CUT
    }

    private enum Part {
        AGENT,
        GUARD,
        KEEPER,
        POSTMASTER,
        POSTGRES,
        BACKEND,
        CHECKPOINTER
    }

    Fault(String title, Kind kind, Part... parts) {
        this.title = title;
        this.kind = kind;
        this.parts = parts.clone();
    }

    String title() {
        return title;
    }

    /** Patroni has neither guard nor keeper. */
    boolean concerns(AgentProgram program) {
        return program != AgentProgram.PATRONI
                || Stream.of(parts).noneMatch(part -> part == Part.GUARD || part == Part.KEEPER)
                || Set.of(KILL_AGENT_AND_GUARD, KILL_ALL, STOP_ALL, STOP_THREE).contains(this);
    }

    /** Does it to the primary, waits for as long as it lasts, and undoes it. */
    void happen(LocalCluster cluster, Wiring wiring, Node primary) {
        switch (kind) {
            case KILL -> {
                ServerProcess.signal("KILL", pids(primary));
                pause(KILL_LASTS);
            }
            case KILL_AGAIN -> killAgain(primary);
            case STOP -> {
                long[] pids = pids(primary);
                ServerProcess.signal("STOP", pids);
                pause(LASTS);
                ServerProcess.signal("CONT", pids);
            }
            case ETCD_STOP -> {
                ServerProcess.signal("STOP", cluster.etcdPid());
                pause(LASTS);
                ServerProcess.signal("CONT", cluster.etcdPid());
            }
            case ETCD_CUT -> wire(wiring, () -> wiring.etcd(primary, Manner.CUT));
            case ETCD_SLOW -> wire(wiring, () -> wiring.etcd(primary, Manner.SLOW));
            case ETCD_DEAF -> wire(wiring, () -> wiring.etcd(primary, Manner.DEAF));
            case PEERS_CUT -> wire(wiring, () -> wiring.peers(primary, Manner.CUT));
            case BOTH_CUT ->
                wire(wiring, () -> {
                    wiring.peers(primary, Manner.CUT);
                    wiring.etcd(primary, Manner.CUT);
                });
        }
    }

    private static void wire(Wiring wiring, Runnable fault) {
        fault.run();
        pause(LASTS);
        wiring.heal();
    }

    private static void killAgain(Node primary) {
        long end = System.nanoTime() + KILL_LASTS.toNanos();
        while (System.nanoTime() < end) {
            primary.agentProcess().flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
            pause(KILL_AGAIN);
        }
    }

    private long[] pids(Node node) {
        List<Long> found = new ArrayList<>();
        long postmaster = node.postmaster().orElseThrow();
        for (Part part : parts) {
            switch (part) {
                case AGENT -> node.agentProcess().ifPresent(found::add);
                case GUARD -> found.add(node.process().pid());
                case KEEPER -> node.keeper().ifPresent(found::add);
                case POSTMASTER -> found.add(postmaster);
                case POSTGRES -> {
                    found.add(postmaster);
                    ProcessHandle.of(postmaster).stream()
                            .flatMap(ProcessHandle::children)
                            .forEach(child -> found.add(child.pid()));
                }
                case BACKEND -> found.add(serverProcess(node, "client backend"));
                case CHECKPOINTER -> found.add(serverProcess(node, "checkpointer"));
            }
        }
        return found.stream().distinct().mapToLong(Long::longValue).toArray();
    }

    private static long serverProcess(Node node, String type) {
        return Optional.of(node.query("select pid from pg_stat_activity where backend_type = '" + type
                        + "' and pid <> pg_backend_pid() limit 1"))
                .map(Long::parseLong)
                .orElseThrow();
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
