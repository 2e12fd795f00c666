package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.it.ServerProcess.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One PostgreSQL without an agent, filled by pgbench, which keeps its WAL. */
final class BenchmarkServer implements AutoCloseable {
    private static final int PATIENCE = 1800;
    private static final double TICKS_PER_SECOND = 100;

    private final Path home;
    private final int port = Programs.freePort();

    BenchmarkServer(Path home) {
        this.home = home;
    }

    void start(int scale) throws IOException {
        must(postgres("initdb", "-D", data().toString(), "-U", "postgres", "-A", "trust", "--no-sync", "-k"));
        Files.writeString(data().resolve("postgresql.conf"), """
                listen_addresses = '127.0.0.1'
                port = %d
                unix_socket_directories = '%s'
                archive_mode = on
                archive_command = '/bin/true'
                max_wal_size = 1GB
                wal_keep_size = 2GB
                shared_buffers = 128MB
                """.formatted(port, home), StandardOpenOption.APPEND);
        must(postgres("pg_ctl", "start", "-w", "-D", data().toString(), "-l", home.resolve("server.log") + ""));
        must(postgres("pgbench", with("-i", "-q", "-s", Integer.toString(scale))));
        sql("CHECKPOINT");
    }

    Path data() {
        return home.resolve("data");
    }

    int port() {
        return port;
    }

    Path socket() {
        return home;
    }

    String sql(String statement) {
        return must(postgres("psql", with("-XAtqc", statement))).strip();
    }

    void archiveWith(String command) {
        sql("ALTER SYSTEM SET archive_command = '" + command + "'");
        sql("SELECT pg_reload_conf()");
    }

    long archived() {
        return Long.parseLong(sql("SELECT archived_count FROM pg_stat_archiver"));
    }

    /** Ends the segment, and waits until all are archived. */
    void awaitArchived() {
        String segment = sql("SELECT pg_walfile_name(pg_switch_wal())");
        LocalCluster.await(
                segment + " is archived",
                600,
                20,
                () -> sql("SELECT last_archived_wal >= '" + segment + "' FROM pg_stat_archiver")
                        .equals("t"));
    }

    ServerProcess load(int seconds) {
        return ServerProcess.start(
                home,
                home.resolve("pgbench.log"),
                postgres("pgbench", with("-n", "-c", "2", "-T", Integer.toString(seconds))));
    }

    /** Complete segments that are in pg_wal, the oldest first. */
    List<Path> segments(int most) {
        String current = sql("SELECT pg_walfile_name(pg_current_wal_lsn())");
        try (Stream<Path> files = Files.list(data().resolve("pg_wal"))) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}"))
                    .filter(file -> file.getFileName().toString().compareTo(current) < 0)
                    .sorted()
                    .limit(most)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the server's processes that have ended, such as what sent a backup. */
    double cpuOfEnded() {
        try {
            String pid = Files.readAllLines(data().resolve("postmaster.pid"))
                    .getFirst()
                    .strip();
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String must(List<String> command) {
        Ended ended = ServerProcess.run(home, PATIENCE, command);
        assertThat(ended.code()).as("%s: %s", command, ended.output()).isZero();
        return ended.output();
    }

    private String[] with(String... arguments) {
        List<String> words =
                new ArrayList<>(List.of("-h", home.toString(), "-p", Integer.toString(port), "-U", "postgres"));
        words.addAll(List.of(arguments));
        return words.toArray(String[]::new);
    }

    private static List<String> postgres(String name, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Templates.POSTGRES_BIN.resolve(name).toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    public void close() {
        ServerProcess.run(home, PATIENCE, postgres("pg_ctl", "stop", "-m", "immediate", "-D", data().toString()));
    }
}
