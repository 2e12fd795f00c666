package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.SlotChange;
import io.matriarch.time.Deadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A standby whose primary no longer has the WAL that it needs. */
@Timeout(180)
final class StuckStandbyTest {
    private static final int MORE_THAN_IS_KEPT = 12;

    @TempDir
    private Path folder;

    @Test
    void itIsSeenTheLeaderSaysWhatIsMissingAndACloneHelps() throws SQLException {
        try (RealPostgres a = new RealPostgres(folder, "a");
                RealPostgres b =
                        new RealPostgres(folder, "b", "", ", logging_collector: 'on', log_directory: 'said'", "")) {
            a.succeeds(new Operation.Bootstrap());
            b.succeeds(new Operation.Clone(a.upstream(), true));
            b.follow(a);
            assertThat(b.look().rejoin().activity()).isEmpty();
            assertThat(b.carryOut(new Operation.CheckDivergence(a.upstream())))
                    .isEqualTo(new OperationResult.InHistory());
            hasTheBeginningOfASegment(a, b);
            b.stop();
            removeWal(a);

            b.startAs(Operation.Start.As.REPLICA, Optional.of(a.upstream()));
            b.await("what it waits for", () -> b.look().rejoin().waitsForWal());
            b.await("what it says", () -> b.look().rejoin().lastWords().contains("has already been removed"));
            assertThat(b.carryOut(new Operation.CheckDivergence(a.upstream())))
                    .isInstanceOfSatisfying(
                            OperationResult.WalMissing.class,
                            missing -> assertThat(missing.why()).contains("has already been removed"));

            b.succeeds(new Operation.Reinitialize(a.upstream(), true, false, "WAL is missing"));
            assertThat(b.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
            b.follow(a);
            assertThat(b.look().rejoin().activity()).isEmpty();
        }
    }

    private static void hasTheBeginningOfASegment(RealPostgres primary, RealPostgres standby) throws SQLException {
        primary.execute("CREATE TABLE begun ()");
        String written = primary.ask("SELECT pg_current_wal_lsn()");
        standby.await("the table", () -> {
            try {
                return standby.ask("SELECT pg_last_wal_replay_lsn() >= '" + written + "'")
                        .equals("t");
            } catch (SQLException notYet) {
                return false;
            }
        });
    }

    private static void removeWal(RealPostgres server) throws SQLException {
        server.await(
                "the end of the slot",
                () -> server.postgres()
                                .changeSlots(List.of(new SlotChange.Drop("b")), Deadline.after(Duration.ofSeconds(5)))
                                .isEmpty()
                        && slots(server).equals("0"));
        for (int i = 0; i < MORE_THAN_IS_KEPT; i++) {
            server.execute("CREATE TABLE t" + i + " ()");
            server.execute("SELECT pg_switch_wal()");
        }
        server.execute("CHECKPOINT");
        server.postgres()
                .changeSlots(List.of(new SlotChange.CreatePhysical("b")), Deadline.after(Duration.ofSeconds(5)));
    }

    private static String slots(RealPostgres server) {
        try {
            return server.ask("SELECT count(*) FROM pg_replication_slots");
        } catch (SQLException notYet) {
            return "";
        }
    }

    @Test
    void theTitleOfTheStartupProcessIsRead() {
        assertThat(StartupProcess.in("postgres: it: startup waiting for 000000020000000A00000003"))
                .contains("waiting for 000000020000000A00000003");
        assertThat(StartupProcess.in("postgres: startup recovering 000000010000000000000003 "))
                .contains("recovering 000000010000000000000003");
        assertThat(StartupProcess.in("postgres: it: walreceiver streaming 0/3000148"))
                .isEmpty();
        assertThat(WalProbe.of("000000020000000A00000003", 16 << 20)).contains(new WalProbe(2, Lsn.parse("A/3000000")));
        assertThat(WalProbe.of("", 16 << 20)).isEmpty();
    }

    @Test
    void theLastComplaintIsFoundAndWhatClientsAreToldIsNone() throws Exception {
        String said = """
                2026-11-24 17:01:02 UTC [1] LOG:  entering standby mode
                2026-11-24 17:01:02 UTC [1] LOG:  invalid record length at 0/3000148: wanted 24, got 0
                """;
        assertThat(PostgresLog.reasonIn(said)).contains("LOG:  invalid record length at 0/3000148: wanted 24, got 0");
        assertThat(PostgresLog.reasonIn(said + "x FATAL:  the database system is starting up\n"))
                .contains("LOG:  invalid record length at 0/3000148: wanted 24, got 0");
        assertThat(PostgresLog.reasonIn(said + "x FATAL:  could not open y\nx LOG:  shutting down\n"))
                .contains("FATAL:  could not open y");
        assertThat(PostgresLog.reasonIn("2026-11-24 ERROR: reinitialize failed"))
                .isEmpty();
        assertThat(PostgresLog.reasonIn(said + """
                x ERROR:  cannot execute INSERT in a read-only transaction
                x STATEMENT:  INSERT INTO t VALUES ('FATAL:  could not open y')
                x FATAL:  password authentication failed for user "me"
                x FATAL:  role "x" does not exist
                """))
                .contains("LOG:  invalid record length at 0/3000148: wanted 24, got 0");

        Files.writeString(folder.resolve("current_logfiles"), "stderr said.log\n");
        Files.writeString(folder.resolve("said.log"), "x FATAL:  of the last start\n");
        PostgresLog log = new PostgresLog(folder);
        assertThat(log.lastReason()).contains("FATAL:  of the last start");
        log.beginHere();
        assertThat(log.lastReason()).isEmpty();
        Files.writeString(folder.resolve("said.log"), "x FATAL:  of the last start\nx FATAL:  of this one\n");
        assertThat(log.lastReason()).contains("FATAL:  of this one");
    }
}
