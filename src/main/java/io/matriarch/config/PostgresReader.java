package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the local postgresql section (reference 2.8). */
final class PostgresReader {
    /** What a user of postgresql.authentication may have; the rest is dropped. */
    static final List<String> AUTHENTICATION_KEYS = List.of(
            "username",
            "password",
            "sslmode",
            "sslcert",
            "sslkey",
            "sslpassword",
            "sslrootcert",
            "sslcrl",
            "sslcrldir",
            "gssencmode",
            "channel_binding",
            "sslnegotiation");

    private static final int DEFAULT_PORT = 5432;
    private static final List<String> LOCALHOST = List.of("", "*", "localhost", "0.0.0.0", "127.0.0.1");
    private static final Addresses.Listening NOWHERE = new Addresses.Listening(List.of(), DEFAULT_PORT);

    private PostgresReader() {}

    static PostgresSettings read(Section section, Path home) {
        Addresses.Listening listen = listen(section);
        HostPort local = new HostPort(
                listen.hosts().stream().anyMatch(LOCALHOST::contains)
                                || listen.hosts().isEmpty()
                        ? "localhost"
                        : listen.hosts().getFirst(),
                listen.port());
        Path data = section.file("data_dir").orElse(home);
        if (section.text("data_dir").isEmpty()) {
            section.missing("data_dir", "the data directory");
        }
        DatabaseUser superuser = user(section, "superuser", "superuser");
        DatabaseUser rewind =
                hasUser(section, "rewind", "pg_rewind") ? user(section, "rewind", "pg_rewind") : superuser;
        checkShapes(section);
        return new PostgresSettings(
                listen.hosts(),
                listen.port(),
                section.address("connect_address", DEFAULT_PORT).orElse(local),
                section.text("proxy_address"),
                section.text("database").orElse("postgres"),
                data,
                section.file("config_dir").orElse(data),
                section.text("config_base_name").orElse("postgresql"),
                section.file("bin_dir"),
                section.mapping("bin_name"),
                section.file("pgpass").orElse(home.resolve("pgpass")),
                superuser,
                user(section, "replication", "replication"),
                rewind,
                section.flag("use_unix_socket", false),
                section.flag("use_unix_socket_repl", false),
                Duration.ofSeconds(section.whole("pg_ctl_timeout", 60, 0, Integer.MAX_VALUE, "s")),
                section.content());
    }

    private static Addresses.Listening listen(Section section) {
        Optional<String> text = section.text("listen");
        if (text.isEmpty()) {
            section.missing("listen", "host:port of PostgreSQL, several hosts separated by commas");
            return NOWHERE;
        }
        Optional<Addresses.Listening> listen = Addresses.listening(text.get(), DEFAULT_PORT);
        if (listen.isEmpty()) {
            section.problem(
                    "listen", Section.shown(text.get()) + " isn't host[,host...]:port with a port from 1 to 65535");
        }
        return listen.orElse(NOWHERE);
    }

    /** What others use from the raw section, checked here so that a mistake is found at the start. */
    private static void checkShapes(Section section) {
        for (String key : List.of("parameters", "recovery_conf", "callbacks")) {
            section.mapping(key);
        }
        for (String key : List.of("pg_hba", "pg_ident", "create_replica_methods")) {
            section.texts(key);
        }
        HbaLines.check(section);
        for (String key : List.of(
                "use_pg_rewind",
                "use_slots",
                "remove_data_directory_on_rewind_failure",
                "remove_data_directory_on_diverged_timelines")) {
            section.flag(key, false);
        }
    }

    private static boolean hasUser(Section section, String name, String legacyName) {
        return section.has("authentication") ? section.section("authentication").has(name) : section.has(legacyName);
    }

    /** Before there was postgresql.authentication the users stood directly below postgresql. */
    private static DatabaseUser user(Section section, String name, String legacyName) {
        Section user = section.has("authentication")
                ? section.section("authentication").section(name)
                : legacy(section, legacyName);
        Map<String, String> parameters = new LinkedHashMap<>();
        AUTHENTICATION_KEYS.stream()
                .skip(2)
                .forEach(key -> user.text(key).ifPresent(value -> parameters.put(key, value)));
        return new DatabaseUser(user.text("username"), user.secret("password"), parameters);
    }

    /** A custom method may be called so too; it isn't a mapping with a user name then, and nothing is noted. */
    private static Section legacy(Section section, String name) {
        return section.content().find(name).orElse(Mapping.empty()) instanceof Mapping
                ? section.section(name)
                : Section.root(Mapping.empty(), section.findings());
    }
}
