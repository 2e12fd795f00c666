package io.matriarch.postgres;

import io.matriarch.cluster.ServerAddress;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.DatabaseUser;
import io.matriarch.config.PostgresSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** libpq connection strings. */
final class ConnInfo {
    private ConnInfo() {}

    /** Where a member's server is. */
    record Address(String host, int port, String database) {
        /** Throws {@link IllegalArgumentException} for an URL that names no server; the caller's operation fails with its message. */
        static Address of(Upstream upstream) {
            String url = upstream.connUrl();
            ServerAddress address = ServerAddress.of(url)
                    .orElseThrow(() -> new IllegalArgumentException("the conn_url of member " + upstream.member()
                            + " in the DCS names no server: " + url.replaceAll("//[^@/]*@", "//")));
            String behindScheme = url.substring(url.indexOf("://") + 3);
            int slash = behindScheme.indexOf('/');
            String path = slash < 0 ? "" : behindScheme.substring(slash + 1).replaceFirst("\\?.*", "");
            return new Address(address.host(), address.port(), path.isEmpty() ? "postgres" : path);
        }
    }

    /** primary_conninfo, in the order and with the defaults that Patroni writes (reference 6.5). */
    static String primary(PostgresSettings settings, Upstream upstream, String applicationName) {
        Address address = Address.of(upstream);
        DatabaseUser user = settings.replication();
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("dbname", settings.database());
        user.username().ifPresent(name -> parts.put("user", name));
        if (user.password().isPresent()) {
            parts.put("passfile", settings.pgpass().toString());
        }
        parts.put("host", address.host());
        parts.put("port", Integer.toString(address.port()));
        parts.put("sslmode", user.connectionParameters().getOrDefault("sslmode", "prefer"));
        for (String name : new String[] {"sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslcrldir"}) {
            putIfSet(parts, user, name);
        }
        parts.put("application_name", applicationName);
        parts.put("gssencmode", user.connectionParameters().getOrDefault("gssencmode", "prefer"));
        parts.put("channel_binding", user.connectionParameters().getOrDefault("channel_binding", "prefer"));
        putIfSet(parts, user, "sslnegotiation");
        return text(parts);
    }

    /** For the tools: no password, they find it in PGPASSFILE. */
    static String forTool(DatabaseUser user, Upstream upstream, Map<String, String> more) {
        Address address = Address.of(upstream);
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("host", address.host());
        parts.put("port", Integer.toString(address.port()));
        user.username().ifPresent(name -> parts.put("user", name));
        parts.putAll(user.connectionParameters());
        parts.putAll(more);
        return text(parts);
    }

    static String text(Map<String, String> parts) {
        return parts.entrySet().stream()
                .map(part -> part.getKey() + "=" + escape(part.getValue()))
                .collect(Collectors.joining(" "));
    }

    private static void putIfSet(Map<String, String> parts, DatabaseUser user, String name) {
        if (user.connectionParameters().containsKey(name)) {
            parts.put(name, user.connectionParameters().get(name));
        }
    }

    private static String escape(String value) {
        return value.isEmpty() ? "''" : value.replaceAll("([\\\\' ])", "\\\\$1");
    }
}
