package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two real servers whose histories part. */
@Timeout(180)
final class RewindingTest {
    @TempDir
    private Path folder;

    private RealPostgres a;
    private RealPostgres b;

    @BeforeEach
    void primaryAndStandby() {
        a = new RealPostgres(folder, "a");
        b = new RealPostgres(folder, "b");
        a.succeeds(new Operation.Bootstrap());
        b.succeeds(new Operation.Clone(a.upstream(), true));
        b.follow(a);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
    }

    /** {@code a} has rows that {@code b}, the new primary, never got. */
    private void partWays() throws SQLException {
        a.execute("CREATE TABLE t AS SELECT 1 AS n");
        b.await("the table", () -> has(b, "SELECT count(*) FROM t", "1"));
        b.stop();
        a.execute("INSERT INTO t SELECT generate_series(2, 5000)");
        a.kill();
        b.startAs(Operation.Start.As.REPLICA, Optional.empty());
        b.promote();
        b.execute("INSERT INTO t VALUES (-1)");
    }

    private static boolean has(RealPostgres server, String sql, String answer) {
        try {
            return answer.equals(server.ask(sql));
        } catch (SQLException notYet) {
            return false;
        }
    }

    @Test
    void aDivergedPrimaryIsRewoundAndFollows() throws SQLException {
        partWays();
        a.succeeds(new Operation.CrashRecovery());
        assertThat(a.carryOut(new Operation.CheckDivergence(b.upstream())))
                .isInstanceOf(OperationResult.Diverged.class);
        a.succeeds(new Operation.Rewind(b.upstream()));
        assertThat(a.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
        a.follow(b);
        a.await("the leader's rows and no others", () -> has(a, "SELECT sum(n) FROM t", "0"));
        assertThat(a.carryOut(new Operation.CheckDivergence(b.upstream()))).isEqualTo(new OperationResult.InHistory());
    }

    @Test
    void aRunningDivergedStandbyIsSeenAndOneThatDoesNotAnswerIsNotCalledDiverged() throws SQLException {
        a.execute("CREATE TABLE t AS SELECT 1 AS n");
        b.await("the table", () -> has(b, "SELECT count(*) FROM t", "1"));
        b.promote();
        a.execute("INSERT INTO t SELECT generate_series(2, 5000)");
        a.stop();
        a.startAs(Operation.Start.As.REPLICA, Optional.empty());
        assertThat(a.carryOut(new Operation.CheckDivergence(b.upstream())))
                .isInstanceOf(OperationResult.Diverged.class);

        long postmaster = a.postmaster().orElseThrow().pid();
        signal("STOP", postmaster);
        try {
            assertThat(a.carryOut(new Operation.CheckDivergence(b.upstream())))
                    .isInstanceOfSatisfying(
                            OperationResult.Failed.class,
                            failed -> assertThat(failed.why()).contains("the local server could not be asked"));
        } finally {
            signal("CONT", postmaster);
        }
    }

    /** It never gets to the point at which it could be asked, whether a primary or a standby was stopped there. */
    @Test
    @HardCase(54)
    void aStartingStandbyIsJudgedByItsControlFile() throws SQLException {
        a.execute("CREATE TABLE t AS SELECT 1 AS n");
        b.await("the table", () -> has(b, "SELECT count(*) FROM t", "1"));
        b.promote();
        a.execute("INSERT INTO t SELECT generate_series(2, 5000)");
        a.stop();
        startsForEver();
        assertThat(a.carryOut(new Operation.CheckDivergence(b.upstream())))
                .isInstanceOf(OperationResult.Diverged.class);
        a.stop();
        a.reload("{}");
        a.startAs(Operation.Start.As.REPLICA, Optional.empty());
        a.stop();
        startsForEver();
        assertThat(a.carryOut(new Operation.CheckDivergence(b.upstream())))
                .isInstanceOf(OperationResult.Diverged.class);
    }

    private void startsForEver() {
        a.reload("{postgresql: {recovery_conf: {restore_command: sleep 20}}}");
        assertThat(a.carryOut(new Operation.Start(
                        Operation.Start.As.REPLICA, Optional.empty(), "starting", Optional.of(Duration.ofSeconds(1)))))
                .isInstanceOf(OperationResult.Failed.class);
        assertThat(Postmaster.status(a.data())).isEqualTo("starting");
    }

    /** Both call their timeline 2: pg_rewind would say that nothing is to be done. */
    @Test
    void timelinesOfTheSameNumberThatBeganApartAreToldApartAndPgRewindIsNotBelieved() throws SQLException {
        b.promote();
        a.execute("CREATE TABLE t AS SELECT 1 AS n");
        a.stop();
        a.startAs(Operation.Start.As.REPLICA, Optional.empty());
        a.promote();
        b.execute("CREATE TABLE others AS SELECT 1 AS n");
        a.stop();
        assertThat(a.carryOut(new Operation.CheckDivergence(b.upstream())))
                .isInstanceOfSatisfying(
                        OperationResult.Diverged.class,
                        diverged -> assertThat(diverged.why()).contains("its timeline 2 is another one"));
        assertThat(a.carryOut(new Operation.Rewind(b.upstream()))).isInstanceOf(OperationResult.Diverged.class);
        assertThat(a.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
    }

    /** A wal receiver may be on a later timeline than what is replayed; here a function says that it is. */
    @Test
    @HardCase(69)
    void theTimelineThatIsReplayedCountsAndNotTheOneThatIsReceived() throws SQLException {
        a.execute("ALTER FUNCTION pg_catalog.pg_stat_get_wal_receiver() RENAME TO the_true_wal_receiver");
        a.execute(
                "CREATE FUNCTION pg_catalog.pg_stat_get_wal_receiver(OUT pid int, OUT status text, OUT written_lsn pg_lsn,"
                        + " OUT received_tli int, OUT latest_end_lsn pg_lsn) LANGUAGE sql AS"
                        + " 'SELECT pid, status, written_lsn, 7, latest_end_lsn FROM pg_catalog.the_true_wal_receiver()'");
        b.await(
                "a later timeline",
                () -> b.look()
                        .reading()
                        .filter(now -> now.timeline().equals(OptionalInt.of(7)))
                        .isPresent());
        assertThat(b.carryOut(new Operation.CheckDivergence(a.upstream()))).isEqualTo(new OperationResult.InHistory());
    }

    private static void signal(String name, long process) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Not only its remains, which nobody may have asked for yet. */
    private static boolean runs(ProcessHandle process) {
        try {
            String status = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return status.charAt(status.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException gone) {
            return false;
        }
    }

    private List<ProcessHandle> frozenChildren() {
        List<ProcessHandle> children = ProcessHandle.of(
                        a.postmaster().orElseThrow().pid())
                .orElseThrow()
                .children()
                .toList();
        children.forEach(child -> signal("STOP", child.pid()));
        return children;
    }

    @Test
    void theFrozenChildrenOfADeadPostmasterAreEndedBeforeItsDataAreUsed() {
        List<ProcessHandle> children = frozenChildren();
        a.kill();
        assertThat(children).isNotEmpty().allMatch(RewindingTest::runs);
        a.succeeds(new Operation.CrashRecovery());
        assertThat(children).noneMatch(RewindingTest::runs);
    }

    @Test
    void aServerThatIsFrozenAsAWholeIsStopped() {
        List<ProcessHandle> children = frozenChildren();
        signal("STOP", a.postmaster().orElseThrow().pid());
        a.succeeds(new Operation.Stop(Operation.Stop.Mode.IMMEDIATE, false, "it hangs"));
        assertThat(Postmaster.of(a.data())).isEmpty();
        assertThat(children).isNotEmpty().noneMatch(RewindingTest::runs);
    }

    @Test
    @HardCase(86)
    void crashRecoveryWaitsForNoInputAndLeavesAStandbysDataAStandbys() throws IOException {
        a.kill();
        Files.createFile(a.data().resolve("standby.signal"));
        a.succeeds(new Operation.CrashRecovery());
        assertThat(a.dataDirectory()).isInstanceOfSatisfying(DataDirectory.Present.class, present -> {
            assertThat(present.control().clusterState()).isEqualTo("shut down");
            assertThat(present.recoverySignal()).isTrue();
        });
    }

    @Test
    void crashRecoveryThatFailsLeavesTheSignalToo() throws IOException {
        a.kill();
        Files.createFile(a.data().resolve("standby.signal"));
        a.wrap("postgres", "echo no; exit 1");
        assertThat(a.carryOut(new Operation.CrashRecovery()))
                .isEqualTo(new OperationResult.Failed("crash recovery in single-user mode: no"));
        assertThat(a.data().resolve("standby.signal")).exists();
    }

    @Test
    @HardCase(76)
    void aRewindThatDiesHalfWayIsNeverStartedButClonedAgain() throws SQLException, IOException {
        partWays();
        a.succeeds(new Operation.CrashRecovery());
        // the kernel kills it when it has written so much of one file: not in the trial, and in the middle of the real
        // run
        a.wrap(
                "pg_rewind",
                "[[ \"$*\" == *--dry-run* ]] || { ulimit -f 1000; exec env --default-signal=XFSZ "
                        + RealPostgres.command("pg_rewind") + " \"$@\"; }");
        assertThat(a.carryOut(new Operation.Rewind(b.upstream()))).isInstanceOf(OperationResult.Failed.class);

        a.newAgent();
        assertThat(a.dataDirectory()).isInstanceOf(DataDirectory.Empty.class);
        assertThat(a.carryOut(new Operation.Start(
                        Operation.Start.As.PRIMARY, Optional.empty(), "starting", Optional.empty())))
                .isInstanceOfSatisfying(
                        OperationResult.Failed.class,
                        failed -> assertThat(failed.why()).contains("half rewound"));
        assertThat(a.carryOut(new Operation.Rewind(b.upstream()))).isInstanceOf(OperationResult.Failed.class);
        Process byHand = new ProcessBuilder(
                        a.folder().resolve("bin/postgres").toString(),
                        "-D",
                        a.data().toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(byHand.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("is not a valid data directory");

        a.succeeds(new Operation.Clone(b.upstream(), true));
        a.follow(b);
        a.await("the leader's rows", () -> has(a, "SELECT count(*) FROM t", "2"));
    }

    @Test
    void aRewindThatCanNotConnectChangesNothing() throws SQLException {
        partWays();
        a.succeeds(new Operation.CrashRecovery());
        b.stop();
        assertThat(a.carryOut(new Operation.Rewind(b.upstream()))).isInstanceOf(OperationResult.Failed.class);
        assertThat(a.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
        a.startAs(Operation.Start.As.PRIMARY, Optional.empty());
        assertThat(a.ask("SELECT count(*) FROM t")).isEqualTo("5000");
    }

    @Test
    void aStandbyThatCrashedAfterItDivergedIsRewoundToo() throws SQLException {
        a.execute("CREATE TABLE t AS SELECT 1 AS n");
        b.await("the table", () -> has(b, "SELECT count(*) FROM t", "1"));
        b.promote();
        a.execute("INSERT INTO t SELECT generate_series(2, 5000)");
        a.stop();
        a.startAs(Operation.Start.As.REPLICA, Optional.empty());
        a.kill();
        assertThat(a.carryOut(new Operation.CheckDivergence(b.upstream())))
                .isInstanceOf(OperationResult.Diverged.class);
        a.succeeds(new Operation.Rewind(b.upstream()));
        a.follow(b);
        a.await("the leader's rows", () -> has(a, "SELECT count(*) FROM t", "1"));
    }

    @Test
    @HardCase(55)
    void aBaseBackupThatWasNeverStartedGetsNoCrashRecoveryInSingleUserMode() throws IOException {
        a.kill();
        Files.writeString(
                a.data().resolve("backup_label"),
                "START WAL LOCATION: 0/1000028 (file 000000010000000000000001)\nSTART TIMELINE: 1\n");
        a.succeeds(new Operation.CrashRecovery());
        assertThat(a.dataDirectory())
                .isInstanceOfSatisfying(
                        DataDirectory.Present.class,
                        present -> assertThat(present.control().clusterState()).isEqualTo("in production"));
        assertThat(a.carryOut(new Operation.CheckDivergence(b.upstream()))).isEqualTo(new OperationResult.InHistory());
    }

    @Test
    void aLeaderThatIsStillInRecoveryIsNoSourceYet() throws SQLException {
        partWays();
        b.stop();
        b.startAs(Operation.Start.As.REPLICA, Optional.empty());
        assertThat(a.carryOut(new Operation.Rewind(b.upstream())))
                .isInstanceOfSatisfying(
                        OperationResult.Failed.class,
                        failed -> assertThat(failed.why()).contains("still in recovery"));
    }
}
