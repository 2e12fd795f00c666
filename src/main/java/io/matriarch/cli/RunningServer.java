package io.matriarch.cli;

import static io.matriarch.cli.GenerateConfig.TO_FILL_IN;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Value.Sequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.Driver;

/** Asks a server of this machine, as its superuser, for what a configuration of it needs to say. */
final class RunningServer {
    private static final Pattern KEYWORD = Pattern.compile("\\s*(\\w+)\\s*=\\s*('(?:[^'\\\\]|\\\\.)*'|\\S*)");
    private static final Pattern URI = Pattern.compile(
            "postgres(?:ql)?://(?:([^:@/]*)(?::([^@/]*))?@)?([^:/?]*)(?::(\\d+))?(?:/([^?]*))?(?:\\?.*)?");
    private static final Map<String, String> VARIABLES = Map.ofEntries(
            Map.entry("user", "PGUSER"),
            Map.entry("password", "PGPASSWORD"),
            Map.entry("host", "PGHOST"),
            Map.entry("port", "PGPORT"),
            Map.entry("dbname", "PGDATABASE"),
            Map.entry("sslmode", "PGSSLMODE"),
            Map.entry("sslcert", "PGSSLCERT"),
            Map.entry("sslkey", "PGSSLKEY"),
            Map.entry("sslrootcert", "PGSSLROOTCERT"),
            Map.entry("sslcrl", "PGSSLCRL"),
            Map.entry("sslcrldir", "PGSSLCRLDIR"),
            Map.entry("gssencmode", "PGGSSENCMODE"),
            Map.entry("channel_binding", "PGCHANNELBINDING"),
            Map.entry("sslnegotiation", "PGSSLNEGOTIATION"));
    private static final Set<String> PLACE = Set.of("host", "port", "dbname", "user");

    /** Commands stay out of etcd, where more people can write; files would be removed from there. */
    private static final Set<String> LOCAL = Set.of(
            "archive_command",
            "restore_command",
            "archive_cleanup_command",
            "recovery_end_command",
            "ssl_passphrase_command",
            "hba_file",
            "ident_file",
            "config_file");

    /** The driver sets DateStyle and TimeZone for its own session, which hides what the files say of them; a style is written as the server would show it. */
    private static final String PARAMETERS = """
            select s.name, coalesce(
                (select case lower(f.name) when 'datestyle'
                    then replace(replace(upper(f.setting), 'POSTGRES', 'Postgres'), 'GERMAN', 'German')
                    else f.setting end from pg_catalog.pg_file_settings f
                  where lower(f.name) = lower(s.name) and f.applied and s.source = 'client' order by f.seqno desc limit 1),
                pg_catalog.current_setting(s.name)) from pg_catalog.pg_settings s
            where source = 'client' and exists (select 1 from pg_catalog.pg_file_settings f
                  where lower(f.name) = lower(s.name) and f.applied)
              or context <> 'internal' and source in ('configuration file', 'command line', 'environment variable')
              and category <> 'Write-Ahead Log / Recovery Target' and setting <> '(disabled)'
              or name in ('hba_file', 'ident_file', 'config_file', 'data_directory', 'listen_addresses', 'port',
                'cluster_name', 'wal_level', 'hot_standby', 'max_connections', 'max_wal_senders',
                'max_prepared_transactions', 'max_locks_per_transaction', 'track_commit_timestamp',
                'max_replication_slots', 'max_worker_processes', 'wal_log_hints', 'wal_keep_segments', 'wal_keep_size')
            """;

    private final Map<String, String> connection = new LinkedHashMap<>();
    private final boolean portGiven;

    /** @param dsn keywords or a URI; the variables of libpq stand for what it leaves out */
    RunningServer(Map<String, String> environment, String dsn) {
        VARIABLES.forEach((keyword, variable) -> Optional.ofNullable(environment.get(variable))
                .filter(value -> !value.isEmpty())
                .ifPresent(value -> connection.put(keyword, value)));
        parse(dsn.strip());
        connection.putIfAbsent("user", System.getProperty("user.name", "postgres"));
        portGiven = connection.containsKey("port");
    }

    private void parse(String dsn) {
        Matcher uri = URI.matcher(dsn);
        if (uri.matches()) {
            List<String> keywords = List.of("user", "password", "host", "port", "dbname");
            for (int index = 0; index < keywords.size(); index++) {
                String keyword = keywords.get(index);
                Optional.ofNullable(uri.group(index + 1))
                        .filter(value -> !value.isEmpty())
                        .ifPresent(value -> connection.put(keyword, value));
            }
            return;
        }
        Matcher pair = KEYWORD.matcher(dsn);
        int end = 0;
        while (pair.lookingAt()) {
            String value = Optional.ofNullable(pair.group(2)).orElse("");
            connection.put(
                    Optional.ofNullable(pair.group(1)).orElse(""),
                    value.startsWith("'")
                            ? value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1")
                            : value);
            end = pair.end();
            pair.region(end, dsn.length());
        }
        if (end < dsn.length()) {
            throw new CtlError("--dsn isn't a connection string such as 'host=localhost port=5432 user=postgres'");
        }
    }

    /** The template with what the server says. */
    Mapping describe(Mapping template) {
        Map<String, String> parameters = parameters();
        String data = parameters.getOrDefault("data_directory", "");
        Mapping local = Mapping.empty();
        Mapping shared = Mapping.empty();
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            if (LOCAL.contains(parameter.getKey())) {
                local = local.with(parameter.getKey(), parameter.getValue());
            } else if (!Set.of("data_directory", "listen_addresses", "port").contains(parameter.getKey())
                    && !(parameter.getKey().equals("cluster_name")
                            && !parameter.getValue().isEmpty())) {
                shared = shared.with(parameter.getKey(), parameter.getValue());
            }
        }
        Mapping section = template.mapping("postgresql")
                .with("data_dir", data)
                .with("bin_dir", programs(data))
                .with(
                        "parameters",
                        template.mapping("postgresql").mapping("parameters").patchedWith(local))
                .with("authentication", authentication())
                .with("listen", parameters.get("listen_addresses") + ":" + parameters.get("port"))
                .with("connect_address", connectAddress(template, parameters));
        section = withLines(section, "pg_hba", parameters.getOrDefault("hba_file", ""), data);
        section = withLines(section, "pg_ident", parameters.getOrDefault("ident_file", ""), data);
        Mapping described = template.with("postgresql", section)
                .patchedWith(nested(shared, "bootstrap", "dcs", "postgresql", "parameters"));
        String cluster = parameters.getOrDefault("cluster_name", "");
        return cluster.isEmpty() ? described : described.with("scope", cluster);
    }

    private static Mapping nested(Mapping inner, String... path) {
        Mapping outer = inner;
        for (int index = path.length - 1; index >= 0; index--) {
            outer = Mapping.empty().with(path[index], outer);
        }
        return outer;
    }

    private String connectAddress(Mapping template, Map<String, String> parameters) {
        String address = template.mapping("postgresql").text("connect_address").orElse("");
        String host = address.replaceFirst(":[0-9]*$", "");
        return host + ":" + (portGiven ? connection.get("port") : parameters.get("port"));
    }

    private Mapping authentication() {
        Mapping superuser = Mapping.empty().with("username", connection.getOrDefault("user", ""));
        superuser = superuser.with("password", connection.getOrDefault("password", TO_FILL_IN));
        for (Map.Entry<String, String> parameter : connection.entrySet()) {
            if (VARIABLES.containsKey(parameter.getKey()) && !PLACE.contains(parameter.getKey())) {
                superuser = superuser.with(parameter.getKey(), parameter.getValue());
            }
        }
        return Mapping.empty()
                .with("superuser", superuser)
                .with(
                        "replication",
                        Mapping.empty().with("username", TO_FILL_IN).with("password", TO_FILL_IN));
    }

    /** The lines of a file that lies where PostgreSQL has it by default; another one is left to its owner. */
    private static Mapping withLines(Mapping section, String key, String file, String data) {
        if (!Path.of(file).equals(Path.of(data, key + ".conf"))) {
            return section;
        }
        try {
            List<Value> lines = Files.readAllLines(Path.of(file)).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .<Value>map(Value::of)
                    .toList();
            return lines.isEmpty() ? section : section.with(key, new Sequence(lines));
        } catch (IOException e) {
            throw new CtlError(file + " can't be read: " + e + "; run this on the server's machine as its owner");
        }
    }

    private static String programs(String data) {
        try {
            String pid = Files.readAllLines(Path.of(data, "postmaster.pid"))
                    .getFirst()
                    .strip();
            return String.valueOf(Path.of("/proc", pid, "exe").toRealPath().getParent());
        } catch (IOException e) {
            throw new CtlError("the programs of PostgreSQL can't be found: " + e
                    + "; run this on the server's machine as its owner");
        }
    }

    private Map<String, String> parameters() {
        Map<String, String> parameters = new TreeMap<>();
        try (Connection server = open();
                Statement statement = server.createStatement()) {
            try (ResultSet superuser = statement.executeQuery("select pg_catalog.current_setting('is_superuser')")) {
                if (!superuser.next() || !"on".equals(superuser.getString(1))) {
                    throw new CtlError("The provided user does not have superuser privilege");
                }
            }
            try (ResultSet rows = statement.executeQuery(PARAMETERS)) {
                while (rows.next()) {
                    parameters.put(rows.getString(1), rows.getString(2));
                }
            }
            return parameters;
        } catch (SQLException e) {
            throw new CtlError("Failed to establish PostgreSQL connection: " + e.getMessage());
        }
    }

    private Connection open() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", connection.getOrDefault("user", ""));
        Optional.ofNullable(connection.get("password"))
                .ifPresent(password -> properties.setProperty("password", password));
        for (String keyword : List.of("sslmode", "sslcert", "sslkey", "sslrootcert")) {
            Optional.ofNullable(connection.get(keyword)).ifPresent(value -> properties.setProperty(keyword, value));
        }
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "30");
        String url = "jdbc:postgresql://" + connection.getOrDefault("host", "localhost") + ":"
                + connection.getOrDefault("port", "5432") + "/"
                + connection.getOrDefault("dbname", connection.getOrDefault("user", ""));
        return Optional.ofNullable(new Driver().connect(url, properties))
                .orElseThrow(() -> new SQLException("the driver refused the connection string"));
    }
}
