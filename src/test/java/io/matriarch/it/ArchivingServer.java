package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.it.AgentProgram.Program;
import io.matriarch.it.ServerProcess.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A PostgreSQL with small segments that archives by Matriarch's own command, with a spool, to two directories: one of plain files and one compressed and encrypted. Its
 * archive_command also keeps a copy of each file, notes what was archived, and kills itself on demand.
 */
final class ArchivingServer implements AutoCloseable {
    static final List<String> REPOSITORIES = List.of("plain", "coded");

    private static final int PATIENCE = 180;
    private static final String KEY = "5f".repeat(32);

    /** $1 is the path and $2 the name; what is archived twice is the same, so the copy may be replaced. */
    private static final String SCRIPT = """
            cp "$1" HOME/kept/.copy && mv HOME/kept/.copy "HOME/kept/$2" || exit 1
            PUSH "$1" &
            push=$!
            if mv HOME/kill-push HOME/killing 2>/dev/null; then
                sleep "$(cat HOME/killing)"
                kill -KILL $push
                wait $push
                code=$?
                echo $code >HOME/killed.new
                mv HOME/killed.new HOME/killed
            else
                wait $push
                code=$?
            fi
            [ $code = 0 ] || exit 1
            echo "$2" >>HOME/archived
            """;

    private final Path home = LocalCluster.newFolder();
    private final Program program = AgentProgram.chosen().placeIn(home.resolve("bin"));
    private final Path data = home.resolve("data");
    private final Path configuration = home.resolve("node.yml");
    private final int port = Programs.freePort();

    ArchivingServer() {
        try {
            for (String repository : REPOSITORIES) {
                LocalCluster.own(Files.createDirectory(repository(repository)));
            }
            LocalCluster.own(Files.createDirectory(kept()));
            configure();
            mustPostgres(
                    "initdb", "-D", data.toString(), "-U", "postgres", "-A", "trust", "--no-sync", "--wal-segsize=1");
            Files.writeString(
                    data.resolve("postgresql.conf"), """
                    listen_addresses = '127.0.0.1'
                    port = %d
                    unix_socket_directories = '%s'
                    fsync = off
                    min_wal_size = 4MB
                    max_wal_size = 16MB
                    archive_mode = on
                    archive_command = 'sh %s/archive.sh "%%p" "%%f"'
                    """.formatted(port, home, home), StandardOpenOption.APPEND);
            mustPostgres("pg_ctl", "start", "-w", "-t", "60", "-D", data.toString(), "-l", data + ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void configure() throws IOException {
        Path key = home.resolve("key");
        LocalCluster.write(key, KEY + "\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        LocalCluster.write(configuration, """
                scope: herd
                name: one
                restapi: {listen: '127.0.0.1:8008', connect_address: '127.0.0.1:8008'}
                etcd3: {host: '127.0.0.1:2379'}
                postgresql:
                  listen: 127.0.0.1:PORT
                  connect_address: 127.0.0.1:PORT
                  data_dir: HOME/data
                  bin_dir: BIN
                  authentication:
                    superuser: {username: postgres}
                    replication: {username: postgres}
                backup:
                  spool: HOME/spool
                  repositories:
                    plain: {type: directory, path: HOME/plain, compression: none}
                    coded: {type: directory, path: HOME/coded, encryption_key_files: [HOME/key]}
                  dump: {databases: [postgres]}
                  drill:
                    checks:
                      - {name: rows, sql: SELECT count(*) FROM herd, at_least: 1}
                    dump:
                      checks:
                        - {name: rows, sql: SELECT count(*) FROM herd, at_least: 1}
                """.replace("PORT", Integer.toString(port))
                .replace("HOME", home.toString())
                .replace("BIN", Templates.POSTGRES_BIN.toString()));
        LocalCluster.write(
                home.resolve("archive.sh"), SCRIPT.replace("PUSH", wal("push")).replace("HOME", home.toString()));
    }

    Path home() {
        return home;
    }

    Path repository(String name) {
        return home.resolve(name);
    }

    /** Copies of all files that were to be archived. */
    Path kept() {
        return home.resolve("kept");
    }

    static StoredContent content() {
        return new StoredContent(KEY);
    }

    String systemIdentifier() {
        return sql("SELECT system_identifier FROM pg_control_system()");
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }

    /** The names of all files of which PostgreSQL was told that they are archived. */
    Set<String> archived() {
        Path file = home.resolve("archived");
        try {
            return Files.exists(file) ? new TreeSet<>(Files.readAllLines(file)) : Set.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends a segment and waits until it's archived. */
    void archiveAll() {
        String segment = switchSegment();
        LocalCluster.await(segment + " is archived", 90, () -> archived().contains(segment));
    }

    /** Returns the name of the segment that was ended. */
    String switchSegment() {
        return sql("SELECT pg_walfile_name(pg_switch_wal())");
    }

    /** The next push is killed so long after its start; then its exit code can be asked for. */
    void killNextPush(double seconds) {
        try {
            Files.deleteIfExists(home.resolve("killed"));
            Path order = home.resolve("order");
            LocalCluster.write(order, String.format(java.util.Locale.ROOT, "%.4f%n", seconds));
            Files.move(order, home.resolve("kill-push"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** 137 if the push was killed before it had ended. */
    String exitCodeOfKilledPush() {
        Path killed = home.resolve("killed");
        LocalCluster.await("a push is killed", 60, 20, () -> Files.exists(killed));
        try {
            return Files.readString(killed).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The processes that work ahead. */
    List<Long> aheadOf(String verb) {
        return Processes.where(command -> command.contains("\0" + verb + "\0") && command.contains(home.toString()));
    }

    /** A command of Matriarch with this configuration. */
    List<String> command(List<String> arguments) {
        List<String> words = new ArrayList<>(program.tool(arguments.toArray(String[]::new)));
        words.addAll(List.of("-c", configuration.toString()));
        if (arguments.getFirst().equals("drill") && AgentProgram.chosen() == AgentProgram.JVM) {
            words.addAll(List.of("--restore-command", wal("fetch") + " %f %p"));
        }
        return words;
    }

    /** Runs a command of Matriarch to its end. */
    Ended run(String... arguments) {
        return ServerProcess.run(home, PATIENCE, command(List.of(arguments)));
    }

    String must(String... arguments) {
        Ended ended = run(arguments);
        assertThat(ended.code())
                .as("%s: %s", List.of(arguments), ended.output())
                .isZero();
        return ended.output();
    }

    private String wal(String verb) {
        return String.join(" ", program.tool("wal", verb, "--config", configuration.toString()));
    }

    String sql(String statement) {
        return sql(home, port, statement);
    }

    /** Restores the newest moment of a repository, and answers a query there. */
    String restored(String repository, String statement) {
        Path target = home.resolve("restored-" + repository);
        List<String> words = new ArrayList<>(List.of("restore", target.toString(), "--repository", repository));
        words.addAll(List.of("--restore-command", wal("fetch") + " --repository " + repository + " %f %p"));
        must(words.toArray(String[]::new));
        Path sockets = home.resolve("sockets-" + repository);
        try {
            LocalCluster.own(Files.createDirectory(sockets));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String options = "-c archive_mode=off -c listen_addresses= -c port=1 -c unix_socket_directories=" + sockets;
        mustPostgres("pg_ctl", "start", "-w", "-D", target.toString(), "-l", target + ".log", "-o", options);
        try {
            LocalCluster.await(
                    "the recovery of " + target,
                    120,
                    () -> sql(sockets, 1, "SELECT pg_is_in_recovery()").equals("f"));
            return sql(sockets, 1, statement);
        } finally {
            mustPostgres("pg_ctl", "stop", "-w", "-m", "fast", "-D", target.toString());
        }
    }

    private String sql(Path socket, int number, String statement) {
        return mustPostgres(
                        "psql",
                        "-h",
                        socket.toString(),
                        "-p",
                        Integer.toString(number),
                        "-U",
                        "postgres",
                        "-XAtqc",
                        statement)
                .strip();
    }

    private String mustPostgres(String name, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Templates.POSTGRES_BIN.resolve(name).toString()));
        command.addAll(List.of(arguments));
        Ended ended = ServerProcess.run(home, PATIENCE, command);
        assertThat(ended.code()).as("%s: %s", command, ended.output()).isZero();
        return ended.output();
    }

    /** Where drills, verifications and dumps do their work. */
    Path scratch(String purpose) {
        return home.resolve("data.matriarch-" + purpose);
    }

    /** Whoever works in such a place, but for those who work ahead of a server: they linger for some seconds. */
    List<Long> scratchProcesses() {
        Pattern ahead = Pattern.compile("\0(fetch|push)-ahead\0");
        List<Long> pids = new ArrayList<>(Processes.where(command -> command.contains(data + ".matriarch-")
                && !ahead.matcher(command).find()));
        pids.addAll(Processes.workingBelow(data + ".matriarch-"));
        return pids;
    }

    /** Its folder stays until {@link #delete}. */
    @Override
    public void close() {
        ServerProcess.run(
                home,
                60,
                List.of(
                        Templates.POSTGRES_BIN.resolve("pg_ctl").toString(),
                        "stop",
                        "-m",
                        "immediate",
                        "-D",
                        data.toString()));
    }

    void delete() {
        LocalCluster.delete(home);
    }
}
