package io.matriarch.postgres;

import io.matriarch.config.DatabaseUser;
import io.matriarch.config.HostPort;
import io.matriarch.config.PostgresSettings;
import io.matriarch.config.Secret;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A server as the configuration's superuser reaches it: with questions, and with PostgreSQL's programs, which find the password in a file that only the owner can read. */
public final class ServerAccess implements AutoCloseable {
    private static final Duration LONGEST_STATEMENT = Duration.ofMinutes(10);
    private static final String NAME = "matriarch dump";

    private final Connections connections;
    private final ConnInfo.Address address;
    private final ToolCredentials credentials;

    private ServerAccess(Connections connections, ConnInfo.Address address, ToolCredentials credentials) {
        this.connections = connections;
        this.address = address;
        this.credentials = credentials;
    }

    /**
     * Connects to nothing yet.
     *
     * @param other another server than the local one; its host may be the folder of a socket
     * @param folder a private one, for the files with secrets
     */
    public static ServerAccess open(PostgresSettings settings, Optional<HostPort> other, Path folder)
            throws IOException {
        Connections connections = new Connections(
                () -> settings, () -> settings.raw().mapping("parameters").text("unix_socket_directories"));
        ConnInfo.Address address = other.map(
                        place -> new ConnInfo.Address(place.host(), place.port(), settings.database()))
                .orElseGet(
                        () -> new ConnInfo.Address(connections.superuserHost(), settings.port(), settings.database()));
        Optional<Secret> password = settings.superuser().password();
        DatabaseUser user = new DatabaseUser(
                Optional.of(connections.superuserName()),
                password,
                settings.superuser().connectionParameters());
        ToolCredentials credentials = new ToolCredentials(settings, folder.resolve("passwords"), user, address);
        return new ServerAccess(connections, address, credentials);
    }

    /** For messages. */
    public String place() {
        return "PostgreSQL at " + address.host() + ":" + address.port();
    }

    /** The database that is always there. */
    public String maintenanceDatabase() {
        return address.database();
    }

    /** The rows that a statement returns, as texts; null is empty. */
    public List<List<String>> query(String database, String sql) throws ServerProblem {
        return run(database, List.of(sql));
    }

    /** Runs statements over one connection; returns the rows of the last one. */
    public List<List<String>> run(String database, List<String> statements) throws ServerProblem {
        // in the driver's URL any character may have a meaning
        ConnInfo.Address place = new ConnInfo.Address(
                address.host(), address.port(), URLEncoder.encode(database, StandardCharsets.UTF_8));
        try (Connection connection = connections.superuser(place, NAME, LONGEST_STATEMENT);
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            List<List<String>> rows = List.of();
            for (String sql : statements) {
                rows = statement.execute(sql) ? rows(statement) : List.of();
            }
            return rows;
        } catch (SQLException e) {
            String why = Optional.ofNullable(e.getMessage()).orElse("no reason given");
            throw new ServerProblem(place() + ": " + why.strip().replace('\n', ' '), e);
        }
    }

    private static List<List<String>> rows(Statement statement) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (ResultSet result = statement.getResultSet()) {
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    row.add(Optional.ofNullable(result.getString(column)).orElse(""));
                }
                rows.add(List.copyOf(row));
            }
        }
        return rows;
    }

    /** Of a database, for {@code --dbname}; without secrets. */
    public String connectionString(String database) {
        return credentials.connectionString(Map.of("dbname", database, "application_name", NAME));
    }

    /** What PostgreSQL's programs need beside that. */
    public Map<String, String> environment() {
        return credentials.environment();
    }

    @Override
    public void close() {
        credentials.close();
    }
}
