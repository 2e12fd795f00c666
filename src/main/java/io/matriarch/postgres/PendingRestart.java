package io.matriarch.postgres;

import io.matriarch.cluster.ServerStatus.PendingChange;
import io.matriarch.config.Units;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** Which wanted parameters wait for a restart: those of context postmaster whose running value differs (reference 2.14). */
final class PendingRestart {
    private static final String QUERY = "SELECT name, setting, coalesce(unit, ''), vartype FROM pg_catalog.pg_settings"
            + " WHERE context = 'postmaster' AND lower(name) = ANY (?)";

    /** Others may have changed a file too. These two say that they wait though nobody can change them here (reference section 9, case 65). */
    private static final String OTHERS = "SELECT name, setting, coalesce(unit, ''), vartype FROM pg_catalog.pg_settings"
            + " WHERE pending_restart AND name NOT IN ('hot_standby', 'wal_log_hints')";

    private final Connection connection;
    private final UnaryOperator<String> valueInFiles;

    /** {@code valueInFiles} says which value a parameter would have after a restart. */
    PendingRestart(Connection connection, UnaryOperator<String> valueInFiles) {
        this.connection = connection;
        this.valueInFiles = valueInFiles;
    }

    Map<String, PendingChange> of(Map<String, String> wanted) throws SQLException {
        Map<String, PendingChange> pending = wanted(wanted);
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery(OTHERS)) {
            while (row.next()) {
                String name = row.getString(1);
                if (!wanted.containsKey(name)) {
                    String then = valueInFiles.apply(name);
                    String running = row.getString(2);
                    change(running, then, row.getString(3), row.getString(4))
                            .or(() -> unknownUnlessEqual(running, then))
                            .ifPresent(found -> pending.put(name, found));
                }
            }
        }
        return pending;
    }

    /** PostgreSQL goes on saying that a parameter waits although its line has been taken out of the file again. */
    private static Optional<PendingChange> unknownUnlessEqual(String running, String then) {
        return running.equals(then) ? Optional.empty() : Optional.of(new PendingChange("?", then));
    }

    private Map<String, PendingChange> wanted(Map<String, String> wanted) throws SQLException {
        Map<String, PendingChange> pending = new HashMap<>();
        String[] names = wanted.keySet().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
        try (PreparedStatement query = connection.prepareStatement(QUERY)) {
            query.setArray(1, connection.createArrayOf("text", names));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    String name = row.getString(1);
                    change(row.getString(2), wanted.getOrDefault(name, ""), row.getString(3), row.getString(4))
                            .ifPresent(found -> pending.put(name, found));
                }
            }
        }
        return pending;
    }

    /** Absent when both mean the same. */
    static Optional<PendingChange> change(String running, String wanted, String unit, String type) {
        return switch (type) {
            case "bool" ->
                truth(running) == truth(wanted)
                        ? Optional.empty()
                        : Optional.of(new PendingChange(truth(running) ? "on" : "off", truth(wanted) ? "on" : "off"));
            case "integer" -> integer(running, wanted, unit);
            case "enum" -> differing(running.toLowerCase(Locale.ROOT), wanted.toLowerCase(Locale.ROOT));
            default -> differing(running, wanted);
        };
    }

    private static Optional<PendingChange> integer(String running, String wanted, String unit) {
        OptionalLong now = Units.whole(running);
        OptionalLong then = unit.isEmpty() ? Units.whole(wanted) : Units.whole(wanted, unit);
        if (now.isEmpty() || then.isEmpty() || now.equals(then)) {
            return Optional.empty();
        }
        return Optional.of(
                unit.isEmpty()
                        ? new PendingChange(running, wanted)
                        : new PendingChange(
                                Units.readable(now.getAsLong(), unit), Units.readable(then.getAsLong(), unit)));
    }

    private static Optional<PendingChange> differing(String running, String wanted) {
        return running.equals(wanted) ? Optional.empty() : Optional.of(new PendingChange(running, wanted));
    }

    private static boolean truth(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes", "1" -> true;
            default -> false;
        };
    }
}
