package io.matriarch.postgres;

import io.matriarch.config.DatabaseUser;
import io.matriarch.config.PostgresSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * How a child process finds a server: a connection string without secrets, and files for libpq that only the owner can read, since everybody can read
 * arguments. The files last until {@link #close}.
 */
final class ToolCredentials implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ToolCredentials.class);
    /** libpq takes it from a connection string or a service file only. */
    private static final String KEY_PASSWORD = "sslpassword";

    private static final String SERVICE = "matriarch";

    private final Optional<String> kerberosService;
    private final DatabaseUser user;
    private final ConnInfo.Address address;
    private final Path passwords;
    private final Path service;

    /** {@code purpose} tells the files of several tools apart; they lie beside the pgpass file. */
    ToolCredentials(PostgresSettings settings, String purpose, DatabaseUser user, ConnInfo.Address address)
            throws IOException {
        this(settings, beside(settings.pgpass(), purpose), user, address);
    }

    /** @param passwords the file for the password, in a folder of the owner's */
    ToolCredentials(PostgresSettings settings, Path passwords, DatabaseUser user, ConnInfo.Address address)
            throws IOException {
        this.kerberosService = settings.raw().text("krbsrvname");
        this.user = user;
        this.address = address;
        this.passwords = passwords;
        this.service = beside(passwords, "service");
        PgPass.write(passwords, user, address);
        if (hasKeyPassword()) {
            writeService();
        }
    }

    private static Path beside(Path pgpass, String suffix) {
        return pgpass.resolveSibling(pgpass.getFileName() + "." + suffix);
    }

    private boolean hasKeyPassword() {
        return user.connectionParameters().containsKey(KEY_PASSWORD);
    }

    private void writeService() throws IOException {
        Files.deleteIfExists(service);
        Files.createFile(service, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                service,
                "[" + SERVICE + "]\n" + KEY_PASSWORD + "="
                        + user.connectionParameters().get(KEY_PASSWORD) + "\n",
                StandardCharsets.UTF_8);
    }

    /** The connection string, with {@code more} parameters at its end. */
    String connectionString(Map<String, String> more) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("host", address.hosts());
        parts.put("port", address.ports());
        if (!address.alternatives().isEmpty()) {
            parts.put("target_session_attrs", "read-write");
        }
        user.username().ifPresent(name -> parts.put("user", name));
        user.connectionParameters().entrySet().stream()
                .filter(parameter -> !parameter.getKey().equals(KEY_PASSWORD))
                .sorted(Map.Entry.comparingByKey())
                .forEach(parameter -> parts.put(parameter.getKey(), parameter.getValue()));
        if (hasKeyPassword()) {
            parts.put("service", SERVICE);
        }
        parts.putAll(more);
        return ConnInfo.text(parts);
    }

    /** For the child process. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("PGPASSFILE", passwords.toString());
        if (hasKeyPassword()) {
            environment.put("PGSERVICEFILE", service.toString());
        }
        kerberosService.ifPresent(name -> environment.put("PGKRBSRVNAME", name));
        return environment;
    }

    @Override
    public void close() {
        for (Path file : new Path[] {passwords, service}) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warnf("%s, which holds a password, could not be removed: %s", file, e.getMessage());
            }
        }
    }
}
