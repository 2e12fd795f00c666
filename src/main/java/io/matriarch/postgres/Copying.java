package io.matriarch.postgres;

import io.matriarch.cluster.ControlData;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.PostgresSection;
import io.matriarch.config.PostgresSettings;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Clones a data directory from another member (reference 6.7). */
final class Copying {
    private static final Logger LOG = Logger.getLogger(Copying.class);
    private static final Duration PATIENCE = Duration.ofDays(3);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(5);
    private static final Set<String> NOT_ALLOWED = Set.of(
            "pgdata",
            "format",
            "wal-method",
            "xlog-method",
            "gzip",
            "version",
            "dbname",
            "host",
            "port",
            "username",
            "password",
            "compress");

    private final PgTools tools;
    private final Supplier<PostgresSettings> settings;
    private final Connections connections;
    private final ControlFile control;
    private final DataDirectoryFiles files;
    private final ConfigurationFiles configurationFiles;

    Copying(
            PgTools tools,
            Supplier<PostgresSettings> settings,
            Connections connections,
            ControlFile control,
            DataDirectoryFiles files,
            ConfigurationFiles configurationFiles) {
        this.configurationFiles = configurationFiles;
        this.connections = connections;
        this.control = control;
        this.tools = tools;
        this.settings = settings;
        this.files = files;
    }

    /** Two tries. The directory is empty, holds a half-made clone, or its owner has cleared it. */
    OperationResult clone(Upstream source, PostgresConfiguration configuration, Cancellation cancellation) {
        Path passwords =
                settings.get().pgpass().resolveSibling(settings.get().pgpass().getFileName() + ".clone");
        try {
            Optional<String> refusal = noProof(source);
            if (refusal.isPresent()) {
                return new OperationResult.Failed(refusal.get());
            }
            PgPass.write(passwords, settings.get().replication(), source);
            files.cloneBegins();
            PgTools.Result result = tryOnce(source, passwords, configuration, cancellation);
            if (!result.ok() && !cancellation.requested()) {
                LOG.warnf("pg_basebackup from %s failed, trying once more: %s", source.member(), result.lastLine());
                pause(cancellation);
                result = tryOnce(source, passwords, configuration, cancellation);
            }
            if (cancellation.requested()) {
                files.clear();
                return new OperationResult.Cancelled();
            }
            if (!result.ok()) {
                return new OperationResult.Failed("pg_basebackup from " + source.member() + ": " + result.lastLine());
            }
            files.ensureIdentFile();
            // a copy of a running primary looks like a crashed one until it says that it is a standby
            configurationFiles.standbySignal();
            files.cloned();
            return new OperationResult.Succeeded();
        } catch (IOException e) {
            return new OperationResult.Failed("cloning from " + source.member() + ": " + e);
        } finally {
            delete(passwords);
        }
    }

    /** Nothing is removed unless the source answers, and has the same cluster as what is here. */
    Optional<String> noProof(Upstream source) {
        try (Connection connection = connections.replication(source);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            row.next();
            String theirs = Optional.ofNullable(row.getString("systemid")).orElse("");
            Optional<String> ours = control.read().map(ControlData::systemIdentifier);
            return ours.filter(identifier -> !identifier.equals(theirs))
                    .map(identifier ->
                            "%s holds the cluster %s, but %s is of the cluster %s: nothing was removed; move the directory away"
                                    .formatted(settings.get().dataDirectory(), identifier, source.member(), theirs));
        } catch (SQLException e) {
            return Optional.of("%s can't be cloned from as user %s: %s"
                    .formatted(
                            source.member(),
                            settings.get().replication().username().orElse(""),
                            e.getMessage()));
        }
    }

    private PgTools.Result tryOnce(
            Upstream source, Path passwords, PostgresConfiguration configuration, Cancellation cancellation)
            throws IOException {
        files.clear();
        List<String> arguments = new ArrayList<>(List.of(
                "--pgdata=" + settings.get().dataDirectory(),
                "-X",
                "stream",
                "--dbname=" + ConnInfo.forTool(settings.get().replication(), source, Map.of("dbname", "postgres"))));
        arguments.addAll(options(PostgresSection.effective(settings.get(), configuration.dynamic())));
        return tools.run(
                "pg_basebackup",
                arguments,
                Map.of("PGPASSFILE", passwords.toString()),
                Deadline.after(PATIENCE),
                cancellation);
    }

    /** The basebackup section: a list of options and one-key mappings, or a mapping. */
    static List<String> options(Mapping section) {
        List<String> options = new ArrayList<>();
        section.mapping("basebackup").entries().forEach((name, value) -> add(options, name, value.asText()));
        for (Value item : section.items("basebackup")) {
            if (item instanceof Mapping pair) {
                pair.entries().forEach((name, value) -> add(options, name, value.asText()));
            } else {
                item.asText().ifPresent(name -> add(options, name, Optional.empty()));
            }
        }
        return options;
    }

    private static void add(List<String> options, String name, Optional<String> value) {
        if (NOT_ALLOWED.contains(name)) {
            LOG.warnf("postgresql.basebackup: the option %s is not allowed, it is left out", name);
        } else {
            options.add("--" + name + value.map(text -> "=" + text).orElse(""));
        }
    }

    private static void pause(Cancellation cancellation) {
        Deadline deadline = Deadline.after(BETWEEN_TRIES);
        while (!deadline.expired() && !cancellation.requested()) {
            try {
                Thread.sleep(deadline.atMost(Duration.ofMillis(100)).remaining());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debugf("%s could not be removed: %s", file, e.getMessage());
        }
    }
}
