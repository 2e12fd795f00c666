package io.matriarch.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;

/** As whom {@code patronictl query} connects: by its options, else by libpq's variables, which Patroni's obeys through libpq. */
record QueryLogin(
        Optional<String> user, Optional<String> password, Optional<String> database, Optional<Path> passwordFile) {

    /** The driver's setting; by itself it looks into the home of the operating system's user, and not into HOME. */
    private static final String PASSWORD_FILE = "org.postgresql.pgpassfile";

    /** {@code environment}: variables by their names. */
    static QueryLogin of(
            Function<String, Optional<String>> environment,
            Optional<String> user,
            Optional<String> password,
            Optional<String> database) {
        return new QueryLogin(
                user.or(() -> environment.apply("PGUSER")),
                password.or(() -> environment.apply("PGPASSWORD")),
                database.or(() -> environment.apply("PGDATABASE")),
                environment
                        .apply("PGPASSFILE")
                        .map(Path::of)
                        .or(() -> environment.apply("HOME").map(home -> Path.of(home, ".pgpass"))));
    }

    void addTo(Properties properties) {
        user.ifPresent(name -> properties.setProperty("user", name));
        password.ifPresent(secret -> properties.setProperty("password", secret));
        passwordFile.ifPresent(file -> System.setProperty(PASSWORD_FILE, file.toString()));
    }
}
