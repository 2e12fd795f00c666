package io.matriarch.sim;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.Upstream;
import io.matriarch.postgres.Postgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The simulated server in a world without accidents. */
final class SimulatedPostgresTest extends PostgresContractTest {
    private final CalmWorld world = new CalmWorld();

    private static final class CalmWorld implements SimulatedPostgres.World {
        private final Map<String, SimulatedPostgres> servers = new HashMap<>();
        private final List<Runnable> due = new ArrayList<>();
        private long now;
        private long identifiers = 100;

        SimulatedPostgres server(String member) {
            return servers.computeIfAbsent(member, name -> new SimulatedPostgres(this, name));
        }

        void step() {
            now += Duration.ofMillis(100).toNanos();
            List<Runnable> actions = List.copyOf(due);
            due.clear();
            actions.forEach(Runnable::run);
            servers.values().forEach(SimulatedPostgres::stream);
        }

        @Override
        public long now() {
            return now;
        }

        @Override
        public boolean chance(double probability) {
            return false;
        }

        @Override
        public long identifier() {
            return ++identifiers;
        }

        @Override
        public Duration durationOf(Operation operation) {
            return Duration.ofMillis(1);
        }

        @Override
        public void after(String node, Duration delay, Runnable action) {
            due.add(action);
        }

        @Override
        public Optional<SimulatedPostgres> reachableServer(String from, String to) {
            return Optional.ofNullable(servers.get(to));
        }

        @Override
        public void promoted(String name) {}

        @Override
        public void dataRemoved(String name, int length, boolean ordered) {}

        @Override
        public void changes(SimulatedPostgres server, SlotChange change) {}

        @Override
        public void ended(String name, Operation operation) {}

        @Override
        public List<SimulatedPostgres> standbysOf(String name) {
            return servers.values().stream()
                    .filter(server -> server.streamsFrom(name))
                    .toList();
        }

        @Override
        public void acknowledged(String name, int length) {}
    }

    @Override
    Postgres server(String member) {
        return world.server(member);
    }

    @Override
    Upstream at(String member) {
        return new Upstream(member, "postgres://" + member + ":5432/postgres");
    }

    @Override
    void await(String what, BooleanSupplier condition) {
        for (int step = 0; step < 1_000; step++) {
            if (condition.getAsBoolean()) {
                return;
            }
            world.step();
        }
        throw new AssertionError("never: " + what);
    }

    @Override
    void kill(String member) {
        world.server(member).crash();
    }
}
