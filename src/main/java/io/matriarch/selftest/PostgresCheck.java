package io.matriarch.selftest;

import io.matriarch.config.HostPort;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.Driver;

/** A login over TLS with the server's certificate and name checked, as the server's pg_hba.conf wants it, and a query. */
final class PostgresCheck {
    private final Servers servers;

    PostgresCheck(Servers servers) {
        this.servers = servers;
    }

    Check check() {
        return new Check("postgres-tls", servers.find("postgres").isPresent(), this::tried);
    }

    private Optional<String> tried() throws SQLException {
        HostPort address = servers.address("postgres");
        Properties properties = new Properties();
        properties.setProperty("user", servers.find("user").orElse("postgres"));
        Optional.ofNullable(System.getenv("PGPASSWORD"))
                .ifPresent(password -> properties.setProperty("password", password));
        properties.setProperty("sslmode", "verify-full");
        servers.find("ca").ifPresent(file -> properties.setProperty("sslrootcert", file));
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("socketTimeout", "10");
        String url = "jdbc:postgresql://" + address + "/postgres";
        try (Connection connection = Objects.requireNonNull(new Driver().connect(url, properties));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT ssl::text || ' ' || version || ' ' || 'äλ'"
                        + " FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
            rows.next();
            String text = rows.getString(1);
            return text.startsWith("true TLS") && text.endsWith("äλ") ? Optional.empty() : Optional.of(text);
        }
    }
}
