package io.matriarch.postgres;

import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.OperationResult;
import io.matriarch.config.BootstrapSettings;
import io.matriarch.config.Configuration;
import io.matriarch.config.DatabaseUser;
import io.matriarch.config.PostgresSettings;
import io.matriarch.file.FileProblem;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Makes a new cluster: initdb, the roles, post_bootstrap (reference 6.6). */
final class Bootstrapping {
    private static final Logger LOG = Logger.getLogger(Bootstrapping.class);

    private static final Duration INITDB_PATIENCE = Duration.ofHours(1);
    private static final Duration SCRIPT_PATIENCE = Duration.ofHours(24);

    private final PgTools tools;
    private final Configuration configuration;
    private final Connections connections;
    private final ConfigurationFiles files;

    Bootstrapping(PgTools tools, Configuration configuration, Connections connections, ConfigurationFiles files) {
        this.tools = tools;
        this.configuration = configuration;
        this.connections = connections;
        this.files = files;
    }

    /** What a bootstrap needs of the server; each returns when it accepts writes. */
    interface NewServer {
        /** As a primary, as it is configured. */
        OperationResult start();

        /** As a custom method has made it, open to the superuser on this machine only, until it has recovered. */
        OperationResult startRestored(CustomBootstrap custom);

        /** Stops a restored server, so that {@link #start} makes an ordinary one of it. */
        OperationResult stop();
    }

    OperationResult run(DataDirectoryFiles directory, NewServer server, Cancellation cancellation) {
        try {
            directory.setUnfinishedBootstrapAside();
            directory.removeRemains();
            Optional<CustomBootstrap> custom = CustomBootstrap.of(configuration);
            OperationResult result = custom.isPresent()
                    ? restore(custom.get(), directory, server, cancellation)
                    : create(directory, server, cancellation);
            if (result instanceof OperationResult.Succeeded) {
                directory.bootstrapped();
            }
            return result;
        } catch (IOException e) {
            return new OperationResult.Failed("bootstrap: " + FileProblem.whereAndWhy(e));
        } finally {
            directory.bootstrapEnded();
        }
    }

    private OperationResult create(DataDirectoryFiles directory, NewServer server, Cancellation cancellation)
            throws IOException {
        Path staged = directory.stage();
        OperationResult made = initdb(staged, cancellation);
        if (!(made instanceof OperationResult.Succeeded)) {
            return made;
        }
        directory.bootstrapBegins();
        directory.install(staged);
        if (!configuration.bootstrap().pgHba().isEmpty()
                && configuration.postgresql().raw().items("pg_hba").isEmpty()) {
            files.appendHba(configuration.bootstrap().pgHba());
        }
        return then(server.start(), () -> finish(cancellation));
    }

    /** The command finds the directory as it is, and may want it empty: the mark comes after it. */
    private OperationResult restore(
            CustomBootstrap custom, DataDirectoryFiles directory, NewServer server, Cancellation cancellation)
            throws IOException {
        OperationResult made = custom.run(tools, configuration, cancellation);
        if (made instanceof OperationResult.Succeeded && directory.look() instanceof DataDirectory.Present) {
            directory.bootstrapBegins();
        }
        OperationResult started = then(made, () -> server.startRestored(custom));
        OperationResult finished = then(started, () -> finish(cancellation));
        return then(then(finished, server::stop), server::start);
    }

    private static OperationResult then(OperationResult before, Supplier<OperationResult> next) {
        return before instanceof OperationResult.Succeeded ? next.get() : before;
    }

    private OperationResult initdb(Path directory, Cancellation cancellation) throws IOException {
        PostgresSettings settings = configuration.postgresql();
        List<String> arguments = new ArrayList<>();
        String refused = options(arguments);
        if (!refused.isEmpty()) {
            return new OperationResult.Failed("bootstrap.initdb: the option " + refused + " is not allowed");
        }
        DatabaseUser superuser = settings.superuser();
        superuser.username().ifPresent(name -> arguments.add("--username=" + name));
        Path passwordFile = Files.createTempFile(
                "initdb", "", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            if (superuser.password().isPresent()
                    && !superuser.password().get().reveal().isEmpty()) {
                Files.writeString(passwordFile, superuser.password().get().reveal() + "\n");
                arguments.add("--pwfile=" + passwordFile);
            }
            arguments.add(directory.toString());
            PgTools.Result result =
                    tools.run("initdb", arguments, Map.of(), Deadline.after(INITDB_PATIENCE), cancellation);
            return result.ok()
                    ? new OperationResult.Succeeded()
                    : new OperationResult.Failed("initdb: " + result.lastLine());
        } finally {
            Files.deleteIfExists(passwordFile);
        }
    }

    /** Adds bootstrap.initdb's options; returns the name of one that is not allowed, or nothing. */
    private String options(List<String> arguments) {
        for (var option : configuration.bootstrap().initdbOptions().entrySet()) {
            String name = BootstrapSettings.optionName(option.getKey());
            if (BootstrapSettings.FORBIDDEN_INITDB_OPTIONS.contains(name)) {
                return name;
            }
            arguments.add("--" + option.getKey() + (option.getValue().isEmpty() ? "" : "=" + option.getValue()));
        }
        return "";
    }

    /** post_bootstrap finds the superuser, and makes what the other roles may need (reference 6.6). */
    private OperationResult finish(Cancellation cancellation) {
        OperationResult result = roles(Roles::createSuperuser);
        if (result instanceof OperationResult.Succeeded
                && configuration.bootstrap().postBootstrap().isPresent()) {
            result = postBootstrap(configuration.bootstrap().postBootstrap().get(), cancellation);
        }
        return result instanceof OperationResult.Succeeded ? roles(Roles::createOthers) : result;
    }

    private interface RoleWork {
        void with(Roles roles, Configuration configuration) throws SQLException;
    }

    private OperationResult roles(RoleWork work) {
        try (Connection connection = connections.local("Patroni", 0)) {
            work.with(new Roles(connection), configuration);
            return new OperationResult.Succeeded();
        } catch (SQLException e) {
            return new OperationResult.Failed("the roles could not be created: " + e.getMessage());
        }
    }

    private OperationResult postBootstrap(String command, Cancellation cancellation) {
        PostgresSettings settings = configuration.postgresql();
        ConnInfo.Address local =
                new ConnInfo.Address(connections.superuserHost(), settings.port(), settings.database());
        Map<String, String> dsn = new LinkedHashMap<>();
        dsn.put("dbname", local.database());
        dsn.put("user", connections.superuserName());
        dsn.put("host", local.host());
        dsn.put("port", Integer.toString(local.port()));
        try (ToolCredentials credentials = new ToolCredentials(settings, "bootstrap", settings.superuser(), local)) {
            List<String> words = new ArrayList<>(ShellWords.split(command));
            words.add(ConnInfo.text(dsn));
            Map<String, String> environment = new HashMap<>(credentials.environment());
            environment.put("PGOPTIONS", "-c synchronous_commit=local -c statement_timeout=0");
            PgTools.Result result =
                    PgTools.runCommand(words, environment, Deadline.after(SCRIPT_PATIENCE), cancellation);
            // a person's script, which says what it does; nothing of ours prints a secret there
            result.output()
                    .lines()
                    .filter(line -> !line.isBlank())
                    .forEach(line -> LOG.info("post_bootstrap: " + line));
            return result.ok()
                    ? new OperationResult.Succeeded()
                    : new OperationResult.Failed("post_bootstrap " + words.getFirst() + " exited with "
                            + result.exitCode() + ": " + result.lastLine());
        } catch (IOException e) {
            return new OperationResult.Failed("post_bootstrap: " + FileProblem.whereAndWhy(e));
        }
    }
}
