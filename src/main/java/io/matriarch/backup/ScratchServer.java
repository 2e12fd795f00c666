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
final class ScratchServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final Duration QUICK = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PORT = 5432;

    /** The shell ends the server as soon as nothing can be read any more: then we are gone, or have closed it. */
    private static final String KEEPER = """
            exec 3<&0
            "$@" </dev/null &
            server=$!
            (cat <&3 >/dev/null; kill -INT $server) 2>/dev/null &
            exec 3<&-
            wait $server
            """;

    private final Program programs;
    private final Path data;
    private final Path sockets;
    private final Path log;
    private final String user;
    private Optional<Process> keeper = Optional.empty();

    /** @param place a folder for the socket and the log, which only this user may enter */
    ScratchServer(Program programs, Path data, Path place, String user) {
        this.programs = programs;
        this.data = data;
        this.sockets = place;
        this.log = place.resolve("server.log");
        this.user = user;
    }

    /** @throws ArchiveException with the last words of its log, if it doesn't start */
    void start() throws ArchiveException, IOException {
        Path access = sockets.resolve("pg_hba.conf");
        Files.writeString(access, "local all all trust\n");
        Path configuration = data.resolve("postgresql.conf");
        if (Files.notExists(configuration)) {
            // it's outside of the data directory on the server that was backed up
            Files.writeString(configuration, "");
        }
        List<String> command = new ArrayList<>(List.of("sh", "-c", KEEPER, "sh", programs.path("postgres")));
        command.addAll(List.of("-D", data.toString()));
        Map<String, String> parameters = parameters(access);
        parameters.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
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
                "shared_buffers", "64MB",
                "huge_pages", "off",
                "external_pid_file", "",
                "default_transaction_read_only", "on"));
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
        while (System.nanoTime() - begun < PATIENCE.toNanos()) {
            if (!process.isAlive()) {
                throw new ArchiveException("the restored server doesn't start: " + lastWords());
            }
            if (programs.run(QUICK, "pg_isready", List.of("-q", "-h", sockets.toString(), "-p", Integer.toString(PORT)))
                    .ok()) {
                return;
            }
            pause();
        }
        throw new ArchiveException(
                "the restored server didn't start within " + PATIENCE.toMinutes() + " minutes: " + lastWords());
    }

    private static void pause() throws ArchiveException {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", e);
        }
    }

    private String lastWords() throws IOException {
        List<String> lines =
                Files.readString(log, StandardCharsets.UTF_8).lines().toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 6), lines.size()));
    }

    /** What psql prints, unaligned and without headings. */
    String query(String database, String sql) throws ArchiveException {
        Program.Result result = programs.run(
                QUICK,
                "psql",
                List.of(
                        "-h",
                        sockets.toString(),
                        "-p",
                        Integer.toString(PORT),
                        "-U",
                        user,
                        "-d",
                        database,
                        "-XAtq",
                        "-v",
                        "ON_ERROR_STOP=1",
                        "-c",
                        sql));
        if (!result.ok()) {
            throw new ArchiveException("the restored server doesn't answer: " + result.words());
        }
        return result.output().strip();
    }

    @Override
    public void close() {
        if (keeper.isEmpty()) {
            return;
        }
        Process process = keeper.get();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(QUICK.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
