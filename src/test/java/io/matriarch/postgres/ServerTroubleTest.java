package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.ArchiveFailure;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.PostgresState;
import io.matriarch.cluster.Role;
import io.matriarch.cluster.ServerStatus;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.SlotKind;
import io.matriarch.time.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What others do to one real primary, which the agent has to bear: from a lock on a catalog to the removal of its data directory. */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ServerTroubleTest {
    @TempDir
    private static Path folder;

    private static Path told;
    private static RealPostgres a;

    @BeforeAll
    static void start() throws IOException {
        told = folder.resolve("told");
        Path script = Files.writeString(folder.resolve("tell.sh"), "#!/bin/bash\necho \"$@\" >> " + told + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        a = new RealPostgres(
                folder, "a", "", ", archive_mode: 'on'", ", callbacks: {on_role_change: \"" + script + "\"}");
        a.succeeds(new Operation.Bootstrap());
        a.await("an answer", ServerTroubleTest::answers);
    }

    @AfterAll
    static void stop() {
        a.close();
    }

    private static boolean answers() {
        return a.look().reading().isPresent();
    }

    private static Connection transaction(String sql) throws SQLException {
        Connection connection = a.connect();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return connection;
    }

    private static Connections connections() {
        return new Connections(() -> a.configuration().local().postgresql(), Optional::empty);
    }

    @Test
    @Order(1)
    @HardCase(53)
    void aMonitoringQueryThatTimesOutLeavesThePrimaryAPrimary() throws SQLException {
        try (Connection lock = transaction("LOCK TABLE pg_catalog.pg_replication_slots IN ACCESS EXCLUSIVE MODE")) {
            ServerStatus status = a.look();
            assertThat(status.reading()).isEmpty();
            assertThat(status.role()).isEqualTo(Role.PRIMARY);
            assertThat(status.isPrimary()).isTrue();
            assertThat(status.state()).isEqualTo(PostgresState.RUNNING);
            lock.rollback();
        }
        a.await("an answer", ServerTroubleTest::answers);
    }

    @Test
    @Order(2)
    @HardCase(74)
    void whatUsersPutIntoTheirSearchPathDoesNotDeceiveTheAgent() throws SQLException {
        a.execute("CREATE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'");
        a.execute("ALTER ROLE postgres SET search_path = public, pg_catalog");
        assertThat(a.ask("SELECT pg_is_in_recovery()")).isEqualTo("t");
        a.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'Patroni heartbeat'");
        a.look();
        a.await("an answer on a new connection", ServerTroubleTest::answers);
        assertThat(a.look().reading().orElseThrow().inRecovery()).isFalse();
        a.execute("ALTER ROLE postgres RESET search_path");
    }

    /** pg_hba.conf need allow replication only. */
    @Test
    @Order(3)
    @HardCase(83)
    void aReplicationConnectionIsToNoDatabase() throws SQLException {
        try (Connection _ = connections().replication(a.upstream())) {
            assertThat(a.ask("SELECT datname IS NULL FROM pg_stat_activity WHERE backend_type = 'walsender'"))
                    .isEqualTo("t");
        }
    }

    @Test
    @Order(4)
    @HardCase(98)
    void temporarySlotsSuchAsPgBasebackupsAreNotSeen() throws SQLException {
        try (Connection replication = connections().replication(a.upstream());
                Statement statement = replication.createStatement()) {
            statement.execute("CREATE_REPLICATION_SLOT of_pg_basebackup TEMPORARY PHYSICAL RESERVE_WAL");
            assertThat(a.ask("SELECT count(*) FROM pg_replication_slots")).isEqualTo("1");
            assertThat(a.look().reading().orElseThrow().slots()).isEmpty();
        }
    }

    @Test
    @Order(5)
    void whatCannotBeArchivedIsKnownUntilItIs() throws SQLException {
        assertThat(archiveFailure()).isEmpty();
        a.reload("{postgresql: {parameters: {archive_command: 'false'}}}");
        String segment = a.ask("SELECT pg_walfile_name(pg_switch_wal())");
        a.await("the failure", () -> archiveFailure().isPresent());
        assertThat(archiveFailure().orElseThrow().file()).isLessThanOrEqualTo(segment);
        a.reload("{postgresql: {parameters: {archive_command: 'true'}}}");
        a.ask("SELECT pg_switch_wal()");
        a.await("no failure", () -> archiveFailure().isEmpty());
    }

    private static Optional<ArchiveFailure> archiveFailure() {
        return a.postgres().archiveFailure().join();
    }

    @Test
    @Order(6)
    @HardCase(98)
    void aLogicalSlotThatTakesItsTimeHoldsNothingUpAndKnowsNoTimeout() throws SQLException {
        a.reload("{postgresql: {parameters: {wal_level: logical}}}");
        a.succeeds(new Operation.Restart(Optional.empty()));
        a.await("an answer", ServerTroubleTest::answers);
        var slot = new SlotChange.CreateLogical("app", new SlotKind.Logical("postgres", "test_decoding"), false);
        try (Connection blocking = transaction("SELECT txid_current()")) {
            assertThat(a.postgres().changeSlots(List.of(slot), Deadline.after(Duration.ofSeconds(3))))
                    .isEmpty();
            a.await("longer than any other statement may take", () -> isWaitingSince("4 s"));
            assertThat(a.look().reading()).isPresent();
            blocking.rollback();
        }
        a.await(
                "the slot",
                () -> a.look().reading().flatMap(reading -> reading.slot("app")).isPresent());
    }

    private static boolean isWaitingSince(String interval) {
        try {
            return a.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'Patroni'"
                            + " AND query LIKE '%pg_create_logical_replication_slot%' AND state = 'active'"
                            + " AND clock_timestamp() - query_start > interval '" + interval + "'")
                    .equals("1");
        } catch (SQLException notNow) {
            return false;
        }
    }

    @Test
    @Order(7)
    @HardCase(75)
    void theStopTimeoutCountsForBackendsThatDoNotEndToo() throws Exception {
        a.reload("{synchronous_mode: true, primary_stop_timeout: 1, postgresql: {parameters: {wal_level: logical}}}");
        Connection connection = a.connect();
        long backend;
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            backend = row.getLong(1);
        }
        assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(backend))
                        .start()
                        .waitFor())
                .isZero();
        try {
            a.stop();
            assertThat(a.look().postmasterAlive()).isFalse();
            a.await(
                    "the end of the backend",
                    () -> ProcessHandle.of(backend)
                            .filter(ProcessHandle::isAlive)
                            .isEmpty());
        } finally {
            ProcessHandle.of(backend).ifPresent(ProcessHandle::destroyForcibly);
        }
        a.startAs(Operation.Start.As.PRIMARY, Optional.empty());
        a.await("an answer", ServerTroubleTest::answers);
    }

    @Test
    @Order(8)
    @HardCase(62)
    void aCrashedPrimaryThatFailsToComeBackIsToldAsAChangeOfRole() throws IOException {
        Files.deleteIfExists(told);
        a.kill();
        a.wrap("postgres", "echo broken; exit 1");
        assertThat(a.carryOut(new Operation.Start(
                        Operation.Start.As.PRIMARY, Optional.empty(), "starting", Optional.empty())))
                .isInstanceOf(OperationResult.Failed.class);
        a.await("the callback", () -> Files.exists(told));
        assertThat(told).hasContent("on_role_change demoted real");
        a.wrap("postgres", "");
        a.startAs(Operation.Start.As.PRIMARY, Optional.empty());
        a.await("an answer", ServerTroubleTest::answers);
    }

    @Test
    @Order(9)
    @HardCase(87)
    void aPostmasterWhoseDirectoryIsGoneIsSeenAndKilled() throws IOException {
        ProcessHandle postmaster = a.postmaster().orElseThrow();
        try {
            assertThat(a.look().postmasterAlive()).isTrue();
            Files.move(a.data(), folder.resolve("elsewhere"));
            ServerStatus status = a.look();
            assertThat(status.dataDirectory()).isInstanceOf(DataDirectory.Empty.class);
            assertThat(status.postmasterAlive()).as("it accepts writes").isTrue();
            a.succeeds(new Operation.Stop(Operation.Stop.Mode.IMMEDIATE, false, "stopping an orphaned postmaster"));
            a.await("its end", () -> !postmaster.isAlive());
            assertThat(a.look().postmasterAlive()).isFalse();
        } finally {
            postmaster.destroyForcibly();
        }
    }

    /** The agent has been restarted since, and remembers nothing. */
    @Test
    @Order(10)
    @HardCase(87)
    void aPostmasterWhoseDirectoryWasReplacedIsSeenByANewAgent() throws IOException, InterruptedException {
        Path moved = folder.resolve("moved");
        Files.move(folder.resolve("elsewhere"), a.data());
        a.startAs(Operation.Start.As.PRIMARY, Optional.empty());
        a.await("an answer", ServerTroubleTest::answers);
        ProcessHandle postmaster = a.postmaster().orElseThrow();
        try {
            Files.move(a.data(), moved);
            assertThat(new ProcessBuilder("cp", "-a", moved.toString(), a.data().toString())
                            .inheritIO()
                            .start()
                            .waitFor())
                    .isZero();
            Files.delete(a.data().resolve("postmaster.pid"));
            a.newAgent();
            ServerStatus status = a.look();
            assertThat(status.postmasterAlive()).as("it accepts writes").isTrue();
            assertThat(status.dataDirectory()).isInstanceOf(DataDirectory.Replaced.class);
            a.succeeds(new Operation.Stop(Operation.Stop.Mode.IMMEDIATE, false, "stopping an orphaned postmaster"));
            a.await("its end", () -> !postmaster.isAlive());
            assertThat(a.look().postmasterAlive()).isFalse();
            assertThat(a.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
        } finally {
            postmaster.destroyForcibly();
            RemovedFiles.remove(moved);
        }
    }

    @Test
    @Order(11)
    @HardCase(87)
    void nothingIsWrittenWhereAPostmasterOfBeforeLives() throws IOException {
        RemovedFiles.remove(a.data());
        a.succeeds(new Operation.Bootstrap());
        a.await("an answer", ServerTroubleTest::answers);
        ProcessHandle postmaster = a.postmaster().orElseThrow();
        try {
            RemovedFiles.remove(a.data());
            a.newAgent();
            ServerStatus status = a.look();
            assertThat(status.dataDirectory()).isInstanceOf(DataDirectory.Empty.class);
            assertThat(status.postmasterAlive()).as("it accepts writes").isTrue();
            assertThat(postmaster.isAlive()).as("looking ends nothing").isTrue();
            a.succeeds(new Operation.Bootstrap());
            assertThat(postmaster.isAlive()).isFalse();
            a.await("an answer", ServerTroubleTest::answers);
        } finally {
            postmaster.destroyForcibly();
        }
    }

    @Test
    @Order(12)
    void aPortThatSomebodyElseUsesIsNamed() throws IOException {
        a.stop();
        try (ServerSocket stranger = new ServerSocket(a.port(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(a.carryOut(new Operation.Start(
                            Operation.Start.As.PRIMARY, Optional.empty(), "starting", Optional.empty())))
                    .isInstanceOfSatisfying(
                            OperationResult.Failed.class,
                            failed -> assertThat(failed.why())
                                    .contains("port " + stranger.getLocalPort()
                                            + " of 127.0.0.1 is used by another process"));
        }
    }
}
