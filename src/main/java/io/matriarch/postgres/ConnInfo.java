package io.matriarch.postgres;

import io.matriarch.cluster.PostgresFeature;
import io.matriarch.cluster.ServerAddress;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.DatabaseUser;
import io.matriarch.config.PostgresSettings;
import io.matriarch.value.Value.Mapping;
import java.net.MalformedURLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** libpq connection strings. */
final class ConnInfo {
    private ConnInfo() {}

    /**
     * Where a member's server is.
     *
     * @param host name or address, IPv6 without brackets
     * @param alternatives further places where the same cluster's primary may be; only a remote primary has them
     */
    record Address(String host, int port, String database, List<Address> alternatives) {
        private static final Pattern URL = Pattern.compile(
                "postgres(?:ql)?://(?:[^@/?#]*@)?"
                        + "(?:\\[(?<six>[0-9A-Fa-f:.%]+)]|(?<name>[^:/?#\\[\\]@]+))(?::(?<port>[0-9]{1,5}))?(?:/(?<database>[^?#]*))?(?:[?#].*)?");
        private static final int LAST_PORT = 65_535;

        Address {
            alternatives = List.copyOf(alternatives);
        }

        /** The only place. */
        Address(String host, int port, String database) {
            this(host, port, database, List.of());
        }

        /** @throws MalformedURLException if the URL names no server; its message is for a person */
        static Address of(Upstream upstream) throws MalformedURLException {
            String[] places = upstream.connUrl()
                    .replaceFirst("^postgres://", "")
                    .replaceFirst("/$", "")
                    .split(",", -1);
            if (!upstream.isRemote() || places.length == 1) {
                return one(upstream);
            }
            List<Address> all = new ArrayList<>();
            for (String place : places) {
                all.add(one(Upstream.remote("postgres://" + place + "/")));
            }
            Address first = all.getFirst();
            return new Address(first.host(), first.port(), first.database(), all.subList(1, all.size()));
        }

        /** All places, this one first. */
        List<Address> all() {
            List<Address> all = new ArrayList<>(List.of(this));
            all.addAll(alternatives);
            return all;
        }

        /** For libpq, with commas between. */
        String hosts() {
            return all().stream().map(Address::host).collect(Collectors.joining(","));
        }

        /** For libpq, with commas between. */
        String ports() {
            return all().stream().map(each -> Integer.toString(each.port())).collect(Collectors.joining(","));
        }

        private static Address one(Upstream upstream) throws MalformedURLException {
            Matcher url = URL.matcher(upstream.connUrl());
            int port = url.matches()
                    ? Optional.ofNullable(url.group("port"))
                            .map(Integer::parseInt)
                            .orElse(ServerAddress.DEFAULT_PORT)
                    : 0;
            if (port < 1 || port > LAST_PORT) {
                String whose = upstream.isRemote()
                        ? "standby_cluster's host or port"
                        : "the conn_url of member " + upstream.member() + " in the DCS";
                throw new MalformedURLException(whose + " names no server: "
                        + upstream.connUrl().replaceAll("//[^@/]*@", "//")
                        + " (postgres://host:port/database is expected)");
            }
            String database = Optional.ofNullable(url.group("database")).orElse("");
            return new Address(
                    Optional.ofNullable(url.group("six")).orElseGet(() -> url.group("name")),
                    port,
                    database.isEmpty() ? "postgres" : database);
        }
    }

    /** primary_conninfo, in the order, with the defaults and for the versions that Patroni writes (reference 6.5). */
    static String primary(
            PostgresSettings settings, Mapping section, Upstream upstream, String applicationName, int majorVersion)
            throws MalformedURLException {
        Address address = Address.of(upstream);
        DatabaseUser user = settings.replication();
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("dbname", address.database());
        user.username().ifPresent(name -> parts.put("user", name));
        if (user.password().isPresent()) {
            parts.put("passfile", settings.pgpass().toString());
        }
        parts.put("host", address.hosts());
        parts.put("port", address.ports());
        parts.put("sslmode", user.connectionParameters().getOrDefault("sslmode", "prefer"));
        for (Keyword keyword : Keyword.beforeApplicationName()) {
            keyword.add(parts, user, majorVersion);
        }
        parts.put("application_name", applicationName);
        section.text("krbsrvname").ifPresent(service -> parts.put("krbsrvname", service));
        for (Keyword keyword : Keyword.afterApplicationName()) {
            keyword.add(parts, user, majorVersion);
        }
        if (!address.alternatives().isEmpty()) {
            parts.put("target_session_attrs", "read-write");
        }
        Keyword.NEGOTIATION.add(parts, user, majorVersion);
        return text(parts);
    }

    /** A libpq keyword that the server of a standby knows since a major version; with a default it is always written, so that texts can be compared. */
    private record Keyword(String name, PostgresFeature since, Optional<String> standard) {
        static final Keyword NEGOTIATION =
                new Keyword("sslnegotiation", PostgresFeature.SSLNEGOTIATION, Optional.of("postgres"));

        static List<Keyword> beforeApplicationName() {
            return List.of(
                    plain("sslcert", PostgresFeature.ALWAYS),
                    plain("sslkey", PostgresFeature.ALWAYS),
                    plain("sslpassword", PostgresFeature.SSLPASSWORD),
                    plain("sslrootcert", PostgresFeature.ALWAYS),
                    plain("sslcrl", PostgresFeature.ALWAYS),
                    plain("sslcrldir", PostgresFeature.SSLCRLDIR));
        }

        static List<Keyword> afterApplicationName() {
            return List.of(
                    new Keyword("gssencmode", PostgresFeature.GSSENCMODE, Optional.of("prefer")),
                    new Keyword("channel_binding", PostgresFeature.CHANNEL_BINDING, Optional.of("prefer")));
        }

        private static Keyword plain(String name, PostgresFeature since) {
            return new Keyword(name, since, Optional.empty());
        }

        void add(Map<String, String> parts, DatabaseUser user, int majorVersion) {
            Optional<String> value =
                    Optional.ofNullable(user.connectionParameters().get(name)).or(() -> standard);
            if (since.in(majorVersion)) {
                value.ifPresent(text -> parts.put(name, text));
            }
        }
    }

    static String text(Map<String, String> parts) {
        return parts.entrySet().stream()
                .map(part -> part.getKey() + "=" + escape(part.getValue()))
                .collect(Collectors.joining(" "));
    }

    private static String escape(String value) {
        return value.isEmpty() ? "''" : value.replaceAll("([\\\\' ])", "\\\\$1");
    }
}
