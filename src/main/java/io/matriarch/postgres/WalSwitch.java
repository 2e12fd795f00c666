package io.matriarch.postgres;

import io.matriarch.config.HostPort;
import io.matriarch.config.PostgresSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/** Ends the WAL segment of a primary, so that it is archived now. */
public final class WalSwitch {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private WalSwitch() {}

    /** As the superuser; returns what is wrong, for a person. */
    public static Optional<String> at(HostPort primary, PostgresSettings settings) {
        Connections connections = new Connections(() -> settings, Optional::empty);
        ConnInfo.Address address = new ConnInfo.Address(primary.host(), primary.port(), settings.database());
        try (Connection connection = connections.superuser(address, "matriarch backup", PATIENCE);
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_catalog.pg_switch_wal()");
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of("PostgreSQL at " + primary.host() + ":" + primary.port()
                    + " can't be asked to end its WAL segment: " + e.getMessage());
        }
    }
}
