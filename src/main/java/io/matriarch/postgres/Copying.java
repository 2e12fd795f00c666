package io.matriarch.postgres;

import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.PostgresSection;
import io.matriarch.config.PostgresSettings;
import io.matriarch.file.FileProblem;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
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
            "password");

    private final PgTools tools;
    private final Supplier<PostgresSettings> settings;
    private final Connections connections;
    private final ControlFile control;
    private final DataDirectoryFiles files;

    Copying(
            PgTools tools,
            Supplier<PostgresSettings> settings,
            Connections connections,
            ControlFile control,
            DataDirectoryFiles files) {
        this.connections = connections;
        this.control = control;
        this.tools = tools;
        this.settings = settings;
        this.files = files;
    }

    /** Into a directory that holds no cluster. Two tries. */
    OperationResult clone(Upstream source, PostgresConfiguration configuration, Cancellation cancellation) {
        // nothing can be asked where the WAL comes from an archive only, and nothing is removed
        Optional<String> refusal = source.answersSql() ? refusal(source, configuration, false) : Optional.empty();
        if (refusal.isEmpty()) {
            refusal = notEmpty();
        }
        if (refusal.isPresent()) {
            return new OperationResult.Failed(refusal.get());
        }
        try {
            files.setUnfinishedBootstrapAside();
            return copy(source, configuration, cancellation);
        } catch (IOException e) {
            return new OperationResult.Failed("cloning from " + source.member() + ": " + FileProblem.whereAndWhy(e));
        }
    }

    /** Removes the cluster that is here, unless {@link #refusal} finds a reason against it, and clones. The server is stopped. */
    OperationResult replace(
            Upstream source, PostgresConfiguration configuration, boolean ordered, Cancellation cancellation) {
        // again: what answered before this server was stopped may have been this server
        Optional<String> refusal = refusal(source, configuration, ordered);
        return refusal.<OperationResult>map(OperationResult.Failed::new)
                .orElseGet(() -> copy(source, configuration, cancellation));
    }

    /**
     * Why nothing may be removed here for a clone of {@code source}: it doesn't answer, is this node, has another cluster, or is behind.
     *
     * @param ordered a person asked for it, the source may be behind
     */
    Optional<String> refusal(Upstream source, PostgresConfiguration configuration, boolean ordered) {
        if (source.member().equals(configuration.local().name())) {
            return Optional.of("a member can't be cloned from itself; nothing was removed");
        }
        if (files.look() instanceof DataDirectory.Unreadable(String why) && !files.holdsRemainsOfCluster()) {
            return Optional.of("nothing was removed, since no PostgreSQL cluster can be recognised: " + why);
        }
        try {
            CloneSource answer = CloneSource.ask(connections, source);
            return control.read()
                    .flatMap(local -> answer.refusesFor(local, ordered || files.isHalfRewound()))
                    .map(why -> "nothing was removed from %s for a clone of %s: %s"
                            .formatted(settings.get().dataDirectory(), source.member(), why));
        } catch (SQLException e) {
            return Optional.of("%s can't be cloned from as user %s, nothing was removed: %s"
                    .formatted(
                            source.member(),
                            settings.get().replication().username().orElse(""),
                            e.getMessage()));
        }
    }

    private Optional<String> notEmpty() {
        return switch (files.look()) {
            case DataDirectory.Empty _ -> Optional.empty();
            case DataDirectory.Unreadable(String why) -> Optional.of(why);
            case DataDirectory.Present _, DataDirectory.Replaced _ ->
                Optional.of(settings.get().dataDirectory() + " holds a cluster, nothing was removed");
        };
    }

    private OperationResult copy(Upstream source, PostgresConfiguration configuration, Cancellation cancellation) {
        Path target = settings.get().dataDirectory();
        if (Postmaster.of(target).or(() -> LostPostmaster.of(target)).isPresent()) {
            return new OperationResult.Failed(
                    "a server runs on " + target + ", it is not cloned over; nothing was removed");
        }
        if (!source.answersSql()) {
            return restore(source, configuration, cancellation);
        }
        try (ToolCredentials credentials = new ToolCredentials(
                settings.get(), "clone", settings.get().replication(), ConnInfo.Address.of(source))) {
            OperationResult result = new OperationResult.Failed("no method to clone with is configured");
            for (ReplicaMethod method : methods(source, configuration)) {
                result = method.isBasebackup()
                        ? basebackup(source, credentials, configuration, cancellation)
                        : custom(
                                method,
                                credentials.connectionString(Map.of("dbname", "postgres")),
                                credentials.environment(),
                                configuration,
                                cancellation);
                if (!(result instanceof OperationResult.Failed(String why))) {
                    return told(result, method);
                }
                LOG.warnf("create_replica_methods: %s failed: %s", method.name(), why);
            }
            return result;
        } catch (IOException e) {
            return new OperationResult.Failed("cloning from " + source.member() + ": " + FileProblem.whereAndWhy(e));
        }
    }

    /** As Patroni says it, too. */
    private static OperationResult told(OperationResult result, ReplicaMethod method) {
        if (result instanceof OperationResult.Succeeded) {
            LOG.infof("replica has been created using %s", method.name());
        }
        return result;
    }

    private List<ReplicaMethod> methods(Upstream source, PostgresConfiguration configuration) {
        boolean ofRemote = source.isRemote()
                || (source.isElsewhere() && configuration.dynamic().standbyCluster());
        return ReplicaMethod.inEffect(settings.get(), configuration.dynamic(), ofRemote);
    }

    /** Without a server to copy from only a person's own methods can help. */
    private OperationResult restore(Upstream source, PostgresConfiguration configuration, Cancellation cancellation) {
        OperationResult result = new OperationResult.Failed(
                source.isElsewhere()
                        ? "no method of create_replica_methods has no_leader"
                        : "standby_cluster names no host to clone from, and no create_replica_methods but basebackup");
        List<ReplicaMethod> usable = methods(source, configuration).stream()
                .filter(method -> source.isElsewhere() ? method.needsNoLeader() : !method.isBasebackup())
                .toList();
        for (ReplicaMethod method : usable) {
            try {
                result = custom(method, "", Map.of(), configuration, cancellation);
            } catch (IOException e) {
                result = new OperationResult.Failed(method.name() + ": " + e);
            }
            if (!(result instanceof OperationResult.Failed(String why))) {
                return told(result, method);
            }
            LOG.warnf("create_replica_methods: %s failed: %s", method.name(), why);
        }
        return result;
    }

    private OperationResult basebackup(
            Upstream source,
            ToolCredentials credentials,
            PostgresConfiguration configuration,
            Cancellation cancellation)
            throws IOException {
        Try result = tryOnce(credentials, configuration, cancellation);
        if (!result.ended().ok() && !cancellation.requested()) {
            LOG.warnf(
                    "pg_basebackup from %s failed, trying once more: %s",
                    source.member(), result.ended().lastLine());
            pause(cancellation);
            result = tryOnce(credentials, configuration, cancellation);
        }
        if (cancellation.requested()) {
            files.removeRemains();
            return new OperationResult.Cancelled();
        }
        if (!result.ended().ok()) {
            return new OperationResult.Failed("pg_basebackup from " + source.member() + ": "
                    + result.ended().lastLine());
        }
        makeStandby(result.made());
        files.install(result.made());
        return new OperationResult.Succeeded();
    }

    /** A person's own command writes into the data directory itself. What it leaves when it fails is removed, unless it wants to go on from there. */
    private OperationResult custom(
            ReplicaMethod method,
            String connectionString,
            Map<String, String> environment,
            PostgresConfiguration configuration,
            Cancellation cancellation)
            throws IOException {
        if (!method.keepsData()) {
            files.clear();
        }
        PgTools.Result ended = PgTools.runCommand(
                method.arguments(configuration.local().scope(), settings.get(), connectionString),
                environment,
                Deadline.after(PATIENCE),
                cancellation);
        Path made = settings.get().dataDirectory();
        boolean whole = ended.ok() && Files.exists(made.resolve("global/pg_control"));
        if (whole && !cancellation.requested()) {
            makeStandby(made);
            return new OperationResult.Succeeded();
        }
        if (!method.keepsData()) {
            files.clear();
        }
        if (cancellation.requested()) {
            return new OperationResult.Cancelled();
        }
        return new OperationResult.Failed(
                ended.ok()
                        ? method.name() + " ended well, but made no cluster in " + made
                        : method.name() + " exited with " + ended.exitCode() + ": " + ended.lastLine());
    }

    private record Try(Path made, PgTools.Result ended) {}

    private Try tryOnce(ToolCredentials credentials, PostgresConfiguration configuration, Cancellation cancellation)
            throws IOException {
        files.clear();
        Path made = files.stage();
        List<String> arguments = new ArrayList<>(List.of(
                "--pgdata=" + made,
                "-X",
                "stream",
                "--dbname=" + credentials.connectionString(Map.of("dbname", "postgres"))));
        arguments.addAll(options(PostgresSection.effective(settings.get(), configuration.dynamic())));
        return new Try(
                made,
                tools.run(
                        "pg_basebackup", arguments, credentials.environment(), Deadline.after(PATIENCE), cancellation));
    }

    /** A copy of a running primary looks like a crashed one until it says that it is a standby. */
    private static void makeStandby(Path made) throws IOException {
        Files.deleteIfExists(made.resolve("recovery.signal"));
        for (String name : List.of("standby.signal", "pg_ident.conf")) {
            if (!Files.exists(made.resolve(name))) {
                Files.createFile(
                        made.resolve(name),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
        }
    }

    /** The basebackup section: a list of options and one-key mappings, or a mapping. */
    static List<String> options(Mapping section) {
        return ToolOptions.of(section, "basebackup", NOT_ALLOWED).stream()
                .filter(Copying::makesPlainCopy)
                .toList();
    }

    private static boolean makesPlainCopy(String option) {
        boolean plain = !option.startsWith("--compress") || option.startsWith("--compress=server");
        if (!plain) {
            LOG.warnf("postgresql.basebackup: the option %s is not allowed, it is left out", option);
        }
        return plain;
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
}
