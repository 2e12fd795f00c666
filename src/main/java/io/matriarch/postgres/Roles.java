package io.matriarch.postgres;

import io.matriarch.config.Configuration;
import io.matriarch.config.DatabaseUser;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Creates the roles of a new cluster; no password gets into PostgreSQL's log (reference 6.6). */
final class Roles {
    private static final Set<String> OPTIONS = Set.of(
            "superuser",
            "nosuperuser",
            "createdb",
            "nocreatedb",
            "createrole",
            "nocreaterole",
            "inherit",
            "noinherit",
            "login",
            "nologin",
            "replication",
            "noreplication",
            "bypassrls",
            "nobypassrls");

    private final Connection connection;

    Roles(Connection connection) {
        this.connection = connection;
    }

    void createSuperuser(Configuration configuration) throws SQLException {
        quiet();
        DatabaseUser superuser = configuration.postgresql().superuser();
        if (superuser.username().isPresent() && superuser.password().isPresent()) {
            role(superuser, List.of("SUPERUSER", "LOGIN"));
        }
    }

    /** For replication and pg_rewind, and bootstrap.users. */
    void createOthers(Configuration configuration) throws SQLException {
        quiet();
        DatabaseUser superuser = configuration.postgresql().superuser();
        DatabaseUser replication = configuration.postgresql().replication();
        if (replication.username().isPresent() && !replication.username().equals(superuser.username())) {
            role(replication, List.of("REPLICATION", "LOGIN"));
        }
        DatabaseUser rewind = configuration.postgresql().rewind();
        if (rewind.username().isPresent() && !rewind.username().equals(superuser.username())) {
            role(rewind, List.of("LOGIN"));
            grantRewind(rewind.username().get());
        }
        for (var user : configuration.bootstrap().users()) {
            role(
                    new DatabaseUser(Optional.of(user.name()), user.password(), java.util.Map.of()),
                    options(user.options()));
        }
    }

    private void quiet() throws SQLException {
        for (String setting : List.of(
                "log_statement = 'none'",
                "log_min_duration_statement = -1",
                "log_min_error_statement = 'log'",
                "pgaudit.log = 'none'",
                "synchronous_commit = 'local'",
                "statement_timeout = 0")) {
            execute("SET " + setting);
        }
    }

    private void role(DatabaseUser user, List<String> options) throws SQLException {
        String name = user.username().orElseThrow();
        String verb = exists(name) ? "ALTER" : "CREATE";
        String password = user.password()
                .map(secret -> " PASSWORD " + literal(secret.reveal()))
                .orElse("");
        execute(verb + " ROLE " + identifier(name) + " WITH " + String.join(" ", options) + password);
    }

    private static List<String> options(List<String> wanted) throws SQLException {
        List<String> options = new java.util.ArrayList<>(List.of("LOGIN"));
        for (String option : wanted) {
            if (!OPTIONS.contains(option.toLowerCase(Locale.ROOT))) {
                throw new SQLException("bootstrap.users: unknown role option " + option + "; allowed are " + OPTIONS);
            }
            options.remove(option.toLowerCase(Locale.ROOT).equals("nologin") ? "LOGIN" : "");
            options.add(option.toUpperCase(Locale.ROOT));
        }
        return options.stream().distinct().toList();
    }

    private void grantRewind(String user) throws SQLException {
        for (String function : List.of(
                "pg_ls_dir(text, boolean, boolean)",
                "pg_stat_file(text, boolean)",
                "pg_read_binary_file(text)",
                "pg_read_binary_file(text, bigint, bigint, boolean)")) {
            execute("GRANT EXECUTE ON FUNCTION pg_catalog." + function + " TO " + identifier(user));
        }
    }

    private boolean exists(String role) throws SQLException {
        try (var query = connection.prepareStatement("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = ?")) {
            query.setString(1, role);
            try (var row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    static String identifier(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /** Backslashes need the E form, since standard_conforming_strings may be off. */
    static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
