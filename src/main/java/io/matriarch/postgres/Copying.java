package io.matriarch.postgres;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final PostgresSettings settings;
    private final DataDirectoryFiles files;
    private final ConfigurationFiles configurationFiles;

    Copying(PgTools tools, PostgresSettings settings, DataDirectoryFiles files, ConfigurationFiles configurationFiles) {
        this.configurationFiles = configurationFiles;
        this.tools = tools;
        this.settings = settings;
        this.files = files;
    }

    /** Two tries. The directory is empty, holds a half-made clone, or its owner has cleared it. */
    OperationResult clone(Upstream source, PostgresConfiguration configuration, Cancellation cancellation) {
        Path passwords = settings.pgpass().resolveSibling(settings.pgpass().getFileName() + ".clone");
        try {
            PgPass.write(passwords, settings.replication(), source);
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

    private PgTools.Result tryOnce(
            Upstream source, Path passwords, PostgresConfiguration configuration, Cancellation cancellation)
            throws IOException {
        files.clear();
        List<String> arguments = new ArrayList<>(List.of(
                "--pgdata=" + settings.dataDirectory(),
                "-X",
                "stream",
                "--dbname=" + ConnInfo.forTool(settings.replication(), source, Map.of("dbname", "postgres"))));
        arguments.addAll(options(PostgresSection.effective(settings, configuration.dynamic())));
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
