package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What people get wrong before and at the start: each ends with exit code 1 where Patroni's does, or waits and says once for what, shows neither a stack trace nor a
 * password, and leaves all data as it was.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BadInputIT {
    /** Never valid, and looked for in all output. */
    private static final String SECRET = "geheim9";

    private static final AtomicInteger MISTAKES = new AtomicInteger();

    private static SharedEtcd etcd;
    private static Loner stopped;
    private static Loner withoutEtcd;
    private static long withoutEtcdSince;
    private final List<Loner> loners = new ArrayList<>();

    @BeforeAll
    static void start() {
        etcd = new SharedEtcd();
        withoutEtcd = new Loner(etcd, "nowhere", "node")
                .rewritten(text -> text.replaceAll("hosts: .*", "hosts: 127.0.0.1:1"))
                .start();
        withoutEtcdSince = System.nanoTime();
        stopped = new Loner(etcd, "stopped", "node").startAsPrimary();
        Node.query(stopped.node().databasePort(), "create table kept as select 1 as one");
        stopped.stop();
    }

    @AfterAll
    static void stop() {
        withoutEtcd.close();
        stopped.close();
        etcd.close();
    }

    @AfterEach
    void noStackTraceAndNoPassword() {
        loners.forEach(Loner::close);
        for (Loner loner : loners) {
            assertClean(loner.log());
        }
    }

    private static void assertClean(String output) {
        assertThat(output.lines()).noneMatch(line -> line.startsWith("\tat "));
        assertThat(output).doesNotContain(SECRET, Templates.PASSWORD, "as a BUG");
    }

    private Loner loner(String scope) {
        return loner(scope, "node");
    }

    private Loner loner(String scope, String name) {
        Loner loner = new Loner(etcd, scope, name);
        loners.add(loner);
        return loner;
    }

    /** The stopped node once more, with a mistake in its configuration. */
    private Loner stoppedWith(String pattern, String replacement) {
        Loner again = loner("stopped", "again" + MISTAKES.incrementAndGet())
                .rewritten(text -> text.replaceAll("data_dir: .*", "data_dir: " + stopped.data()))
                .rewritten(text -> text.replaceAll(pattern, replacement));
        assertThat(again.configuration()).contains(replacement.replace("$1", ""));
        return again;
    }

    /** What a server that couldn't start must not have touched. */
    private static Map<String, String> stoppedData() {
        Map<String, String> files = Loner.listing(stopped.data());
        files.keySet().removeIf(file -> !file.matches(".*/data/(base|global|pg_wal|pg_xact|pg_multixact)/.*"));
        assertThat(files).hasSizeGreaterThan(900);
        return files;
    }

    // the command line

    @Test
    @DisabledIfSystemProperty(named = "matriarch.agent", matches = "jvm", disabledReason = "the guard checks it")
    void aMissingFile() {
        ServerProcess.Ended ended = daemon(List.of(etcd.home() + "/nosuch.yml"));
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).contains("nosuch.yml doesn't exist").contains("check the path");
    }

    @Test
    @DisabledIfSystemProperty(named = "matriarch.agent", matches = "jvm", disabledReason = "the guard checks them")
    void unknownArguments() {
        Path file = stopped.node().configuration();
        assertThat(daemon(List.of("--nosuch")).code()).isEqualTo(2);
        assertThat(daemon(List.of("--nosuch")).output()).contains("Usage: ", "unrecognized arguments: --nosuch");
        assertThat(daemon(List.of(file.toString(), "extra")).output()).contains("unrecognized arguments: extra");
    }

    @Test
    void asRoot() throws Exception {
        List<String> command = new ArrayList<>(etcd.daemon());
        command.add(stopped.node().configuration().toString());
        Map<String, String> before = Loner.listing(stopped.data());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("can't run as root", "runuser -u postgres");
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Loner.listing(stopped.data())).isEqualTo(before);
    }

    private static ServerProcess.Ended daemon(List<String> arguments) {
        List<String> command = new ArrayList<>(etcd.daemon());
        command.addAll(arguments);
        ServerProcess.Ended ended = ServerProcess.run(etcd.home(), 20, command);
        assertClean(ended.output());
        return ended;
    }

    // the configuration

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "scope: [a | line 1, column",
                "just words | the configuration must be a mapping",
                "'' | the configuration is empty",
                "- a | the configuration must be a mapping",
                "scope: *geheim9 | a text that begins with * needs quotes",
                "postgresql: {authentication: {superuser: geheim9}} | authentication.superuser: a mapping is expected here, not a single value",
                "postgresql: {authentication: geheim9} | authentication: a mapping is expected here, not a single value",
                "etcd3: {hosts: 'me:geheim9@example.org:x'} | etcd3.hosts: '...@example.org:x' isn't host:port",
                "scope: &geheim9 !!int x | the value doesn't fit its type",
            })
    void aBrokenFile(String text, String message) {
        Loner loner = loner("broken").rewritten(_ -> text).start();
        assertThat(loner.exitCode()).isEqualTo(1);
        assertThat(loner.log()).contains("matriarch: " + loner.node().configuration() + ": ", message);
    }

    @Test
    void aFileThatIsNoText() throws IOException {
        Loner loner = loner("bytes");
        Files.write(loner.node().configuration(), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThat(loner.start().exitCode()).isEqualTo(1);
        assertThat(loner.log()).contains("the file isn't UTF-8 text");
    }

    @Test
    void aFileThatMayNotBeRead() throws IOException {
        Loner loner = loner("unreadable");
        Files.setPosixFilePermissions(loner.node().configuration(), PosixFilePermissions.fromString("---------"));
        assertThat(loner.start().exitCode()).isEqualTo(1);
        assertThat(loner.log()).contains(loner.node().configuration() + ": can't be read: permission denied for user ");
    }

    @Test
    void allWrongTypesAreNamedAtOnce() {
        Loner loner = loner("types")
                .with("name: node", "name: [a]")
                .rewritten(text -> text.replaceAll("(?m)^  listen: .*", "  listen: 127.0.0.1:99999"))
                .rewritten(text -> text.replaceAll("pgpass: .*", "use_pg_rewind: perhaps"))
                .rewritten(text -> text + "log: {level: chatty}\n")
                .start();
        assertThat(loner.exitCode()).isEqualTo(1);
        assertThat(loner.log())
                .contains(
                        ".yml: name: one value is expected here",
                        ".yml: restapi.listen: '127.0.0.1:99999'",
                        ".yml: postgresql.listen: '127.0.0.1:99999' isn't host[,host...]:port with a port from 1 to 65535",
                        ".yml: postgresql.use_pg_rewind: 'perhaps' isn't a boolean; allowed are on, off",
                        ".yml: log.level: 'chatty' isn't one of ");
    }

    /** It goes on, as Patroni does, and says which of the two counts. */
    @Test
    void aKeyThatIsThereTwice() {
        Loner loner =
                loner("twice").with("    ttl: 20", "    ttl: 20\n    ttl: lots").start();
        assertThat(loner.exitCode()).isEqualTo(1);
        assertThat(loner.log()).contains("bootstrap.dcs: ttl: 'lots' isn't");
        Loner good =
                loner("twice").with("    ttl: 20", "    ttl: lots\n    ttl: 20").start();
        good.awaitLog("the leader with the lock");
        assertThat(good.log())
                .containsPattern(
                        "matriarch: warning: .*\\.yml: line \\d+: the key ttl is here a second time and replaces"
                                + " that of line \\d+; remove one of them");
    }

    @Test
    void wrongVariables() {
        Loner loner = loner("variables")
                .start(Map.of(
                        "PATRONI_LOG_LEVEL",
                        "CHATTY",
                        "PATRONI_POSTGRESQL_LISTEN",
                        "x:99999",
                        "PATRONI_ETCD3_PROTOCOL",
                        "ftp",
                        "PATRONI_ETCD3_PASSWORD",
                        SECRET));
        assertThat(loner.exitCode()).isEqualTo(1);
        assertThat(loner.log())
                .contains(
                        "PATRONI_LOG_LEVEL: log.level: 'CHATTY' isn't one of ",
                        "PATRONI_POSTGRESQL_LISTEN: postgresql.listen: 'x:99999' isn't host",
                        "PATRONI_ETCD3_PROTOCOL: etcd3.protocol: 'ftp' isn't one of http, https",
                        "etcd3.username: is missing; username and password are needed together");
    }

    @Test
    void aVariableThatIsNoList() {
        Loner loner = loner("list").start(Map.of("PATRONI_RESTAPI_ALLOWLIST", "[a"));
        assertThat(loner.exitCode()).isEqualTo(1);
        assertThat(loner.log())
                .contains("PATRONI_RESTAPI_ALLOWLIST: restapi.allowlist: '[a' isn't a list such as a,b or [a, b]");
    }

    @Test
    void aWholeConfigurationInAVariable() {
        ServerProcess.Ended ended = ServerProcess.run(
                etcd.home(), 20, with(List.of("env", "PATRONI_CONFIGURATION={" + SECRET), etcd.daemon()));
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).contains("matriarch: PATRONI_CONFIGURATION: line 1, column ");
        assertClean(ended.output());
    }

    private static List<String> with(List<String> first, List<String> then) {
        List<String> all = new ArrayList<>(first);
        all.addAll(then);
        return all;
    }

    @Test
    void wrongTimingForANewClusterIsRefused() {
        Loner loner = loner("timing").with("    ttl: 20", "    ttl: lots").start();
        assertThat(loner.exitCode()).isEqualTo(1);
        assertThat(loner.log()).contains("bootstrap.dcs: ttl: 'lots' isn't a number from 1 to ");
    }

    // ports, etcd, names

    @Test
    void aRestPortInUse() throws IOException {
        Loner loner = loner("port");
        try (ServerSocket taken = listen(loner.rest().port())) {
            assertThat(loner.start().exitCode()).isEqualTo(1);
            assertThat(loner.log())
                    .contains("restapi.listen: 127.0.0.1:" + taken.getLocalPort() + " can't be listened on");
        }
        assertThat(loner.data()).doesNotExist();
        assertThat(etcd.all("port")).isEmpty();
    }

    @Test
    void aCertificateThatIsNotThere() {
        Loner loner = loner("certificate")
                .with("restapi:\n", "restapi:\n  certfile: /nosuch.crt\n")
                .start();
        assertThat(loner.exitCode()).isEqualTo(1);
        assertThat(loner.log()).contains("restapi.certfile", "/nosuch.crt");
        assertThat(loner.data()).doesNotExist();
    }

    @Test
    @HardCase({107, 108})
    void clientsThatHangUpAfterTheStatusLineAndNewCertificatesLeaveRestAsItIs(@TempDir Path made) throws Exception {
        Loner loner = loner("tls");
        TlsClient client = new TlsClient(loner.rest().port());
        Path certificate = Files.createDirectories(loner.data().getParent()).resolve("rest.pem");
        Path key = certificate.resolveSibling("rest.key");
        install(made.resolve("first"), certificate, key);
        loner.with("restapi:\n", "restapi:\n  certfile: %s\n  keyfile: %s\n".formatted(certificate, key))
                .start();
        loner.awaitLog("the leader with the lock");
        for (int i = 0; i < 20; i++) {
            assertThat(client.statusLine("OPTIONS /primary HTTP/1.0")).endsWith(" 200 OK");
        }
        Certificate first = client.certificate();
        LocalCluster.write(certificate, "no certificate");
        ServerProcess.signal("HUP", loner.process().pid());
        loner.awaitLog("restapi: certfile, keyfile or cafile can't be read");
        assertThat(client.certificate()).isEqualTo(first);
        install(made.resolve("second"), certificate, key);
        ServerProcess.signal("HUP", loner.process().pid());
        loner.awaitLog("the certificate was read again");
        Thread.sleep(
                1000); // Vert.x cuts a connection that comes while it exchanges the certificate, and logs an exception
        LocalCluster.await("the new certificate", 20, () -> showsAnother(client, first));
        assertThat(client.statusLine("GET /primary HTTP/1.1\r\nHost: x")).endsWith(" 200 OK");
    }

    /** A handshake that is on its way while the certificate is exchanged is cut. */
    private static boolean showsAnother(TlsClient client, Certificate first) {
        try {
            return !client.certificate().equals(first);
        } catch (UncheckedIOException cut) {
            return false;
        }
    }

    @Test
    void whoIsStoppedInTheMiddleOfItsBootstrapCanBeginAgain() {
        Loner loner = loner("interrupted").start();
        loner.awaitLog("bootstrap in progress");
        ServerProcess.signal("TERM", loner.process().pid());
        assertThat(loner.exitCode()).isZero();
        assertThat(etcd.all("interrupted")).doesNotContain("/initialize");
        loner.start();
        loner.awaitLog("the leader with the lock");
    }

    private static void install(Path folder, Path certificate, Path key) throws Exception {
        Certificates.Files made = Certificates.in(Files.createDirectory(folder)).server();
        LocalCluster.write(key, Files.readString(made.key()));
        LocalCluster.write(certificate, Files.readString(made.certificate()));
    }

    private static ServerSocket listen(int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    }

    @Test
    void noEtcd() throws InterruptedException {
        long left = Duration.ofSeconds(11).toNanos() - (System.nanoTime() - withoutEtcdSince);
        if (left > 0) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
        assertThat(withoutEtcd.process().isRunning()).isTrue();
        assertThat(withoutEtcd.count("waiting on etcd at [127.0.0.1:1]: ")).isOne();
        withoutEtcd.stop();
        assertThat(withoutEtcd.process().exitCode()).isZero();
        assertThat(withoutEtcd.data()).doesNotExist();
        assertClean(withoutEtcd.log());
    }

    @Test
    void wrongPasswordForEtcd() {
        try (SharedEtcd guarded = new SharedEtcd();
                Loner wrong = new Loner(guarded, "locked", "wrong");
                Loner none = new Loner(guarded, "locked", "none")) {
            guarded.ctl("user", "add", "root:right");
            guarded.ctl("user", "grant-role", "root", "root");
            guarded.ctl("auth", "enable");
            wrong.with("etcd3:\n", "etcd3:\n  username: root\n  password: " + SECRET + "\n")
                    .start();
            assertThat(wrong.exitCode()).isEqualTo(1);
            assertThat(wrong.log()).contains("etcd refuses access", "check etcd3.username and etcd3.password");
            assertThat(none.start().exitCode()).isEqualTo(1);
            assertThat(none.log()).contains("etcd refuses access", "check etcd3.username and etcd3.password");
            assertClean(wrong.log() + none.log());
            assertThat(wrong.data()).doesNotExist();
        }
    }

    // data directories and PostgreSQL

    @Test
    void theDataOfAnotherCluster() {
        Map<String, String> before = Loner.listing(stopped.data());
        etcd.put("other", "initialize", "7711371126323781949");
        etcd.put("other", "config", "{\"ttl\":30,\"loop_wait\":7}");
        Loner loner = loner("other").rewritten(text -> text.replaceAll("data_dir: .*", "data_dir: " + stopped.data()));
        assertThat(loner.start().exitCode()).isEqualTo(1);
        assertThat(loner.log())
                .contains(
                        "CRITICAL: system ID mismatch, node node belongs to a different cluster: 7711371126323781949 != ");
        assertThat(Loner.listing(stopped.data())).isEqualTo(before);
        assertThat(etcd.get("other", "initialize")).isEqualTo("7711371126323781949");
        assertThat(etcd.all("other")).doesNotContain("members/");
    }

    @Test
    void aDirectoryWithOtherFiles() throws IOException {
        Loner loner = loner("files");
        Files.createDirectory(loner.data());
        LocalCluster.own(loner.data());
        LocalCluster.write(loner.data().resolve("diary.txt"), "dear diary");
        assertLeavesAlone(loner, "data directory is not accessible: " + loner.data() + " holds files but no cluster");
    }

    @Test
    void aDirectoryThatIsAFile() {
        Loner loner = loner("file");
        LocalCluster.write(loner.data(), "not a directory");
        assertLeavesAlone(loner, "data directory is not accessible: " + loner.data() + " is not a directory");
    }

    @Test
    void aDirectoryThatMayNotBeRead() throws IOException {
        Loner loner = loner("closed");
        Files.createDirectory(loner.data());
        LocalCluster.own(loner.data());
        Files.setPosixFilePermissions(loner.data(), PosixFilePermissions.fromString("---------"));
        try {
            assertLeavesAlone(loner, "data directory is not accessible: permission denied for " + loner.data());
        } finally {
            Files.setPosixFilePermissions(loner.data(), PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** The directory itself can't even be seen then, which must not look like an empty one. */
    @Test
    void aFolderAboveThatMayNotBeSearched() throws IOException {
        Loner loner = loner("hidden").rewritten(text -> text.replaceAll("(data_dir: .*)", "$1/deeper"));
        Files.createDirectory(loner.data());
        LocalCluster.own(loner.data());
        Files.setPosixFilePermissions(loner.data(), PosixFilePermissions.fromString("---------"));
        try {
            assertLeavesAlone(loner, "data directory is not accessible: permission denied for " + loner.data());
        } finally {
            Files.setPosixFilePermissions(loner.data(), PosixFilePermissions.fromString("rwx------"));
        }
    }

    private static void assertLeavesAlone(Loner loner, String line) {
        loner.start().awaitLog(line);
        pauseSeconds(3);
        assertThat(loner.count(line)).isOne();
        assertThat(loner.process().isRunning()).isTrue();
        if (Files.isReadable(loner.data()) && !Files.isDirectory(loner.data())) {
            assertThat(loner.data()).hasContent("not a directory");
        } else if (Files.exists(loner.data().resolve("diary.txt"))) {
            assertThat(Loner.listing(loner.data()).keySet())
                    .containsExactly(
                            loner.data().toString(),
                            loner.data().resolve("diary.txt").toString());
        }
        loner.stop();
        assertThat(loner.process().exitCode()).isZero();
        assertThat(etcd.all(scope(loner))).doesNotContain("/initialize");
    }

    private static String scope(Loner loner) {
        return loner.node().name().replaceAll("-.*", "");
    }

    private static void pauseSeconds(int seconds) {
        try {
            TimeUnit.SECONDS.sleep(seconds);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Test
    void permissionsThatPostgresRefuses() throws IOException {
        Map<String, String> before = stoppedData();
        Files.setPosixFilePermissions(stopped.data(), PosixFilePermissions.fromString("rwxr-xr-x"));
        try {
            Loner loner = stoppedWith("shared_buffers: .*", "shared_buffers: 16MB");
            assertTriesQuietly(loner, "has invalid permissions");
        } finally {
            Files.setPosixFilePermissions(stopped.data(), PosixFilePermissions.fromString("rwx------"));
        }
        assertThat(stoppedData()).isEqualTo(before);
    }

    @Test
    void aDatabasePortInUse() throws IOException {
        Map<String, String> before = stoppedData();
        Loner loner = stoppedWith("shared_buffers: .*", "shared_buffers: 16MB");
        try (ServerSocket taken = listen(loner.node().databasePort())) {
            assertTriesQuietly(loner, "already running on port " + taken.getLocalPort());
        }
        assertThat(stoppedData()).isEqualTo(before);
    }

    /** PostgreSQL itself says why; each further try is its affair, but the agent has said all that it knows. */
    private static void assertTriesQuietly(Loner loner, String postgresSays) {
        loner.start().awaitLog("failed to start postgres: ");
        pauseSeconds(8);
        assertThat(loner.count(postgresSays)).isBetween(1L, 30L);
        assertThat(loner.count("starting as a secondary failed: PostgreSQL ended while it started"))
                .isOne();
        assertThat(loner.count(": failed to start postgres: ")).isLessThanOrEqualTo(1);
        assertThat(loner.process().isRunning()).isTrue();
        loner.stop();
        assertThat(loner.process().exitCode()).isZero();
    }

    @Test
    void aWrongFolderOfProgramsForDataThatAreThere() {
        Map<String, String> before = Loner.listing(stopped.data());
        Loner loner = stoppedWith("bin_dir: .*", "bin_dir: /nosuch").start();
        assertThat(loner.exitCode()).isEqualTo(1);
        assertThat(loner.log())
                .contains("matriarch: postgresql.bin_dir: /nosuch/postgres is not there", "set it to the folder");
        assertThat(Loner.listing(stopped.data())).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"nosuch, bin_dir: /nosuch", "folder, bin_dir: /etc", "unset, bin_name: {postgres: nosuch}"})
    void aWrongFolderOfProgramsForANewCluster(String scope, String setting) {
        Loner loner = loner(scope)
                .rewritten(text -> text.replaceAll("bin_dir: .*", setting))
                .start();
        assertThat(loner.exitCode()).isEqualTo(1);
        assertThat(loner.log())
                .contains("matriarch: postgresql.bin_dir: ", "set it to the folder of PostgreSQL's programs");
        assertThat(loner.data()).doesNotExist();
        assertThat(loner.data().resolveSibling("data.failed")).doesNotExist();
        assertThat(etcd.all(scope)).isEmpty();
    }

    /** initdb is what is missing here, which is found out in the middle of the bootstrap. */
    @Test
    void aFolderOfProgramsThatLacksSome(@TempDir Path programs) throws IOException {
        Files.setPosixFilePermissions(programs, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(programs.resolve("postgres"), Templates.POSTGRES_BIN.resolve("postgres"));
        Loner loner = loner("programs")
                .rewritten(text -> text.replaceAll("bin_dir: .*", "bin_dir: " + programs))
                .start();
        assertThat(loner.exitCode()).isEqualTo(1);
        assertThat(loner.log()).contains(programs + "/initdb", "postgresql.bin_dir");
        assertThat(loner.data()).isEmptyDirectory();
        assertThat(loner.data().resolveSibling("data.failed")).doesNotExist();
        assertThat(etcd.all("programs")).doesNotContain("/initialize");
    }

    @Test
    void aWrongPasswordOfTheSuperuser() {
        Loner loner = stoppedWith("password: .*", "password: " + SECRET).start();
        String line = "PostgreSQL refuses this agent's connection: FATAL: password authentication failed";
        loner.awaitLog(line);
        assertThat(loner.log()).contains("check postgresql.authentication.superuser and pg_hba");
        pauseSeconds(7);
        assertThat(loner.count(line)).isOne();
        assertThat(loner.count("password authentication failed for user")).isLessThan(6);
        assertThat(loner.process().isRunning()).isTrue();
        loner.stop();
        assertThat(loner.process().exitCode()).isZero();
    }

    // a cluster that runs

    /** One primary, and what is done to it and beside it. In one test, as its start is what takes the time. */
    @HardCase({12, 38})
    @Test
    void aRunningClusterIsNotDisturbed() {
        int door = etcd.ports().next();
        Loner late = loner("live", "late")
                .with("name: late", "name: a")
                .with("127.0.0.1:" + etcd.port(), "127.0.0.1:" + door)
                .start();
        Loner primary = loner("live", "a").startAsPrimary();
        long postmaster = primary.node().postmaster().orElseThrow();
        Node.query(primary.node().databasePort(), "create table rows(n int)");

        secondNodeOfThatName(late, door);
        wrongPasswordOfReplication();
        passwordFileInNoFolder();
        wrongRequests(primary);
        headAndOptionsSayWhatGetSays(primary);
        junkInTheDcs(primary);

        assertThat(primary.node().postmaster()).as(primary.log()).hasValue(postmaster);
        assertThat(primary.node().query("select count(*) from rows")).isEqualTo("0");
        assertThat(primary.log()).doesNotContain("demot", "secondary");
        primary.stop();
        assertThat(primary.process().exitCode()).isZero();
    }

    /** One that sees it at once, and one that couldn't ask etcd for its name when it started. */
    private void secondNodeOfThatName(Loner late, int door) {
        Loner second = loner("live", "b").with("name: b", "name: a").start();
        late.awaitLog("waiting on etcd at ");
        try (TcpProxy _ = new TcpProxy(door, etcd.port())) {
            for (Loner refused : List.of(second, late)) {
                assertThat(refused.exitCode()).isEqualTo(1);
                assertThat(refused.log()).contains("CRITICAL: Can't start; there is already a node named 'a' running");
                assertThat(refused.data()).doesNotExist();
            }
        }
    }

    private void wrongPasswordOfReplication() {
        Loner replica = loner("live", "c")
                .rewritten(text -> text.replaceAll("(username: replicator\n.*password: ).*", "$1" + SECRET))
                .start();
        replica.awaitLog("password authentication failed for user \"replicator\"");
        pauseSeconds(8);
        assertThat(replica.log().lines().filter(line -> line.contains("ERROR: ")))
                .singleElement()
                .asString()
                .contains("password authentication failed for user \"replicator\"");
        replica.stop();
        assertThat(replica.process().exitCode()).isZero();
        assertThat(replica.data().resolve("PG_VERSION")).doesNotExist();
    }

    private void passwordFileInNoFolder() {
        Loner replica = loner("live", "d")
                .rewritten(text -> text.replaceAll("pgpass: .*", "pgpass: /nosuch/pgpass"))
                .start();
        replica.awaitLog("the folder of postgresql.pgpass doesn't exist");
        replica.stop();
        assertThat(replica.log()).doesNotContain("Exception");
        assertThat(replica.data().resolve("PG_VERSION")).doesNotExist();
    }

    private static void wrongRequests(Loner primary) {
        String before = etcd.get("live", "config");
        for (String body : List.of("{broken", "[1]", "7", "\"x\"", "{}", "")) {
            assertThat(primary.rest().patch("/config", body).status())
                    .as("PATCH /config %s", body)
                    .isEqualTo(400);
            assertThat(primary.rest().post("/switchover", body).status())
                    .as("POST /switchover %s", body)
                    .isEqualTo(400);
            assertThat(primary.rest().post("/failover", body).status())
                    .as("POST /failover %s", body)
                    .isEqualTo(400);
        }
        for (String path : List.of("/restart", "/reinitialize")) {
            assertThat(primary.rest().post(path, "{broken").status()).as(path).isEqualTo(400);
        }
        assertThat(primary.rest().patch("/config", "{broken").body()).contains("must be a JSON object");
        assertThat(primary.rest().post("/switchover", "{}").body())
                .isEqualTo("a JSON object with at least one field is needed");
        assertThat(primary.rest()
                        .patch("/config", "{\"postgresql\":{\"parameters\":{\"max_connections\":\"abc\"}}}")
                        .body())
                .contains("nothing was changed: postgresql.parameters.max_connections: 'abc': allowed are");
        assertThat(primary.rest()
                        .patch("/config", "{\"postgresql\":{\"parameters\":{\"log_statement\":\"abc\"}}}")
                        .body())
                .contains(
                        "nothing was changed: postgresql.parameters.log_statement: invalid value",
                        "none, ddl, mod, all");
        assertThat(primary.rest()
                        .patch("/config", "{\"postgresql\":{\"pg_hba\":[\"local all all\"]}}")
                        .body())
                .contains("nothing was changed: postgresql.pg_hba: 'local all all': it ends too early");
        for (String slot : List.of("{\"a-b\":{}}", "{\"x\":\"junk\"}", "{\"x\":{\"type\":\"logical\"}}")) {
            Rest.Answer refused = primary.rest().patch("/config", "{\"slots\":" + slot + "}");
            assertThat(refused.status()).as(slot).isEqualTo(400);
            assertThat(refused.body()).contains("nothing was changed: the permanent slot '", "database and plugin");
        }
        assertThat(primary.rest().patch("/config", "{\"ignore_slots\":[7]}").body())
                .isEqualTo(
                        "nothing was changed: an entry of ignore_slots is no mapping of name, type, database and plugin");
        Rest.Answer ttl = primary.rest().patch("/config", "{\"ttl\":\"lots\",\"loop_wait\":5}");
        assertThat(ttl.status()).isEqualTo(400);
        assertThat(ttl.body()).contains("nothing was changed", "ttl: 'lots' isn't a number from 1 to ");
        assertThat(primary.rest()
                        .patch("/config", "{\"postgresql\":{\"parameters\":[1]}}")
                        .body())
                .contains("postgresql.parameters: a list isn't a mapping");
        assertThat(primary.rest().post("/restart", "{\"timeout\":\"x\"}").body())
                .contains("Timeout should be a positive number of seconds");
        assertThat(primary.rest().post("/restart", "{\"role\":\"king\"}").status())
                .isEqualTo(400);
        assertThat(primary.rest().post("/switchover", "{\"candidate\":\"b\"}").status())
                .isEqualTo(400);
        assertThat(etcd.get("live", "config")).isEqualTo(before);
        assertThat(etcd.all("live")).doesNotContain("/failover");

        assertThat(primary.rest().patch("/config", "{\"ttl\":5}").status()).isEqualTo(200);
        primary.awaitLog("WARNING: Timing in the configuration in the DCS: ttl=5 can't be used, 20 counts");
        assertThat(primary.rest().patch("/config", "{\"ttl\":20}").status()).isEqualTo(200);
    }

    /** Health checkers ask so, and not for the health checks only. */
    private static void headAndOptionsSayWhatGetSays(Loner primary) {
        for (String path : List.of(
                "/",
                "/primary",
                "/health",
                "/liveness",
                "/readiness",
                "/patroni",
                "/cluster",
                "/config",
                "/history",
                "/metrics")) {
            assertThat(primary.rest().get(path).status()).as("GET %s", path).isEqualTo(200);
            for (String method : List.of("HEAD", "OPTIONS")) {
                assertThat(primary.rest().send(method, path, "", Duration.ofSeconds(3)))
                        .as("%s %s", method, path)
                        .isEqualTo(new Rest.Answer(200, ""));
            }
        }
        for (String method : List.of("GET", "HEAD", "OPTIONS")) {
            for (String path : List.of("/replica", "/readiness/no", "/primary?tag_x=y")) {
                int expected = path.startsWith("/primary") ? 200 : 503;
                assertThat(primary.rest()
                                .send(method, path, "", Duration.ofSeconds(3))
                                .status())
                        .as("%s %s", method, path)
                        .isEqualTo(expected);
            }
        }
    }

    private static void junkInTheDcs(Loner primary) {
        etcd.put("live", "config", "{\"ttl\":\"lots\",\"pause\":true}");
        primary.awaitLog(
                "ERROR: The configuration in the DCS is rejected as a whole, the one before stays in effect: ttl: 'lots'");
        for (String key : List.of(
                "config", "leader", "members/x", "history", "status", "sync", "failsafe", "initialize", "failover")) {
            etcd.put("live", key, "{junk");
            primary.awaitLog("WARNING: The key " + key + " in the DCS holds no value that makes sense, it is ignored");
            LocalCluster.await(
                    "the primary stays after junk in " + key,
                    5,
                    () -> primary.rest().says200("/primary"));
        }
        LocalCluster.await(
                "the leader is back", 5, () -> etcd.get("live", "leader").equals("a"));
        LocalCluster.await(
                "what the leader knows is written again",
                5,
                () -> etcd.get("live", "initialize").matches("[0-9]{10,}")
                        && etcd.get("live", "config").contains("\"loop_wait\""));
        assertThat(primary.rest().get("/cluster").status()).isEqualTo(200);
        assertThat(primary.rest().get("/metrics").status()).isEqualTo(200);
        assertThat(primary.count("The key members/x in the DCS")).isOne();
        etcd.ctl("del", "/service/live/members/x");
    }

    @Test
    void aCacheThatIsNoJson() throws IOException {
        Path cache = stopped.data().resolve("patroni.dynamic.json");
        Files.writeString(cache, "{junk");
        Loner loner = stoppedWith("shared_buffers: .*", "shared_buffers: 16MB").start();
        loner.awaitLog("WARNING: " + cache + " is no JSON and is ignored");
        LocalCluster.await("it starts all the same", 20, () -> loner.rest().says200("/primary"));
        assertThat(loner.node().query("select one from kept")).isEqualTo("1");
        LocalCluster.await("the cache is written anew", 5, () -> isWhole(cache));
    }

    private static boolean isWhole(Path cache) {
        try {
            return Files.readString(cache).contains("\"ttl\":20");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
