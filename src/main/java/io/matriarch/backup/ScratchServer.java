package io.matriarch.backup;

import io.matriarch.archive.ArchiveException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A server on restored data that nobody else can reach and that reaches nobody: a private socket, no network, no archiving, no jobs of extensions, no subscriptions. It ends
 * when this process ends, however that ends.
 */
public final class ScratchServer implements AutoCloseable {
    private static final Duration QUICK = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(200);

    /** Of the socket. */
    public static final int PORT = 5432;

    private final Program programs;
    private final Path data;
    private final Path sockets;
    private final Path log;
    private final String user;
    private final Limits limits;
    private Optional<Process> keeper = Optional.empty();

    /** Looks after a server while it starts. */
    public interface Watch {
        /** @throws ArchiveException if it must not go on */
        void look() throws ArchiveException;
    }

    /**
     * What a server may take.
     *
     * @param parameters of PostgreSQL, beside those that every scratch server has
     * @param patience until it answers
     * @param watch is called again and again until then
     */
    public record Limits(Map<String, String> parameters, Duration patience, Watch watch) {
        public Limits {
            parameters = Map.copyOf(parameters);
        }

        static Limits usual() {
            return new Limits(Map.of("shared_buffers", "64MB"), Duration.ofMinutes(30), () -> {});
        }
    }

    /** @param place a folder for the socket and the log, which only this user may enter */
    public ScratchServer(Program programs, Path data, Path place, String user, Limits limits) {
        this.programs = programs;
        this.data = data;
        this.sockets = place;
        this.log = place.resolve("server.log");
        this.user = user;
        this.limits = limits;
    }

    /** @throws ArchiveException with the last words of its log, if it doesn't start */
    public void start() throws ArchiveException, IOException {
        Path access = sockets.resolve("pg_hba.conf");
        Files.writeString(access, "local all all trust\n");
        Path configuration = data.resolve("postgresql.conf");
        if (Files.notExists(configuration)) {
            // it's outside of the data directory on the server that was backed up
            Files.writeString(configuration, "");
        }
        List<String> command = new ArrayList<>(List.of(programs.path("postgres"), "-D", data.toString()));
        Map<String, String> parameters = parameters(access);
        parameters.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        ProcessBuilder builder = new ProcessBuilder(Keeper.of("QUIT", command)) // nobody needs its data any more
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PATRONI_"));
        builder.environment().put("LC_MESSAGES", "C");
        keeper = Optional.of(builder.start());
        await(keeper.get());
    }

    private Map<String, String> parameters(Path access) throws ArchiveException {
        Map<String, String> parameters = new HashMap<>(requiredByTheData());
        parameters.putAll(Map.of(
                "listen_addresses",
                "",
                "unix_socket_directories",
                sockets.toString(),
                "unix_socket_permissions",
                "0700",
                "port",
                Integer.toString(PORT),
                "hba_file",
                access.toString(),
                "data_directory",
                data.toString(),
                "archive_mode",
                "off",
                "ssl",
                "off"));
        parameters.putAll(Map.of(
                "shared_preload_libraries", "",
                "session_preload_libraries", "",
                "local_preload_libraries", "",
                "max_logical_replication_workers", "0",
                "synchronous_standby_names", "",
                "autovacuum", "off",
                "logging_collector", "off",
                "log_destination", "stderr"));
        parameters.putAll(Map.of(
                "huge_pages", "off",
                "external_pid_file", "",
                "lc_messages", "C",
                "client_min_messages", "error",
                "archive_cleanup_command", "",
                "recovery_end_command", "",
                "default_transaction_read_only", "on"));
        parameters.putAll(limits.parameters());
        return parameters;
    }

    /** Prepared transactions and the like need as much room as they had. */
    private Map<String, String> requiredByTheData() throws ArchiveException {
        Program.Result control = programs.run(QUICK, "pg_controldata", List.of("-D", data.toString()));
        if (!control.ok()) {
            throw new ArchiveException("pg_controldata can't read " + data + ": " + control.words());
        }
        Map<String, String> required = new HashMap<>();
        Map<String, String> names = Map.of(
                "max_connections setting", "max_connections",
                "max_prepared_xacts setting", "max_prepared_transactions",
                "max_locks_per_xact setting", "max_locks_per_transaction");
        for (String line : control.output().lines().toList()) {
            int colon = line.indexOf(':');
            String parameter = colon < 0 ? null : names.get(line.substring(0, colon));
            if (parameter != null) {
                required.put(parameter, line.substring(colon + 1).strip());
            }
        }
        return required;
    }

    private void await(Process process) throws ArchiveException, IOException {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < limits.patience().toNanos()) {
            limits.watch().look();
            if (!process.isAlive()) {
                throw new ArchiveException("the restored server doesn't start: " + lastWords());
            }
            if (programs.run(QUICK, "pg_isready", List.of("-q", "-h", sockets.toString(), "-p", Integer.toString(PORT)))
                    .ok()) {
                return;
            }
            Pause.of(POLL);
        }
        throw new ArchiveException("the restored server didn't start within "
                + limits.patience().toMinutes() + " minutes: " + lastWords());
    }

    private String lastWords() throws IOException {
        List<String> lines =
                Files.readString(log, StandardCharsets.UTF_8).lines().toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 6), lines.size()));
    }

    /** The options with which PostgreSQL's programs connect. */
    public List<String> connection() {
        return List.of("-h", sockets.toString(), "-p", Integer.toString(PORT), "-U", user);
    }

    /** What psql prints, unaligned and without headings. */
    public String query(String database, String sql) throws ArchiveException {
        return query(database, sql, QUICK);
    }

    /** The same of a query that may take its time. */
    public String query(String database, String sql, Duration patience) throws ArchiveException {
        List<String> arguments = new ArrayList<>(connection());
        arguments.addAll(List.of("-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql));
        Program.Result result = programs.run(patience, "psql", arguments);
        if (!result.ok()) {
            throw new ArchiveException(
                    "the restored server doesn't answer a query in " + database + ": " + result.words());
        }
        return result.output().strip();
    }

    @Override
    public void close() {
        if (keeper.isEmpty()) {
            return;
        }
        Process process = keeper.get();
        // it ends even if somebody has had enough of us
        boolean interrupted = Thread.interrupted();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(QUICK.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
