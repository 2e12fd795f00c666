package io.matriarch.postgres;

import io.matriarch.cluster.SlotChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * Creates and advances logical slots on a thread of its own: both wait for transactions or read much WAL, and know no timeout (reference 5.20). Safe for several
 * threads.
 */
final class LogicalSlots {
    private static final Logger LOG = Logger.getLogger(LogicalSlots.class);

    /** What advancing says when the slot lacks WAL, and when it was invalidated. */
    private static final Set<String> BROKEN = Set.of("58P01", "55000");

    private final Connections connections;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().name("postgres-logical-slots").daemon().unstarted(task));
    private final AtomicReference<Set<String>> broken = new AtomicReference<>(Set.of());
    private final AtomicReference<List<String>> failures = new AtomicReference<>(List.of());
    private final AtomicReference<List<Future<?>>> running = new AtomicReference<>(List.of());

    LogicalSlots(Connections connections) {
        this.connections = connections;
    }

    /** Returns at once, with what went wrong the last time; does nothing while the changes before these are in progress. */
    List<String> begin(List<SlotChange> changes) {
        boolean busy = running.get().stream().anyMatch(task -> !task.isDone());
        if (!busy) {
            List<String> before = failures.getAndSet(List.of());
            running.set(changes.isEmpty() ? List.of() : List.of(thread.submit(() -> carryOut(changes))));
            return before;
        }
        return List.of();
    }

    /** The slots that can't be advanced as they are; a new copy may help. */
    Set<String> broken() {
        return broken.get();
    }

    /** The server starts with other slots. */
    void forget() {
        broken.set(Set.of());
        failures.set(List.of());
    }

    private void carryOut(List<SlotChange> changes) {
        List<String> problems = new ArrayList<>();
        Set<String> worthless = new HashSet<>(broken.get());
        for (SlotChange change : changes) {
            try {
                carryOut(change);
                worthless.remove(change.name());
            } catch (SQLException e) {
                problems.add("slot " + change.name() + ": " + e.getMessage());
                if (change instanceof SlotChange.AdvanceLogical && BROKEN.contains(String.valueOf(e.getSQLState()))) {
                    worthless.add(change.name());
                }
            }
        }
        broken.set(Set.copyOf(worthless));
        failures.set(List.copyOf(problems));
    }

    private void carryOut(SlotChange change) throws SQLException {
        switch (change) {
            case SlotChange.CreateLogical create -> create(create);
            case SlotChange.AdvanceLogical advance -> {
                try (Connection connection = connections.local(advance.database(), "Patroni", 0)) {
                    PhysicalSlots.advance(connection, advance.name(), advance.to());
                }
            }
            case SlotChange.CreatePhysical _,
                    SlotChange.Drop _,
                    SlotChange.Recreate _,
                    SlotChange.ReleaseXmin _,
                    SlotChange.AdvancePhysical _ -> throw new IllegalArgumentException("not a logical one: " + change);
        }
    }

    private void create(SlotChange.CreateLogical create) throws SQLException {
        String sql = create.failover()
                ? "SELECT pg_catalog.pg_create_logical_replication_slot(?, ?, failover => true)"
                : "SELECT pg_catalog.pg_create_logical_replication_slot(?, ?)";
        try (Connection connection = connections.local(create.kind().database(), "Patroni", 0);
                PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, create.name());
            query.setString(2, create.kind().plugin());
            query.execute();
            LOG.infof("created the logical replication slot %s", create.name());
        }
    }
}
