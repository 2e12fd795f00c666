package io.matriarch.postgres;

import io.matriarch.cluster.Upstream;
import io.matriarch.config.DatabaseUser;
import io.matriarch.config.PostgresSettings;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.postgresql.Driver;

/** Opens the agent's own SQL connections (reference 6.2 and 6.11). */
final class Connections {
    private static final Logger LOG = Logger.getLogger(Connections.class);
    private static final List<String> ANYWHERE = List.of("*", "localhost", "0.0.0.0", "127.0.0.1");

    private final Driver driver = new Driver();
    private final Supplier<PostgresSettings> settings;
    private final Supplier<Optional<String>> socketFolders;

    /** {@code socketFolders} is the server's unix_socket_directories, if that is set. */
    Connections(Supplier<PostgresSettings> settings, Supplier<Optional<String>> socketFolders) {
        this.settings = settings;
        this.socketFolders = socketFolders;
    }

    /** To the local server as its superuser. */
    Connection local(String applicationName, int statementTimeoutMillis) throws SQLException {
        return local(settings.get().database(), applicationName, statementTimeoutMillis);
    }

    /** The same, in {@code database}; a timeout of 0 is none. */
    Connection local(String database, String applicationName, int statementTimeoutMillis) throws SQLException {
        Properties properties = properties(settings.get().superuser(), applicationName);
        properties.setProperty(
                "options",
                "-c statement_timeout=" + statementTimeoutMillis + " -c search_path=pg_catalog"
                        + " -c pg_stat_statements.track=none");
        if (statementTimeoutMillis > 0) {
            properties.setProperty("socketTimeout", Integer.toString(statementTimeoutMillis / 1000 + 3));
        }
        return open(new ConnInfo.Address(superuserHost(), settings.get().port(), database), properties);
    }

    /** To any server as the local one's superuser. */
    Connection superuser(ConnInfo.Address address, String applicationName, Duration statementTimeout)
            throws SQLException {
        Properties properties = properties(settings.get().superuser(), applicationName);
        properties.setProperty(
                "options", "-c statement_timeout=" + statementTimeout.toMillis() + " -c search_path=pg_catalog");
        properties.setProperty("socketTimeout", Long.toString(statementTimeout.toSeconds() + 3));
        return open(address, properties);
    }

    /** To another member as the user of pg_rewind, who may read its files; as the superuser if there is none. */
    Connection rewinding(ConnInfo.Address address, String applicationName) throws SQLException {
        DatabaseUser rewind = settings.get().rewind();
        Properties properties = properties(
                rewind.username().isPresent() ? rewind : settings.get().superuser(), applicationName);
        properties.setProperty("options", "-c statement_timeout=10000 -c search_path=pg_catalog");
        properties.setProperty("socketTimeout", "13");
        return open(address, properties);
    }

    /** To another member's database as {@code user}. */
    Connection remote(Upstream upstream, DatabaseUser user, int statementTimeoutMillis) throws SQLException {
        Properties properties = properties(user, "Patroni");
        properties.setProperty(
                "options", "-c statement_timeout=" + statementTimeoutMillis + " -c search_path=pg_catalog");
        properties.setProperty("socketTimeout", Integer.toString(statementTimeoutMillis / 1000 + 3));
        try {
            return open(ConnInfo.Address.of(upstream), properties);
        } catch (MalformedURLException e) {
            throw new SQLException(e.getMessage(), e);
        }
    }

    /** A physical replication connection to another member. */
    Connection replication(Upstream upstream) throws SQLException {
        try {
            return replication(ConnInfo.Address.of(upstream));
        } catch (MalformedURLException e) {
            throw new SQLException(e.getMessage(), e);
        }
    }

    /** Of several places the one that accepts writes: the driver asks by a kind of query that a replication connection doesn't know. */
    private Connection replication(ConnInfo.Address address) throws SQLException {
        if (address.alternatives().isEmpty()) {
            return replicationAt(address);
        }
        SQLException last = new SQLException("none of the hosts accepts writes");
        for (ConnInfo.Address place : address.all()) {
            try {
                Connection connection =
                        replicationAt(new ConnInfo.Address(place.host(), place.port(), place.database()));
                if (acceptsWrites(connection)) {
                    return connection;
                }
                connection.close();
            } catch (SQLException e) {
                last = e;
            }
        }
        throw last;
    }

    private static boolean acceptsWrites(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW transaction_read_only")) {
            return row.next() && "off".equals(row.getString(1));
        }
    }

    private Connection replicationAt(ConnInfo.Address address) throws SQLException {
        Properties properties = replicationProperties("Patroni");
        properties.setProperty("socketTimeout", "10");
        return open(address, properties);
    }

    private Properties replicationProperties(String applicationName) {
        Properties properties = properties(settings.get().replication(), applicationName);
        properties.setProperty("replication", "true");
        properties.setProperty("assumeMinServerVersion", "13");
        properties.setProperty("preferQueryMode", "simple");
        return properties;
    }

    /** A physical replication connection of which nothing but the login is the driver's; its sockets go to {@code sockets}. */
    Connection loggedIn(ConnInfo.Address address, String applicationName, LoginSockets sockets) throws SQLException {
        Properties properties = replicationProperties(applicationName);
        // it would make the driver log in on another thread
        properties.remove("loginTimeout");
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketFactory", LoginSockets.Plain.class.getName());
        properties.setProperty("socketFactoryArg", "");
        properties.setProperty("sslfactory", LoginSockets.Encrypted.class.getName());
        return sockets.during(() -> open(address, properties));
    }

    /** A physical replication connection to the local server. */
    Connection localReplication() throws SQLException {
        return replication(localReplicationAddress());
    }

    ConnInfo.Address localReplicationAddress() {
        String host =
                settings.get().useUnixSocketForReplication() ? socketFolder().orElseGet(this::host) : host();
        return new ConnInfo.Address(host, settings.get().port(), settings.get().database());
    }

    /** Where the local server listens for the agent. */
    String host() {
        List<String> addresses = settings.get().listenAddresses();
        boolean loopback = addresses.isEmpty() || addresses.stream().anyMatch(ANYWHERE::contains);
        return loopback ? "localhost" : addresses.getFirst();
    }

    /** The folder of the socket with use_unix_socket, else as {@link #host}. */
    String superuserHost() {
        return settings.get().useUnixSocket() ? socketFolder().orElseGet(this::host) : host();
    }

    /** Absent when the server is configured to have no socket in the file system. */
    private Optional<String> socketFolder() {
        Optional<String> configured = socketFolders.get();
        if (configured.isPresent()) {
            return Stream.of(configured.get().split(",", -1))
                    .map(String::strip)
                    .filter(folder -> folder.startsWith("/"))
                    .findFirst();
        }
        int port = settings.get().port();
        return Stream.of("/var/run/postgresql", "/tmp")
                .filter(folder -> Files.exists(Path.of(UnixSocketFactory.file(folder, port))))
                .findFirst();
    }

    /** For pg_hba.conf: from where this agent's own connections come. */
    List<String> hostAddresses() {
        List<String> addresses = new ArrayList<>(List.of("127.0.0.1/32", "::1/128"));
        try {
            for (InetAddress address : InetAddress.getAllByName(host())) {
                addresses.add(address.getHostAddress() + (address instanceof Inet6Address ? "/128" : "/32"));
            }
        } catch (UnknownHostException e) {
            LOG.warnf("%s has no address: %s", host(), e.getMessage());
        }
        return addresses.stream().distinct().toList();
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

    /** Of several places the one that accepts writes. */
    private Connection open(ConnInfo.Address address, Properties properties) throws SQLException {
        String host = address.host();
        if (host.startsWith("/")) {
            properties.putIfAbsent("socketFactory", UnixSocketFactory.class.getName());
            properties.setProperty("socketFactoryArg", UnixSocketFactory.file(host, address.port()));
            properties.setProperty("sslmode", "disable");
        }
        if (!address.alternatives().isEmpty()) {
            properties.setProperty("targetServerType", "primary");
            properties.setProperty("hostRecheckSeconds", "0");
        }
        String places = address.all().stream().map(Connections::place).collect(Collectors.joining(","));
        Connection connection = driver.connect("jdbc:postgresql://" + places + "/" + address.database(), properties);
        if (connection == null) {
            throw new SQLException("the driver refused " + places);
        }
        return connection;
    }

    private static String place(ConnInfo.Address address) {
        String host = address.host();
        return (host.startsWith("/") ? "localhost" : host.contains(":") ? "[" + host + "]" : host) + ":"
                + address.port();
    }
}
