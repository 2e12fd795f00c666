package io.matriarch.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The members' physical slots on the primary (reference 5.20). Logical slots and temporary ones are nobody's business here. */
final class Slots {
    private final Connection connection;

    Slots(Connection connection) {
        this.connection = connection;
    }

    /** Creates what is missing; drops inactive physical slots that are not wanted, and wanted ones whose WAL is lost. */
    Optional<String> sync(Set<String> wanted) throws SQLException {
        List<String> failures = new ArrayList<>();
        Map<String, Boolean> present = present();
        for (var slot : present.entrySet()) {
            boolean lost = slot.getValue();
            if (lost || !wanted.contains(slot.getKey())) {
                call("SELECT pg_catalog.pg_drop_replication_slot(?)", slot.getKey())
                        .ifPresent(failures::add);
            }
        }
        for (String name : wanted) {
            if (present.getOrDefault(name, false) || !exists(name)) {
                call("SELECT pg_catalog.pg_create_physical_replication_slot(?, true)", name)
                        .ifPresent(failures::add);
            }
        }
        return failures.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", failures));
    }

    /** Inactive physical slots, and whether their WAL is gone. */
    private Map<String, Boolean> present() throws SQLException {
        Map<String, Boolean> present = new HashMap<>();
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery(
                        "SELECT slot_name, wal_status = 'lost' FROM pg_catalog.pg_replication_slots"
                                + " WHERE slot_type = 'physical' AND NOT temporary AND NOT active")) {
            while (row.next()) {
                present.put(row.getString(1), row.getBoolean(2));
            }
        }
        return present;
    }

    private boolean exists(String name) throws SQLException {
        try (var query =
                connection.prepareStatement("SELECT 1 FROM pg_catalog.pg_replication_slots WHERE slot_name = ?")) {
            query.setString(1, name);
            try (var row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    /** Why it failed: one slot must not keep the others from being looked after. */
    private Optional<String> call(String sql, String name) {
        try (var query = connection.prepareStatement(sql)) {
            query.setString(1, name);
            query.execute();
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of("slot " + name + ": " + e.getMessage());
        }
    }
}
