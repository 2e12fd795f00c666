package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.Logged;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.ServerStatus.PendingChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a real server gets its configuration: from the dynamic one, at a start, at a reload, and after others have meddled with it. */
@Timeout(120)
final class ServerConfigurationTest {
    @TempDir
    private Path folder;

    private RealPostgres a;
    private RealPostgres b;

    @BeforeEach
    void prepare() {
        a = new RealPostgres(folder, "a");
        b = new RealPostgres(folder, "b");
    }

    @AfterEach
    void stop() {
        b.close();
        a.close();
    }

    private static String setting(RealPostgres server, String name) {
        try {
            return server.ask("SELECT current_setting('" + name + "')");
        } catch (java.sql.SQLException e) {
            return "not answered: " + e.getMessage();
        }
    }

    private static void awaitSetting(RealPostgres server, String name, String value) {
        server.await(name + " = " + value, () -> setting(server, name).equals(value));
    }

    private static void awaitPending(RealPostgres server, Map<String, PendingChange> pending) {
        server.await(
                "pending restart " + pending,
                () -> server.look().pendingRestart().equals(pending));
    }

    private static Operation restart() {
        return new Operation.Restart(Optional.empty());
    }

    @Test
    @HardCase({63, 65, 67, 85})
    void parametersInAnyFormAreAppliedByReloadOrWaitForARestart() {
        a.succeeds(new Operation.Bootstrap());
        a.reload(
                "{postgresql: {parameters: {max_connections: '140', WORK_MEM: 5MB, my.own: x, nonsense_here: 1, log_statement: foo, "
                        + "maintenance_work_mem: 1kB, timezone: UTC, max_wal_senders: 1}}}");
        awaitSetting(a, "work_mem", "5MB");
        awaitSetting(a, "my.own", "x");
        awaitSetting(a, "maintenance_work_mem", "1MB"); // the least that PostgreSQL takes
        assertThat(setting(a, "log_statement")).isEqualTo("none");
        assertThat(setting(a, "max_wal_senders")).isEqualTo("10");
        awaitPending(a, Map.of("max_connections", new PendingChange("100", "140")));
        a.succeeds(restart());
        assertThat(setting(a, "max_connections")).isEqualTo("140");
        awaitPending(a, Map.of());
        a.reload("{postgresql: {parameters: {max_connections: 100, shared_buffers: 64MB}}}");
        awaitPending(a, Map.of("max_connections", new PendingChange("140", "100")));
        a.reload("{postgresql: {parameters: {max_connections: 140}}}");
        awaitPending(a, Map.of());
        assertThat(a.data().resolve("postgresql.conf")).content().contains("max_connections = '140'");
    }

    /** ALTER SYSTEM can't change what must be the same everywhere; what others change is told (reference 2.13 and 2.14, step 5). */
    @Test
    @HardCase(65)
    void alterSystemWaitsForARestartOnlyWhereItMay() throws Exception {
        a.succeeds(new Operation.Bootstrap());
        a.execute("ALTER SYSTEM SET max_connections = 77");
        a.execute("ALTER SYSTEM SET hot_standby = off");
        a.execute("ALTER SYSTEM SET wal_log_hints = off");
        a.execute("ALTER SYSTEM SET max_files_per_process = 900");
        a.reload("{loop_wait: 5}");
        a.reload("{loop_wait: 5}"); // the same: a person asks, so the server reloads
        awaitPending(a, Map.of("max_files_per_process", new PendingChange("1000", "900")));
        a.succeeds(restart());
        assertThat(setting(a, "max_connections")).isEqualTo("100");
        assertThat(setting(a, "max_files_per_process")).isEqualTo("900");
    }

    /** First the standbys, then the primary; and the other way round nothing breaks. */
    @Test
    @HardCase(84)
    void aStandbyStartsWithThePrimarysHigherValues() throws Exception {
        primaryAndStandby();
        a.reload("{postgresql: {parameters: {max_connections: 130}}}");
        b.reload("{postgresql: {parameters: {max_connections: 130}}}");
        b.succeeds(restart());
        assertThat(setting(b, "max_connections")).isEqualTo("130");
        a.succeeds(restart());
        a.execute("CREATE TABLE t()");
        b.await(
                "the standby has followed",
                () -> b.look().reading().flatMap(now -> now.replicationState()).isPresent());
        b.reload("{postgresql: {parameters: {max_connections: 110}}}");
        awaitPending(b, Map.of("max_connections", new PendingChange("130", "110")));
        b.await("pg_control of the standby says 130", () -> {
            b.succeeds(restart());
            return setting(b, "max_connections").equals("130");
        });
        awaitPending(b, Map.of("max_connections", new PendingChange("130", "110")));
    }

    /** First the primary, then the standby; before that the standby says what is missing. */
    @Test
    @HardCase(84)
    void aStandbyTakesALowerValueAfterItsPrimaryAndSaysSo() throws Exception {
        primaryAndStandby();
        Map<String, PendingChange> lowered = Map.of("max_connections", new PendingChange("100", "80"));
        try (Logged local = new Logged(LocalPostgres.class);
                Logged starts = new Logged(ServerControl.class)) {
            a.reload("{postgresql: {parameters: {max_connections: 80}}}");
            awaitPending(a, lowered);
            assertThat(local.messages()).noneMatch(line -> line.contains("after the primary"));
            b.reload("{postgresql: {parameters: {max_connections: 80}}}");
            awaitPending(b, lowered);
            assertThat(local.messages())
                    .contains("max_connections can be lowered here only after the primary was restarted with the new"
                            + " value: restart the primary first, and then this standby");
            assertThat(starts.warnings()).isEmpty();
            b.succeeds(restart());
            assertThat(setting(b, "max_connections")).isEqualTo("100");
            awaitPending(b, lowered);
            assertThat(starts.warnings())
                    .containsExactly("max_connections stays at 100 for now, which is what the primary had: for a lower"
                            + " value restart the primary first, and then this standby again");
        }
        a.succeeds(restart());
        b.await("the standby has followed, and has the lower value after a restart", () -> {
            b.succeeds(restart());
            return setting(b, "max_connections").equals("80");
        });
        awaitPending(b, Map.of());
    }

    private void primaryAndStandby() {
        a.succeeds(new Operation.Bootstrap());
        b.succeeds(new Operation.Clone(a.upstream(), true));
        b.follow(a);
    }

    /** Whatever is changed on a standby by others is put right without a restart. */
    @Test
    @HardCase(56)
    void aStandbysRecoveryAndPassfileArePutRight() throws Exception {
        primaryAndStandby();
        String conninfo = setting(b, "primary_conninfo");
        long postmaster = b.postmaster().orElseThrow().pid();
        b.execute("ALTER SYSTEM SET primary_conninfo = 'host=nowhere'");
        b.execute("SELECT pg_reload_conf()");
        b.await("auto.conf is cleaned", () -> {
            b.look();
            return !read(b.data().resolve("postgresql.auto.conf")).contains("primary_conninfo");
        });
        awaitLooking(b, "primary_conninfo", conninfo);
        Files.writeString(b.folder().resolve("pgpass"), "somebody:else:wrote:this:file\n");
        b.await("the password is back", () -> {
            b.look();
            return read(b.folder().resolve("pgpass")).contains("replicator");
        });
        Files.writeString(
                b.data().resolve("postgresql.conf"),
                "restore_command = 'false'\n",
                java.nio.file.StandardOpenOption.APPEND);
        b.execute("SELECT pg_reload_conf()");
        awaitLooking(b, "restore_command", "");
        assertThat(b.postmaster().orElseThrow().pid()).isEqualTo(postmaster);
    }

    private static void awaitLooking(RealPostgres server, String name, String value) {
        server.await(name, () -> {
            server.look();
            return setting(server, name).equals(value);
        });
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void eachRoleHasItsSections() {
        String roles =
                "{postgresql: {parameters: {work_mem: 4MB}, parameters_primary: {work_mem: 6MB, max_connections: 10},"
                        + " parameters_replica: {work_mem: 7MB}, recovery_conf: {archive_cleanup_command: 'true', recovery_target_time: tomorrow},"
                        + " pg_ident: [base a b], pg_ident_replica: [replica a b]}}";
        primaryAndStandby();
        a.reload(roles);
        b.reload(roles);
        awaitSetting(a, "work_mem", "6MB");
        awaitSetting(b, "work_mem", "7MB");
        awaitSetting(b, "archive_cleanup_command", "true");
        assertThat(read(a.data().resolve("pg_ident.conf"))).contains("base a b");
        assertThat(read(b.data().resolve("pg_ident.conf")))
                .contains("replica a b")
                .doesNotContain("base");
        a.stop();
        b.promote();
        awaitSetting(b, "work_mem", "6MB");
        assertThat(read(b.data().resolve("pg_ident.conf"))).contains("base a b");
    }

    @Test
    @HardCase({60, 73})
    void aPersonsReloadWritesTheFilesAgainAsReadableAsTheDirectory() throws Exception {
        a.succeeds(new Operation.Bootstrap());
        Path conf = a.data().resolve("postgresql.conf");
        Files.setPosixFilePermissions(a.data(), PosixFilePermissions.fromString("rwxr-x---"));
        Files.writeString(conf, "port = 1\n");
        a.reload("{}");
        assertThat(conf).content().contains("include 'postgresql.base.conf'").doesNotContain("port = 1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(conf)))
                .isEqualTo("rw-r-----");
    }

    @Test
    @HardCase(57)
    void whatIsReloadedWhileTheServerStartsIsWrittenAndJudgedWhenItAnswers() throws Exception {
        primaryAndStandby();
        b.stop();
        Path open = folder.resolve("open");
        String waits = "recovery_conf: {restore_command: 'until [ -e " + open + " ]; do sleep 0.1; done; false'}";
        b.reload("{postgresql: {" + waits + "}}");
        assertThat(b.carryOut(new Operation.Start(
                        Operation.Start.As.REPLICA,
                        Optional.of(a.upstream()),
                        "starting",
                        Optional.of(Duration.ofSeconds(1)))))
                .isInstanceOf(OperationResult.Failed.class);
        b.reload("{postgresql: {parameters: {max_connections: 130, work_mem: 7MB}, " + waits + "}}");
        assertThat(b.data().resolve("postgresql.conf")).content().contains("max_connections = '130'", "'7MB'");
        assertThat(b.look().pendingRestart()).isEmpty();
        Files.createFile(open);
        awaitPending(b, Map.of("max_connections", new PendingChange("100", "130")));
        assertThat(setting(b, "work_mem")).isEqualTo("7MB");
    }

    @Test
    @HardCase(64)
    void aNewAgentRestartsARunningStandbyWithThePortAndThePrimaryThatItHad() {
        primaryAndStandby();
        List<String> names =
                List.of("port", "listen_addresses", "cluster_name", "primary_conninfo", "primary_slot_name");
        List<String> before = names.stream().map(name -> setting(b, name)).toList();
        b.newAgent();
        b.await("an answer", () -> b.look().reading().isPresent());
        b.succeeds(restart());
        assertThat(names.stream().map(name -> setting(b, name)).toList()).isEqualTo(before);
    }

    /** An empty mount point, and a cluster without its version: PostgreSQL itself wouldn't start that. */
    @Test
    @HardCase({55, 71})
    void whereNoVersionIsToBeReadNothingIsWrittenAndNothingStarted() throws Exception {
        a.succeeds(new Operation.Bootstrap());
        a.stop();
        Path volume = Files.move(a.data(), folder.resolve("volume"));
        Files.createDirectory(a.data());
        assertNotStarted();
        assertThat(a.data()).isEmptyDirectory();
        Files.delete(a.data());
        Files.move(volume, a.data());
        Path version = a.data().resolve("PG_VERSION");
        String content = Files.readString(version);
        Files.delete(version);
        Files.writeString(a.data().resolve("postgresql.conf"), "as it is");
        assertNotStarted();
        assertThat(a.data().resolve("postgresql.conf")).hasContent("as it is");
        Files.writeString(version, content);
        a.startAs(Operation.Start.As.PRIMARY, Optional.empty());
    }

    private void assertNotStarted() {
        assertThat(a.carryOut(new Operation.Start(
                        Operation.Start.As.PRIMARY, Optional.empty(), "starting", Optional.empty())))
                .isInstanceOfSatisfying(
                        OperationResult.Failed.class,
                        failed -> assertThat(failed.why()).contains("has no PG_VERSION", "nothing was written"));
    }

    @Test
    void aPersonsOwnFilesAreIncludedAndLeftAlone() throws Exception {
        a.succeeds(new Operation.Bootstrap());
        Path custom = Files.writeString(folder.resolve("custom.conf"), "work_mem = '9MB'\nvacuum_cost_limit = 300\n");
        Path hba = Files.writeString(folder.resolve("own_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
        a.reload("{postgresql: {custom_conf: '" + custom + "', parameters: {work_mem: 8MB, hba_file: '" + hba + "'}}}");
        awaitSetting(a, "vacuum_cost_limit", "300");
        assertThat(setting(a, "work_mem")).isEqualTo("8MB");
        assertThat(hba).content().doesNotContain("replicator");
    }

    @Test
    void theAgentUsesTheUnixSocketIfItShall() throws Exception {
        b = new RealPostgres(folder, "b", "", "", ", use_unix_socket: true");
        b.succeeds(new Operation.Bootstrap());
        b.await("an answer", () -> b.look().reading().isPresent());
        assertThat(b.ask("SELECT count(*) FILTER (WHERE client_addr IS NULL) > 0 AND count(client_addr) = 1"
                        + " FROM pg_stat_activity WHERE backend_type = 'client backend'"))
                .as("all but this connection come through the socket")
                .isEqualTo("t");
    }
}
