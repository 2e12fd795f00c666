package io.matriarch.postgres;

import io.matriarch.cluster.Upstream;
import io.matriarch.config.DatabaseUser;
import io.matriarch.config.PostgresSettings;
import java.net.MalformedURLException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.postgresql.Driver;

/** Opens the agent's own SQL connections (reference 6.2 and 6.11). */
final class Connections {
    private static final List<String> ANYWHERE = List.of("*", "localhost", "0.0.0.0", "127.0.0.1");

    private final Driver driver = new Driver();
    private final Supplier<PostgresSettings> settings;

    Connections(Supplier<PostgresSettings> settings) {
        this.settings = settings;
    }

    /** To the local server as its superuser. */
    Connection local(String applicationName, int statementTimeoutMillis) throws SQLException {
        Properties properties = properties(settings.get().superuser(), applicationName);
        properties.setProperty(
                "options",
                "-c statement_timeout=" + statementTimeoutMillis + " -c search_path=pg_catalog"
                        + " -c pg_stat_statements.track=none");
        if (statementTimeoutMillis > 0) {
            properties.setProperty("socketTimeout", Integer.toString(statementTimeoutMillis / 1000 + 3));
        }
        return open(
                new ConnInfo.Address(
                        host(), settings.get().port(), settings.get().database()),
                properties);
    }

    /** A physical replication connection to another member. */
    Connection replication(Upstream upstream) throws SQLException {
        try {
            return replication(ConnInfo.Address.of(upstream));
        } catch (MalformedURLException e) {
            throw new SQLException(e.getMessage(), e);
        }
    }

    private Connection replication(ConnInfo.Address address) throws SQLException {
        Properties properties = properties(settings.get().replication(), "Patroni");
        properties.setProperty("replication", "true");
        properties.setProperty("assumeMinServerVersion", "13");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("socketTimeout", "10");
        if (!address.alternatives().isEmpty()) {
            properties.setProperty("targetServerType", "primary");
            properties.setProperty("hostRecheckSeconds", "0");
        }
        return open(address, properties);
    }

    /** A physical replication connection to the local server. */
    Connection localReplication() throws SQLException {
        return replication(new ConnInfo.Address(
                host(), settings.get().port(), settings.get().database()));
    }

    /** Where the local server listens for the agent. */
    String host() {
        List<String> addresses = settings.get().listenAddresses();
        boolean loopback = addresses.isEmpty() || addresses.stream().anyMatch(ANYWHERE::contains);
        return loopback ? "localhost" : addresses.getFirst();
    }

    String superuserName() {
        return settings.get().superuser().username().orElse(System.getProperty("user.name", "postgres"));
    }

    private Properties properties(DatabaseUser user, String applicationName) {
        Properties properties = new Properties();
        properties.setProperty("user", user.username().orElseGet(this::superuserName));
        user.password().ifPresent(password -> properties.setProperty("password", password.reveal()));
        user.connectionParameters().forEach((name, value) -> {
            if (List.of("sslmode", "sslcert", "sslkey", "sslrootcert", "sslpassword")
                    .contains(name)) {
                properties.setProperty(name, value);
            }
        });
        properties.setProperty("ApplicationName", applicationName);
        properties.setProperty("connectTimeout", "3");
        properties.setProperty("loginTimeout", "3");
        properties.setProperty("gssEncMode", "disable");
        return properties;
    }

    private Connection open(ConnInfo.Address address, Properties properties) throws SQLException {
        String places = address.all().stream().map(Connections::place).collect(Collectors.joining(","));
        Connection connection = driver.connect("jdbc:postgresql://" + places + "/" + address.database(), properties);
        if (connection == null) {
            throw new SQLException("the driver refused " + places);
        }
        return connection;
    }

    private static String place(ConnInfo.Address address) {
        return (address.host().contains(":") ? "[" + address.host() + "]" : address.host()) + ":" + address.port();
    }
}
