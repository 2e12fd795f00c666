package io.matriarch.config;

import java.util.Map;
import java.util.Optional;

/**
 * One user of postgresql.authentication (reference 2.8).
 *
 * @param connectionParameters libpq's names: sslmode, sslcert, sslkey, sslrootcert, gssencmode, channel_binding and so on
 */
public record DatabaseUser(
        Optional<String> username, Optional<Secret> password, Map<String, String> connectionParameters) {
    public DatabaseUser {
        connectionParameters = Map.copyOf(connectionParameters);
    }

    /** Without the connection parameters, since sslpassword is among them. */
    @Override
    public String toString() {
        return "DatabaseUser[" + username.orElse("") + "]";
    }
}
