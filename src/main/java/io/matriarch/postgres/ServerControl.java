package io.matriarch.postgres;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.SlotName;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.Configuration;
import io.matriarch.config.EffectiveParameters;
import io.matriarch.config.PostgresSection;
import io.matriarch.config.PostgresSettings;
import io.matriarch.config.StandbyMinimum;
import io.matriarch.file.FileProblem;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Starts, stops, promotes and repoints the server (reference 6.1, 6.3, 6.5, 6.8). Its methods block; they belong on the operation's thread. */
final class ServerControl {
    private static final Logger LOG = Logger.getLogger(ServerControl.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration FAST_STOP = Duration.ofMinutes(30);
    private static final Duration TOOL = Duration.ofSeconds(30);
    private static final Duration PROMOTION = Duration.ofMinutes(10);
    private static final Duration LEFTOVERS = Duration.ofSeconds(3);
    private static final Duration CHECKPOINT = Duration.ofMinutes(10);
    private static final Duration SCRIPT = Duration.ofMinutes(10);
    private static final Duration RECOVERY = Duration.ofDays(3);
    private final PgTools tools;
    private final PostmasterStop stopping;
    private final Connections connections;
    private final ControlFile control;
    private final ConfigurationFiles files;
    private final DataDirectoryFiles directory;
    private final Callbacks callbacks;
    private final Supplier<List<String>> keeper;
    private final PostgresLog log;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    ServerControl(
            PgTools tools,
            Connections connections,
            ControlFile control,
            ConfigurationFiles files,
            DataDirectoryFiles directory,
            Callbacks callbacks,
            Supplier<List<String>> keeper,
            PostgresLog log) {
        this.tools = tools;
        this.stopping = new PostmasterStop(tools);
        this.connections = connections;
        this.control = control;
        this.files = files;
        this.directory = directory;
        this.callbacks = callbacks;
        this.keeper = keeper;
        this.log = log;
    }

    /** As the primary, or as a standby of {@code upstream}; the callback is told when it runs. */
    OperationResult start(
            PostgresConfiguration configuration,
            Operation.Start.As as,
            Optional<Upstream> upstream,
            Optional<Duration> patience,
            String callback,
            Cancellation cancellation) {
        PostgresSettings settings = configuration.local().postgresql();
        if (directory.isHalfRewound()) {
            return new OperationResult.Failed(
                    settings.dataDirectory() + " is half rewound, it is not started; reinitialize it");
        }
        if (Postmaster.of(settings.dataDirectory()).isPresent()) {
            return new OperationResult.Succeeded();
        }
        if (major(settings) == 0) {
            return new OperationResult.Failed(ConfigurationFiles.noVersion(settings.dataDirectory()));
        }
        try {
            directory.removeRemains();
            files.restoreCopies();
            Role role = as == Operation.Start.As.PRIMARY ? Role.PRIMARY : standbyRole(upstream);
            List<String> arguments = prepare(configuration, role, upstream);
            if (cancellation.requested()) {
                return new OperationResult.Cancelled();
            }
            OperationResult result = launchPatiently(settings, arguments, patience, cancellation);
            if (result instanceof OperationResult.Succeeded) {
                callbacks.fire(callback, role, configuration);
                files.saveCopies();
            }
            return result;
        } catch (IOException e) {
            return new OperationResult.Failed(
                    "PostgreSQL's configuration could not be written: " + FileProblem.whereAndWhy(e));
        }
    }

    /** Only the leader of a standby cluster follows the remote primary. */
    static Role standbyRole(Optional<Upstream> upstream) {
        return upstream.filter(Upstream::isRemote).isPresent() ? Role.STANDBY_LEADER : Role.REPLICA;
    }

    /** Writes all files and returns the arguments for postgres. */
    private List<String> prepare(PostgresConfiguration configuration, Role role, Optional<Upstream> upstream)
            throws IOException {
        if (role == Role.PRIMARY) {
            files.noSignals();
        } else {
            files.standbySignal();
            files.useStandbyNames(Optional.empty());
        }
        ConfigurationFiles.Wanted wanted = wanted(configuration, role, upstream);
        files.write(wanted);
        wanted.raised()
                .forEach((name, value) -> LOG.warnf(
                        "%s stays at %s for now, which is what the primary had: for a lower value restart the primary"
                                + " first, and then this standby again",
                        name, value));
        return arguments(wanted, Map.of());
    }

    /** {@code over} goes before what is wanted, and what PostgreSQL refused to have in its file isn't given beside it either. */
    private List<String> arguments(ConfigurationFiles.Wanted wanted, Map<String, String> over) {
        List<String> arguments = new ArrayList<>(List.of(
                "-D",
                wanted.configuration().local().postgresql().dataDirectory().toString(),
                "--config-file=" + files.mainFile()));
        Map<String, String> chosen = new HashMap<>(wanted.raised());
        chosen.putAll(over);
        Map<String, List<String>> refused = files.refused();
        for (String argument : wanted.parameters().commandLine()) {
            String name = argument.substring(2, argument.indexOf('='));
            if (refused.containsKey(name)) {
                refused.get(name).forEach(better -> arguments.add("--" + name + "=" + better));
            } else if (!chosen.containsKey(name)) {
                arguments.add(argument);
            }
        }
        refused.keySet().forEach(chosen::remove);
        chosen.forEach((name, value) -> arguments.add("--" + name + "=" + value));
        return arguments;
    }

    /** What a custom bootstrap has made, until it has recovered and accepts writes; nobody else gets in meanwhile (reference 6.6). */
    OperationResult startRestored(
            PostgresConfiguration configuration, CustomBootstrap custom, Cancellation cancellation) {
        PostgresSettings settings = configuration.local().postgresql();
        int version = major(settings);
        if (version == 0) {
            return new OperationResult.Failed("bootstrap." + custom.method() + ".command ended well, but "
                    + settings.dataDirectory() + " holds no cluster");
        }
        try {
            Optional<CustomBootstrap.Recovery> recovery = custom.recovery(version);
            if (recovery.isPresent()) {
                files.signal(recovery.get().standby() ? "standby.signal" : "recovery.signal");
            } else if (!custom.keepsRecoveryConf()) {
                files.noSignals();
            }
            ConfigurationFiles.Wanted wanted = wanted(configuration, Role.PRIMARY, Optional.empty());
            Map<String, String> parameters =
                    recovery.map(CustomBootstrap.Recovery::parameters).orElse(Map.of());
            Map<String, String> over = new HashMap<>(raised(wanted.parameters()));
            over.put("hba_file", files.trustingHba(connections).toString());
            if (custom.mustNotAnswerInRecovery(version)) {
                over.put("hot_standby", "off");
            }
            files.writeRestored(wanted, parameters, custom.keepsRecoveryConf());
            OperationResult started =
                    launchPatiently(settings, arguments(wanted, over), Optional.of(RECOVERY), cancellation);
            return started instanceof OperationResult.Succeeded ? awaitWrites(settings, cancellation) : started;
        } catch (IOException e) {
            return new OperationResult.Failed(
                    "PostgreSQL's configuration could not be written: " + FileProblem.whereAndWhy(e));
        }
    }

    private static OperationResult awaitWrites(PostgresSettings settings, Cancellation cancellation) {
        Deadline deadline = Deadline.after(RECOVERY);
        while (!deadline.expired() && !cancellation.requested()) {
            if (Postmaster.status(settings.dataDirectory()).equals("ready")) {
                return new OperationResult.Succeeded();
            }
            if (Postmaster.of(settings.dataDirectory()).isEmpty()) {
                return new OperationResult.Failed(
                        "PostgreSQL ended while it recovered; what it said is above in this log, or in its own (log_directory)");
            }
            sleep();
        }
        return cancellation.requested()
                ? new OperationResult.Cancelled()
                : new OperationResult.Failed("the recovery was not done within " + RECOVERY.toDays() + " days");
    }

    /** Ends the time in which only this agent may connect. */
    OperationResult stopRestored(PostgresConfiguration configuration, Cancellation cancellation) {
        OperationResult stopped = stop(
                configuration,
                new Operation.Stop(Operation.Stop.Mode.FAST, true, "bootstrap"),
                Optional.empty(),
                cancellation);
        try {
            files.removeTrustingHba();
            return stopped;
        } catch (IOException e) {
            return new OperationResult.Failed(
                    "the temporary pg_hba.conf could not be removed: " + FileProblem.whereAndWhy(e));
        }
    }

    /** Writes the files for a server of this role, and says whether they have changed. */
    boolean write(PostgresConfiguration configuration, Role role, Optional<Upstream> upstream) throws IOException {
        return files.write(wanted(configuration, role, upstream));
    }

    ConfigurationFiles.Wanted wanted(PostgresConfiguration configuration, Role role, Optional<Upstream> upstream) {
        Configuration local = configuration.local();
        Optional<String> slot =
                configuration.dynamic().useSlots() ? Optional.of(SlotName.of(local.name())) : Optional.empty();
        EffectiveParameters parameters = parameters(configuration, role);
        return new ConfigurationFiles.Wanted(
                configuration,
                parameters,
                role,
                upstream,
                slot,
                role.leads() ? Map.of() : raised(parameters),
                major(local.postgresql()));
    }

    EffectiveParameters parameters(PostgresConfiguration configuration, Role role) {
        EffectiveParameters parameters = EffectiveParameters.of(
                configuration.local(),
                configuration.dynamic(),
                major(configuration.local().postgresql()),
                role);
        parameters.warnings().stream().filter(told::add).forEach(LOG::warn);
        return parameters;
    }

    /** What a standby has to raise to its primary's value in order to start (reference 6.4). */
    Map<String, String> raised(EffectiveParameters parameters) {
        Map<String, String> raised = new HashMap<>();
        Map<String, String> lines = control.lines();
        StandbyMinimum.inControlData().forEach((name, label) -> {
            try {
                int primarys = Integer.parseInt(lines.getOrDefault(label, "0"));
                int wanted = Integer.parseInt(parameters.file().getOrDefault(name, "0"));
                if (primarys > wanted) {
                    raised.put(name, Integer.toString(primarys));
                }
            } catch (NumberFormatException e) {
                LOG.debugf("%s is no number", name);
            }
        });
        return raised;
    }

    /** PG_VERSION as 150000; 0 when it can't be read. */
    static int major(PostgresSettings settings) {
        try {
            String text = Files.readString(settings.dataDirectory().resolve("PG_VERSION"))
                    .strip();
            return Integer.parseInt(text) * 10_000;
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** What a killed predecessor left (its last children, its shared memory) may stand in the way for a moment. */
    private OperationResult launchPatiently(
            PostgresSettings settings, List<String> arguments, Optional<Duration> patience, Cancellation cancellation) {
        boolean leftovers = Postmaster.leftover(settings.dataDirectory()).isPresent();
        Deadline deadline = Deadline.after(LEFTOVERS);
        OperationResult result = launch(settings, arguments, patience, cancellation);
        while (leftovers
                && result instanceof OperationResult.Failed
                && tools.unusable("postgres").isEmpty()
                && !deadline.expired()
                && !cancellation.requested()) {
            sleep();
            result = launch(settings, arguments, patience, cancellation);
        }
        return result;
    }

    /** Through a shell that ends at once, in a session of its own: the postmaster must outlive the agent (reference 6.1). */
    private OperationResult launch(
            PostgresSettings settings, List<String> arguments, Optional<Duration> patience, Cancellation cancellation) {
        Optional<String> unusable = tools.unusable("postgres");
        if (unusable.isPresent()) {
            return new OperationResult.Failed(unusable.get());
        }
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", "exec 3>&1 1>&2; setsid \"$@\" 3>&- </dev/null & echo $! >&3", "sh"));
        command.addAll(keeper.get());
        command.add(tools.file("postgres"));
        command.addAll(arguments);
        log.beginHere();
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        PgTools.cleanEnvironment(builder.environment());
        Optional.ofNullable(builder.environment().remove("PG_MALLOC_ARENA_MAX"))
                .ifPresent(arenas -> builder.environment().put("MALLOC_ARENA_MAX", arenas));
        Postmaster.leftover(settings.dataDirectory())
                .ifPresent(stale -> builder.environment().put("PG_GRANDPARENT_PID", stale));
        long pid;
        try {
            Process shell = builder.start();
            try (var output = shell.inputReader()) {
                pid = Long.parseLong(
                        Optional.ofNullable(output.readLine()).orElse("").strip());
            }
            shell.waitFor(5, TimeUnit.SECONDS);
        } catch (IOException | NumberFormatException e) {
            return new OperationResult.Failed("postgres could not be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new OperationResult.Cancelled();
        }
        return awaitStart(settings, pid, patience, cancellation);
    }

    private OperationResult awaitStart(
            PostgresSettings settings, long pid, Optional<Duration> patience, Cancellation cancellation) {
        Deadline deadline = Deadline.after(patience.orElse(settings.pgCtlTimeout()));
        while (!deadline.expired()) {
            Optional<Postmaster> postmaster = Postmaster.of(settings.dataDirectory());
            if (cancellation.requested()) {
                postmaster.ifPresentOrElse(
                        running -> stopping.atOnce(settings, running),
                        () -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
                return new OperationResult.Cancelled();
            }
            String status = Postmaster.status(settings.dataDirectory());
            if (postmaster.isPresent() && (status.equals("ready") || status.equals("standby"))) {
                return new OperationResult.Succeeded();
            }
            boolean alive = ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
            if (!alive && postmaster.isEmpty()) {
                return new OperationResult.Failed("PostgreSQL ended while it started"
                        + PortTaken.by(settings).map(taken -> ": " + taken).orElseGet(this::why));
            }
            sleep();
        }
        return patience.isPresent()
                ? new OperationResult.Failed(
                        "PostgreSQL did not start within " + patience.get().toSeconds() + " s")
                : new OperationResult.Succeeded();
    }

    /** {@code role} is what the server was until now. */
    OperationResult stop(
            PostgresConfiguration configuration, Operation.Stop stop, Role role, Cancellation cancellation) {
        return stop(configuration, stop, Optional.of(role), cancellation);
    }

    /** Beside whatever operation is in progress. */
    void stopAtOnce(PostgresSettings settings) {
        Postmaster.of(settings.dataDirectory()).ifPresent(postmaster -> {
            boolean stopped = stopping.atOnce(settings, postmaster);
            LOG.logf(
                    stopped ? Logger.Level.WARN : Logger.Level.ERROR,
                    stopped
                            ? "stopped postmaster %d at once, because the leader lock is lost"
                            : "the postmaster %d could not be stopped",
                    postmaster.pid());
        });
    }

    /** Kills a postmaster that pg_ctl doesn't find, because its postmaster.pid is gone. A clean stop would write into what may be there instead. */
    OperationResult end(Postmaster orphan) {
        LOG.warnf(
                "killing postmaster %d, which still runs though its data directory or its postmaster.pid was removed or replaced",
                orphan.pid());
        if (!stopping.kill(orphan)) {
            return new OperationResult.Failed("postmaster " + orphan.pid()
                    + ", whose data directory or postmaster.pid was removed or replaced, can't be killed: it hangs;"
                    + " nothing is written there while it lives");
        }
        // a new postmaster takes remains that nobody has reaped for one that uses the socket
        Deadline deadline = Deadline.after(LEFTOVERS);
        while (Files.exists(Path.of("/proc/" + orphan.pid())) && !deadline.expired()) {
            sleep();
        }
        return new OperationResult.Succeeded();
    }

    /** {@code told}: which role's callback hears of it, if any. */
    OperationResult stop(
            PostgresConfiguration configuration, Operation.Stop stop, Optional<Role> told, Cancellation cancellation) {
        PostgresSettings settings = configuration.local().postgresql();
        Optional<Postmaster> postmaster = Postmaster.of(settings.dataDirectory());
        if (postmaster.isEmpty()) {
            return new OperationResult.Succeeded();
        }
        if (stop.checkpointFirst()) {
            checkpoint(cancellation);
        }
        if (!cancellation.requested()) {
            script(configuration, "before_stop");
        }
        boolean fast = stop.mode() == Operation.Stop.Mode.FAST;
        boolean leads = told.filter(Role::leads).isPresent();
        Duration patience =
                configuration.dynamic().primaryStopTimeout().filter(_ -> leads).orElse(FAST_STOP);
        boolean stopped = (fast && stopping.fast(settings, postmaster.get(), patience))
                || stopping.atOnce(settings, postmaster.get());
        if (stopped) {
            told.ifPresent(role -> callbacks.fire("on_stop", role, configuration));
        }
        if (!stopped && DoomedProcesses.are(settings.dataDirectory())) {
            return new OperationResult.Hanging("the postmaster "
                    + postmaster.get().pid() + " and its children are killed, and can't end while a disk hangs");
        }
        return stopped
                ? new OperationResult.Succeeded()
                : new OperationResult.Failed(
                        "the postmaster " + postmaster.get().pid() + ", or a child of it, could not be stopped");
    }

    OperationResult restart(
            PostgresConfiguration configuration,
            Role role,
            Optional<Upstream> upstream,
            Optional<Duration> patience,
            Cancellation cancellation) {
        OperationResult stopped = stop(
                configuration,
                new Operation.Stop(Operation.Stop.Mode.FAST, true, "restart"),
                Optional.empty(),
                cancellation);
        if (!(stopped instanceof OperationResult.Succeeded)) {
            return stopped;
        }
        Operation.Start.As as = role.leads() ? Operation.Start.As.PRIMARY : Operation.Start.As.REPLICA;
        return start(configuration, as, upstream, patience, "on_restart", cancellation);
    }

    OperationResult promote(
            PostgresConfiguration configuration, Optional<Upstream> followed, Cancellation cancellation) {
        PostgresSettings settings = configuration.local().postgresql();
        Optional<PgTools.Result> before = script(configuration, "pre_promote");
        if (before.isPresent() && !before.get().ok()) {
            return new OperationResult.Failed(
                    "the pre-promote script failed: " + before.get().lastLine());
        }
        if (cancellation.requested()) {
            return new OperationResult.Cancelled();
        }
        PgTools.Result result = tools.run(
                "pg_ctl",
                List.of("promote", "-W", "-D", settings.dataDirectory().toString()),
                Map.of(),
                Deadline.after(TOOL));
        if (!result.ok()) {
            return new OperationResult.Failed("pg_ctl promote: " + result.lastLine());
        }
        callbacks.fire("on_role_change", Role.PRIMARY, configuration);
        return awaitPromotion(configuration, followed, cancellation);
    }

    private OperationResult awaitPromotion(
            PostgresConfiguration configuration, Optional<Upstream> followed, Cancellation cancellation) {
        Deadline deadline = Deadline.after(PROMOTION);
        while (!deadline.expired()) {
            boolean alive = Postmaster.of(configuration.local().postgresql().dataDirectory())
                    .isPresent();
            if (alive
                    && control.read()
                            .filter(data -> data.clusterState().equals("in production"))
                            .isPresent()) {
                return applyPrimarys(configuration, followed);
            }
            if (!alive) {
                return new OperationResult.Failed("PostgreSQL ended while it was promoted" + why());
            }
            if (cancellation.requested()) {
                return new OperationResult.Cancelled();
            }
            sleep();
        }
        return new OperationResult.Failed("the promotion was not done within " + PROMOTION.toMinutes() + " minutes");
    }

    /** Why the server ended, as far as is known. */
    private String why() {
        return log.lastReason()
                .map(reason -> ": " + reason)
                .orElse("; what it said is above in this log, or in its own (log_directory)");
    }

    /** What is configured for a primary only. A mistake there must not undo a promotion. */
    private OperationResult applyPrimarys(PostgresConfiguration configuration, Optional<Upstream> followed) {
        try {
            if (write(configuration, Role.PRIMARY, followed)
                    && reload(configuration.local().postgresql()) instanceof OperationResult.Failed(String why)) {
                LOG.warn(why);
            }
        } catch (IOException e) {
            LOG.warnf("PostgreSQL's configuration could not be written: %s", e.getMessage());
        }
        return new OperationResult.Succeeded();
    }

    /** PostgreSQL 13 and later take a changed primary_conninfo by a reload. */
    OperationResult follow(PostgresConfiguration configuration, Optional<Upstream> upstream) {
        try {
            write(configuration, standbyRole(upstream), upstream);
            return reload(configuration.local().postgresql());
        } catch (IOException e) {
            return new OperationResult.Failed(
                    "PostgreSQL's configuration could not be written: " + FileProblem.whereAndWhy(e));
        }
    }

    OperationResult reload(PostgresSettings settings) {
        PgTools.Result result = tools.run(
                "pg_ctl", List.of("reload", "-D", settings.dataDirectory().toString()), Map.of(), Deadline.after(TOOL));
        return result.ok()
                ? new OperationResult.Succeeded()
                : new OperationResult.Failed("pg_ctl reload: " + result.lastLine());
    }

    /** A transaction that waits for nobody: the standbys get something to confirm (reference section 9, case 46). */
    Optional<String> moveWal(Deadline deadline) {
        int patience = (int) Math.max(1, deadline.remaining().toMillis());
        try (Connection connection = connections.local("Patroni", patience);
                Statement statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = off");
            statement.execute("SELECT pg_catalog.txid_current()");
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of("PostgreSQL: " + e.getMessage());
        }
    }

    OperationResult checkpoint(Cancellation cancellation) {
        try (Connection connection = connections.local("Patroni", (int) CHECKPOINT.toMillis());
                Statement statement = connection.createStatement()) {
            cancellation.running(() -> cancel(statement));
            statement.execute("CHECKPOINT");
            return new OperationResult.Succeeded();
        } catch (SQLException e) {
            if (cancellation.requested()) {
                return new OperationResult.Cancelled();
            }
            LOG.warnf("CHECKPOINT failed: %s", e.getMessage());
            return new OperationResult.Failed("CHECKPOINT: " + e.getMessage());
        } finally {
            cancellation.idle();
        }
    }

    private static void cancel(Statement statement) {
        try {
            statement.cancel();
        } catch (SQLException e) {
            LOG.debugf("the checkpoint could not be cancelled: %s", e.getMessage());
        }
    }

    private Optional<PgTools.Result> script(PostgresConfiguration configuration, String name) {
        return PostgresSection.effective(configuration.local().postgresql(), configuration.dynamic())
                .text(name)
                .map(command -> PgTools.runCommand(
                        ShellWords.split(command), Map.of(), Deadline.after(SCRIPT), new Cancellation()));
    }

    private static void sleep() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
