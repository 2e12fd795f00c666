package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.archive.S3Server;
import io.matriarch.it.ServerProcess.Ended;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Under the load of pgbench, the repositories of one PostgreSQL fail, are full, are slow and lie: it goes on writing, everybody is told, and in the end nothing is missing. One is
 * a folder on a small disk, the other one a bucket behind a proxy. Needs root, for the disk.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledIfSystemProperty(named = "matriarch.agent", matches = "patroni", disabledReason = "Patroni archives nothing")
final class ArchiveFaultsIT {
    private static final int DISK_MEGABYTES = 256;
    private static final long SLOWNESS_MILLIS = 300;
    private static final int PATIENCE = 60;

    private static final SharedEtcd ETCD = new SharedEtcd();
    private static final Path HOME = ETCD.home();
    private static final Path MOUNT = HOME.resolve("disk");
    private static final Path FOLDER = MOUNT.resolve("repository");
    private static final List<AutoCloseable> TO_CLOSE = new ArrayList<>(List.of(ETCD));

    private static Loner node;
    private static SmallDisk disk;
    private static S3Server bucket;
    private static TcpProxy proxy;
    private static Writer writer;
    private static ServerProcess pgbench;

    @BeforeAll
    static void start(@TempDir Path place) throws Exception {
        LocalCluster.own(Files.createDirectory(MOUNT));
        disk = closedAtTheEnd(new SmallDisk(MOUNT, DISK_MEGABYTES));
        LocalCluster.own(Files.createDirectory(FOLDER));
        bucket = closedAtTheEnd(S3Server.start(place));
        int port = ETCD.ports().next();
        proxy = closedAtTheEnd(
                new TcpProxy(port, Integer.parseInt(bucket.endpoint().replaceAll(".*:", "")), SLOWNESS_MILLIS));
        node = closedAtTheEnd(new Loner(ETCD, "herd", "a"));
        configure(port);
        node.startAsPrimary();
        pgbench("-i", "-q", "-s", "1");
        for (String repository : List.of("disk", "bucket")) {
            assertThat(tool("backup", "create", "--label", "first", "--repository", repository))
                    .satisfies(
                            ended -> assertThat(ended.code()).as(ended.output()).isZero());
        }
        writer = closedAtTheEnd(new Writer(node.node().databasePort()));
        pgbench = ServerProcess.start(
                HOME, HOME.resolve("pgbench.log"), pgbenchCommand("-n", "-c", "2", "-R", "60", "-T", "600"));
        TO_CLOSE.add(pgbench::kill);
    }

    private static <T extends AutoCloseable> T closedAtTheEnd(T opened) {
        TO_CLOSE.add(opened);
        return opened;
    }

    private static void configure(int port) throws IOException {
        privately("access", S3Server.ACCESS_KEY);
        privately("secret", S3Server.SECRET_KEY);
        String configuration = node.node().configuration().toString();
        node.with("    - encoding: UTF8", "    - wal-segsize: '1'\n    - encoding: UTF8")
                .with(
                        "    shared_buffers: 32MB",
                        "    shared_buffers: 32MB\n    max_wal_size: 16MB\n    archive_mode: 'on'\n    archive_command: '"
                                + wal("push", "--config", configuration, "%p") + "'")
                .rewritten(text -> text
                        + """
                        backup:
                          spool: HOME/spool
                          repositories:
                            disk: {type: directory, path: FOLDER}
                            bucket: {type: s3, bucket: BUCKET, prefix: blue, endpoint: 'http://127.0.0.1:PORT', access_key_file: HOME/access, secret_key_file: HOME/secret}
                        """.replace("HOME", HOME.toString())
                                .replace("FOLDER", FOLDER.toString())
                                .replace("BUCKET", S3Server.BUCKET)
                                .replace("PORT", Integer.toString(port)));
    }

    private static void privately(String name, String content) throws IOException {
        Path file = HOME.resolve(name);
        LocalCluster.write(file, content + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable opened : TO_CLOSE.reversed()) {
            opened.close();
        }
    }

    @Test
    @Order(1)
    void itFails() throws IOException {
        Path away = MOUNT.resolve("away");
        fault(() -> Files.move(FOLDER, away), "repository disk: ", FOLDER.toString(), "mounted");
        Files.move(away, FOLDER);
        everythingIsArchived();
    }

    @Test
    @Order(2)
    void itIsFull() throws IOException {
        fault(() -> disk.fill(), "repository disk: ", "No space left on device");
        disk.makeRoom();
        everythingIsArchived();
    }

    /** The bucket's server is asked for what it got, because the checksum is wrong that it answers, and gives other bytes. */
    @Test
    @Order(3)
    void itLiesWhenSomethingIsStored() {
        fault(
                () -> proxy.become(TcpProxy.Manner.LYING),
                "repository bucket: ",
                "the server has stored something else than it was sent");
        proxy.become(TcpProxy.Manner.FAITHFUL);
        everythingIsArchived();
    }

    @Test
    @Order(4)
    void itIsSlow() {
        long before = writer.acknowledgedRows();
        proxy.become(TcpProxy.Manner.SLOW);
        LocalCluster.await("files wait", PATIENCE, () -> number("matriarch_archive_waiting_files") > 3);
        writesGoOn(before);
        proxy.become(TcpProxy.Manner.FAITHFUL);
        everythingIsArchived();
    }

    /** A segment has rotted in one repository, then in both: PostgreSQL never gets it. */
    @Test
    @Order(5)
    void itLiesAboutWhatItHolds() throws IOException {
        String segment = node.node().query("SELECT last_archived_wal FROM pg_stat_archiver");
        Path wanted = HOME.resolve("fetched");
        assertThat(fetch(segment, wanted).code()).isZero();
        byte[] content = Files.readAllBytes(wanted);
        Files.delete(wanted);

        Path inFolder = object(FOLDER, segment);
        flip(inFolder);
        assertThat(fetch(segment, wanted, "--repository", "disk")).satisfies(ended -> {
            assertThat(ended.code()).as("the recovery stops").isEqualTo(126);
            assertThat(ended.output()).contains(segment, FOLDER.toString(), "damaged");
        });
        assertThat(wanted).doesNotExist();
        assertThat(fetch(segment, wanted).code()).as("the other one has it").isZero();
        assertThat(Files.readAllBytes(wanted)).isEqualTo(content);
        Files.delete(wanted);

        Path inBucket = object(bucket.objects(), segment);
        flip(inBucket);
        assertThat(fetch(segment, wanted)).satisfies(ended -> {
            assertThat(ended.code()).isEqualTo(126);
            assertThat(ended.output()).contains("repository disk: ", "repository bucket: ");
        });
        assertThat(wanted).doesNotExist();
        // the last one stays damaged for the restore, which gets it from the bucket
        flip(inBucket);
    }

    @Test
    @Order(6)
    void eachRepositoryHoldsEverything() throws IOException {
        writer.close();
        pgbench.stop(10);
        everythingIsArchived();
        String transactions = node.node().query("SELECT count(*) FROM pgbench_history");
        assertThat(Long.parseLong(transactions)).isGreaterThan(500);
        for (List<String> from : List.of(List.<String>of(), List.of("--repository", "bucket"))) {
            Path target = HOME.resolve("restored" + from.size());
            int port = ETCD.ports().next();
            restore(target, from);
            postgres("pg_ctl", "start", "-w", "-D", target.toString(), "-l", target + ".log", "-o", """
                    -c archive_mode=off -c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories=%s""".formatted(
                            port, target));
            String url = Node.url(port);
            LocalCluster.await(
                    "the recovery",
                    PATIENCE,
                    () -> Node.queryAt(url, "SELECT pg_is_in_recovery()").equals("f"));
            assertThat(writer.lostRows(url)).isEmpty();
            assertThat(Node.queryAt(url, "SELECT count(*) FROM pgbench_history"))
                    .isEqualTo(transactions);
            postgres("pg_ctl", "stop", "-w", "-m", "immediate", "-D", target.toString());
        }
    }

    private static void restore(Path target, List<String> from) {
        List<String> words = new ArrayList<>(List.of("restore", target.toString()));
        words.addAll(from);
        List<String> fetch =
                new ArrayList<>(List.of("--config", node.node().configuration().toString()));
        fetch.addAll(from);
        fetch.addAll(List.of("%f", "%p"));
        words.addAll(List.of("--restore-command", wal("fetch", fetch.toArray(String[]::new))));
        Ended ended = tool(words.toArray(String[]::new));
        assertThat(ended.code()).as(ended.output()).isZero();
    }

    /** What breaks a repository. */
    private interface Breaking {
        void run() throws IOException, InterruptedException;
    }

    /** PostgreSQL goes on, and log, metrics, REST and command say what is the matter. */
    private static void fault(Breaking breaking, String... words) {
        int log = node.log().length();
        long before = writer.acknowledgedRows();
        try {
            breaking.run();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        LocalCluster.await("the log says why", PATIENCE, () -> has(node.log().substring(log), words));
        LocalCluster.await(
                "metrics tell that files wait and fail",
                PATIENCE,
                () -> number("matriarch_archive_failing") == 1 && number("matriarch_archive_waiting_files") > 1);
        assertThat(number("matriarch_archive_oldest_seconds")).isPositive();
        LocalCluster.await("REST says why", PATIENCE, () -> {
            Mapping archive = node.rest().get("/backups").json().mapping("archive");
            return archive.text("failing").isPresent()
                    && has(archive.text("error").orElse(""), words);
        });
        Ended status = tool("backup", "status", "-f", "tsv");
        assertThat(status.code()).isEqualTo(1);
        assertThat(status.output()).contains(words);
        writesGoOn(before);
    }

    private static boolean has(String text, String... words) {
        return Arrays.stream(words).allMatch(text::contains);
    }

    private static void writesGoOn(long before) {
        LocalCluster.await("rows are written", PATIENCE, () -> writer.acknowledgedRows() > before + 50);
        long now = writer.acknowledgedRows();
        LocalCluster.await("and go on being so", PATIENCE, () -> writer.acknowledgedRows() > now + 10);
    }

    private static void everythingIsArchived() {
        String segment = node.node().query("SELECT pg_walfile_name(pg_switch_wal())");
        LocalCluster.await(
                segment + " is archived",
                PATIENCE,
                () -> node.node()
                        .query("SELECT last_archived_wal >= '" + segment + "' FROM pg_stat_archiver")
                        .equals("t"));
        LocalCluster.await("nothing fails any more", PATIENCE, () -> number("matriarch_archive_failing") == 0);
    }

    private static double number(String metric) {
        return node.rest()
                .get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElse(-1);
    }

    private static Ended fetch(String segment, Path destination, String... options) {
        List<String> words = new ArrayList<>(
                List.of("wal", "fetch", "--config", node.node().configuration().toString()));
        words.addAll(List.of(options));
        String identifier = node.node().query("SELECT system_identifier FROM pg_control_system()");
        words.addAll(List.of("--system-identifier", identifier, segment, destination.toString()));
        return ServerProcess.run(HOME, PATIENCE, ETCD.program().tool(words.toArray(String[]::new)));
    }

    private static Path object(Path folder, String segment) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(segment + "\\.zst"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void flip(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
    }

    private static String wal(String verb, String... arguments) {
        List<String> words = new ArrayList<>(List.of("wal", verb));
        words.addAll(List.of(arguments));
        return String.join(" ", ETCD.program().tool(words.toArray(String[]::new)));
    }

    private static Ended tool(String... arguments) {
        List<String> words = new ArrayList<>(ETCD.program().tool(arguments));
        words.addAll(List.of("-c", node.node().configuration().toString()));
        return ServerProcess.run(HOME, PATIENCE, words);
    }

    private static List<String> pgbenchCommand(String... options) {
        List<String> words = new ArrayList<>(List.of(
                Templates.POSTGRES_BIN.resolve("pgbench").toString(),
                "-h",
                HOME.toString(),
                "-p",
                Integer.toString(node.node().databasePort()),
                "-U",
                "postgres"));
        words.addAll(List.of(options));
        words.add("postgres");
        return words;
    }

    private static void pgbench(String... options) {
        Ended ended = ServerProcess.run(HOME, PATIENCE, pgbenchCommand(options));
        assertThat(ended.code()).as(ended.output()).isZero();
    }

    private static void postgres(String name, String... arguments) {
        List<String> words =
                new ArrayList<>(List.of(Templates.POSTGRES_BIN.resolve(name).toString()));
        words.addAll(List.of(arguments));
        Ended ended = ServerProcess.run(HOME, PATIENCE, words);
        assertThat(ended.code()).as(ended.output()).isZero();
    }
}
