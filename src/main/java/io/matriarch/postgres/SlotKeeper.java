package io.matriarch.postgres;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.ServerReading;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.Upstream;
import io.matriarch.file.FileProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The replication slots of the local server. Safe for several threads. */
final class SlotKeeper {
    private static final Logger LOG = Logger.getLogger(SlotKeeper.class);
    private static final int SQL_TIMEOUT_MILLIS = 3000;

    private final Connections connections;
    private final LogicalSlots logical;
    private final SlotCopies copies;
    private final SlotWal wal;
    private final SlotReadiness readiness;

    /**
     * @param self the member's name
     * @param upstream whom this server follows
     */
    SlotKeeper(Connections connections, Path dataDirectory, String self, Supplier<Optional<Upstream>> upstream) {
        this.connections = connections;
        this.logical = new LogicalSlots(connections);
        this.copies = new SlotCopies(connections, dataDirectory);
        this.wal = new SlotWal(connections);
        this.readiness = new SlotReadiness(connections, self, upstream);
    }

    /** What could not be done, now or since the last call. */
    Optional<String> change(List<SlotChange> changes) {
        Map<Boolean, List<SlotChange>> slow = changes.stream()
                .collect(Collectors.partitioningBy(change ->
                        change instanceof SlotChange.CreateLogical || change instanceof SlotChange.AdvanceLogical));
        List<String> failures = new ArrayList<>();
        List<SlotChange> quick = slow.getOrDefault(false, List.of());
        if (!quick.isEmpty()) {
            try (Connection connection = connections.local("Patroni", SQL_TIMEOUT_MILLIS)) {
                failures.addAll(new PhysicalSlots(connections, connection).carryOut(quick));
            } catch (SQLException e) {
                return Optional.of(Optional.ofNullable(e.getMessage()).orElse("no answer"));
            }
        }
        failures.addAll(logical.begin(slow.getOrDefault(true, List.of())));
        return failures.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", failures));
    }

    /** Slots that PostgreSQL takes for good ones, but that it could not advance. */
    ServerReading mark(ServerReading reading) {
        Set<String> broken = logical.broken();
        return broken.isEmpty()
                ? reading
                : reading.withSlots(reading.slots().stream()
                        .map(slot -> broken.contains(slot.name()) ? slot.broken() : slot)
                        .toList());
    }

    /** Nothing is stopped unless the primary has told what to write, and it helps. */
    OperationResult copy(
            Operation.CopyLogicalSlots copy,
            PostgresConfiguration configuration,
            ServerControl server,
            Optional<Upstream> following,
            Cancellation cancellation) {
        Map<String, SlotCopies.Copy> states;
        Map<String, SlotCopies.Copy> useful;
        try {
            states = copies.read(copy.leader(), copy.names());
            useful = wal.ofUse(states);
        } catch (SQLException e) {
            return new OperationResult.Failed("the logical slots of "
                    + copy.leader().member() + " can't be read, which needs pg_read_binary_file: " + e.getMessage());
        }
        if (states.isEmpty() || cancellation.requested()) {
            return cancellation.requested()
                    ? new OperationResult.Cancelled()
                    : new OperationResult.Failed(
                            copy.leader().member() + " has no logical slots " + String.join(", ", copy.names()));
        }
        if (useful.isEmpty()) {
            return new OperationResult.Succeeded();
        }
        OperationResult stopped = server.stop(
                configuration,
                new Operation.Stop(Operation.Stop.Mode.FAST, true, copy.title()),
                Optional.empty(),
                cancellation);
        if (!(stopped instanceof OperationResult.Succeeded)) {
            return stopped;
        }
        Optional<String> unwritten = write(useful);
        OperationResult started =
                server.start(configuration, Operation.Start.As.REPLICA, following, Optional.empty(), "", cancellation);
        if (unwritten.isEmpty()) {
            readiness.copied(useful.keySet());
        }
        return started instanceof OperationResult.Succeeded && unwritten.isPresent()
                ? new OperationResult.Failed(unwritten.get())
                : started;
    }

    /** This server is about to become the primary. */
    void promoting() {
        readiness.promoting();
    }

    private Optional<String> write(Map<String, SlotCopies.Copy> states) {
        try {
            copies.write(states);
            logical.forget();
            LOG.infof("copied the logical replication slots %s", states.keySet());
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(
                    "the logical slots " + states.keySet() + " could not be written: " + FileProblem.whereAndWhy(e));
        }
    }
}
