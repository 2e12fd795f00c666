package io.matriarch.cli;

import io.matriarch.cli.Table.Column;
import io.matriarch.cluster.ServerAddress;
import io.matriarch.config.HostPort;
import io.matriarch.value.Value;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import org.postgresql.Driver;

/** Runs SQL on one server for {@code patronictl query}. */
final class QueryRunner {
    private static final String CONNECT_SECONDS = "5";

    private final ServerAddress address;
    private final QueryLogin login;

    QueryRunner(ServerAddress address, QueryLogin login) {
        this.address = address;
        this.login = login;
    }

    /** How it went. */
    sealed interface Result {
        /** What the statement returned; a statement that returns nothing has failed, as Patroni sees it. */
        record Rows(List<String> columns, List<List<Value>> rows) implements Result {
            public Rows {
                columns = List.copyOf(columns);
                rows = rows.stream().map(List::copyOf).toList();
            }
        }

        /** No server to ask; empty text: the server's role isn't the wanted one. */
        record NotConnected(String why) implements Result {}

        /** The SQLSTATE, or the text where there is none. */
        record Failed(String why) implements Result {}
    }

    /** @param role what PostgreSQL itself must be too: the DCS may be behind */
    Result run(String sql, Optional<RoleFilter> role) {
        Properties properties = new Properties();
        login.addTo(properties);
        properties.setProperty("ApplicationName", "Patroni ctl");
        properties.setProperty("connectTimeout", CONNECT_SECONDS);
        String url = "jdbc:postgresql://" + new HostPort(address.host(), address.port()) + "/"
                + login.database().orElse("");
        Connection opened;
        try {
            opened = open(url, properties);
        } catch (SQLException e) {
            return new Result.Failed(text(e));
        }
        try (Connection connection = opened;
                Statement statement = connection.createStatement()) {
            return suits(statement, role) ? rows(statement, sql) : new Result.NotConnected("");
        } catch (SQLException e) {
            return new Result.Failed(Optional.ofNullable(e.getSQLState())
                    .filter(state -> !state.isEmpty())
                    .orElseGet(() -> text(e)));
        }
    }

    private static Connection open(String url, Properties properties) throws SQLException {
        return Optional.ofNullable(new Driver().connect(url, properties))
                .orElseThrow(() -> new SQLException("the driver refused " + url));
    }

    private static String text(SQLException error) {
        return Optional.ofNullable(error.getMessage()).orElse("").replace('\n', ' ');
    }

    private static boolean suits(Statement statement, Optional<RoleFilter> role) throws SQLException {
        RoleFilter wanted = role.orElse(RoleFilter.ANY);
        return switch (wanted) {
            case ANY, LEADER -> true;
            case REPLICA, STANDBY, STANDBY_LEADER -> isInRecovery(statement);
            case PRIMARY -> !isInRecovery(statement);
        };
    }

    private static boolean isInRecovery(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("SELECT pg_catalog.pg_is_in_recovery()")) {
            return !result.next() || result.getBoolean(1);
        }
    }

    private static Result rows(Statement statement, String sql) throws SQLException {
        if (!statement.execute(sql)) {
            return new Result.Failed("no results to fetch");
        }
        try (ResultSet result = statement.getResultSet()) {
            ResultSetMetaData data = result.getMetaData();
            List<String> columns = new ArrayList<>();
            for (int column = 1; column <= data.getColumnCount(); column++) {
                columns.add(data.getColumnLabel(column));
            }
            List<List<Value>> rows = new ArrayList<>();
            while (result.next()) {
                List<Value> row = new ArrayList<>();
                for (int column = 1; column <= columns.size(); column++) {
                    row.add(value(result, column, data));
                }
                rows.add(row);
            }
            return new Result.Rows(columns, rows);
        }
    }

    private static Value value(ResultSet result, int column, ResultSetMetaData data) throws SQLException {
        String text = result.getString(column);
        if (result.wasNull()) {
            return new Value.Null();
        }
        return switch (data.getColumnType(column)) {
            case Types.BIT, Types.BOOLEAN -> Value.of(result.getBoolean(column));
            case Types.SMALLINT, Types.INTEGER, Types.BIGINT -> Value.of(result.getLong(column));
            case Types.REAL, Types.DOUBLE -> number(text);
            case Types.ARRAY -> PostgresArray.parse(text, element(data.getColumnTypeName(column)));
            default -> Value.of(text);
        };
    }

    /** What the text of an element means in an array of this type. */
    private static Function<String, Value> element(String arrayType) {
        return switch (arrayType) {
            case "_int2", "_int4", "_int8" -> text -> Value.of(Long.parseLong(text));
            case "_float4", "_float8" -> QueryRunner::number;
            case "_bool" -> text -> Value.of(text.equals("t"));
            default -> Value::of;
        };
    }

    /** NaN and infinity stay text; so does numeric, whose zeroes at the end count. */
    private static Value number(String text) {
        try {
            return new Value.Decimal(new BigDecimal(text));
        } catch (NumberFormatException notFinite) {
            return Value.of(text);
        }
    }

    /** What was returned. */
    static Listing listing(Result.Rows rows) {
        return new Listing(
                "",
                rows.columns(),
                rows.columns().stream().map(name -> new Column(name, false)).toList(),
                rows.rows(),
                Set.of());
    }

    /** One row that says what went wrong, and when. */
    static Listing message(String timestamp, String text) {
        return new Listing(
                "",
                List.of(),
                List.of(new Column("Field 1", false), new Column("Field 2", false)),
                List.of(List.of(Value.of(timestamp), Value.of(text))),
                Set.of());
    }
}
