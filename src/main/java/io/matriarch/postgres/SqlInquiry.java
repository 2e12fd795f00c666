package io.matriarch.postgres;

import io.matriarch.cluster.Upstream;
import io.matriarch.config.DatabaseUser;
import io.matriarch.config.PostgresSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** With the users of postgresql.authentication. */
public final class SqlInquiry implements Inquiry {
    private static final int STATEMENT_MILLIS = 5_000;
    private static final String NAME = "matriarch";

    private final PostgresSettings settings;
    private final Connections connections;

    /** @param socketFolders the server's unix_socket_directories, if that is set */
    public SqlInquiry(PostgresSettings settings, Optional<String> socketFolders) {
        this.settings = settings;
        this.connections = new Connections(() -> settings, () -> socketFolders);
    }

    @Override
    public Answer local(String sql) {
        return ask(() -> connections.local(NAME, STATEMENT_MILLIS), sql);
    }

    @Override
    public Answer remote(String connUrl, User user, String sql) {
        DatabaseUser rewind = settings.rewind();
        DatabaseUser chosen = user == User.REWIND && rewind.username().isPresent() ? rewind : settings.superuser();
        return ask(() -> connections.remote(new Upstream(NAME, connUrl), chosen, STATEMENT_MILLIS), sql);
    }

    @Override
    public Answer replication(String connUrl) {
        return ask(() -> connections.replication(new Upstream(NAME, connUrl)), "IDENTIFY_SYSTEM");
    }

    /** Twice, if the server isn't reached: the first connection of a process may take longer than one may take. */
    private static Answer ask(Opening opening, String sql) {
        Answer first = askOnce(opening, sql);
        boolean timedOut = first instanceof Answer.Refused(String _, String why) && why.contains("timed out");
        return timedOut ? askOnce(opening, sql) : first;
    }

    private static Answer askOnce(Opening opening, String sql) {
        try (Connection connection = opening.open();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return new Answer.Rows(rows(result));
        } catch (SQLException e) {
            String why = Optional.ofNullable(e.getMessage())
                    .orElse("no reason given")
                    .replace('\n', ' ');
            String state = Optional.ofNullable(e.getSQLState()).orElse("");
            return new Answer.Refused(state.startsWith("08") ? "" : state, why);
        }
    }

    private static List<Map<String, String>> rows(ResultSet result) throws SQLException {
        ResultSetMetaData data = result.getMetaData();
        List<Map<String, String>> rows = new ArrayList<>();
        while (result.next()) {
            Map<String, String> row = new LinkedHashMap<>();
            for (int column = 1; column <= data.getColumnCount(); column++) {
                row.put(
                        data.getColumnLabel(column),
                        Optional.ofNullable(result.getString(column)).orElse(""));
            }
            rows.add(row);
        }
        return rows;
    }

    /** Makes a connection. */
    @FunctionalInterface
    private interface Opening {
        Connection open() throws SQLException;
    }
}
