package io.matriarch.postgres;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.SlotChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** Changes of slots that take PostgreSQL a moment only: all of physical slots, and drops of any (reference 5.20). */
final class PhysicalSlots {
    private static final Logger LOG = Logger.getLogger(PhysicalSlots.class);
    private static final String CREATE = "SELECT pg_catalog.pg_create_physical_replication_slot(?, true)";
    private static final String DROP = "SELECT pg_catalog.pg_drop_replication_slot(?)";

    /** Lives no longer than the session that it helps. */
    private static final String HELPER = "matriarch_copy";

    private final Connections connections;
    private final Connection connection;

    PhysicalSlots(Connections connections, Connection connection) {
        this.connections = connections;
        this.connection = connection;
    }

    /** What could not be done, for a person: one slot must not keep the others from being looked after. */
    List<String> carryOut(List<SlotChange> changes) {
        List<String> failures = new ArrayList<>();
        for (SlotChange change : changes) {
            try {
                carryOut(change);
            } catch (SQLException e) {
                failures.add("slot " + change.name() + ": " + e.getMessage());
            }
        }
        return failures;
    }

    private void carryOut(SlotChange change) throws SQLException {
        switch (change) {
            case SlotChange.CreatePhysical(String name) -> {
                call(CREATE, name);
                LOG.infof("created the physical replication slot %s", name);
            }
            case SlotChange.Drop(String name) -> {
                call(DROP, name);
                LOG.infof("dropped the replication slot %s", name);
            }
            case SlotChange.Recreate(String name) -> {
                call(DROP, name);
                call(CREATE, name);
                LOG.infof("made the physical replication slot %s again: it held no WAL", name);
            }
            case SlotChange.ReleaseXmin(String name) -> {
                releaseXmin(name);
                LOG.infof("made the physical replication slot %s again, since its xmin held vacuum up", name);
            }
            case SlotChange.AdvancePhysical(String name, Lsn to) -> advance(connection, name, to);
            case SlotChange.CreateLogical _, SlotChange.AdvanceLogical _ ->
                throw new IllegalArgumentException("takes too long for here: " + change);
        }
    }

    /** A copy would take over the xmin, too; so the WAL is kept by one meanwhile, and reserved by telling the new slot that a standby has come so far. */
    private void releaseXmin(String name) throws SQLException {
        LogSequenceNumber kept = LogSequenceNumber.valueOf(restartLsn(name));
        try (Connection replication = connections.localReplication()) {
            call("SELECT pg_catalog.pg_copy_physical_replication_slot(?, '" + HELPER + "', true)", name);
            try {
                call(DROP, name);
                call(CREATE, name);
                confirm(replication, name, kept);
            } finally {
                call(DROP, HELPER);
            }
        }
    }

    private static void confirm(Connection replication, String name, LogSequenceNumber lsn) throws SQLException {
        try (PGReplicationStream stream = replication
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .physical()
                .withSlotName(name)
                .withStartPosition(lsn)
                .start()) {
            stream.setFlushedLSN(lsn);
            stream.setAppliedLSN(lsn);
            stream.forceUpdateStatus();
        }
    }

    private String restartLsn(String name) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT restart_lsn FROM pg_catalog.pg_replication_slots WHERE slot_name = ?")) {
            query.setString(1, name);
            try (ResultSet row = query.executeQuery()) {
                if (row.next()) {
                    return Optional.ofNullable(row.getString(1)).orElse("0/0");
                }
            }
            throw new SQLException("it is gone");
        }
    }

    static void advance(Connection connection, String name, Lsn to) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT pg_catalog.pg_replication_slot_advance(?, ?::pg_lsn)")) {
            query.setString(1, name);
            query.setString(2, to.toString());
            query.execute();
        }
    }

    private void call(String sql, String name) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, name);
            query.execute();
        }
    }
}
