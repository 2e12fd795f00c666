package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two real servers whose histories part; the WAL that pg_rewind needs is only in the archive. */
@Timeout(180)
final class RewindingFromArchiveTest {
    @TempDir
    private Path folder;

    private Path archive;
    private Path archiveOpen;
    private RealPostgres a;
    private RealPostgres b;

    @BeforeEach
    void primaryAndStandby() throws IOException {
        archive = Files.createDirectory(folder.resolve("archive"));
        archiveOpen = folder.resolve("open");
        a = new RealPostgres(
                folder,
                "a",
                "",
                ", archive_mode: 'on', archive_command: 'test -e %s && cp %%p %s/%%f'".formatted(archiveOpen, archive),
                ", recovery_conf: {restore_command: 'cp %s/%%f %%p'}".formatted(archive));
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

    /** Returns the WAL file in which the histories part; {@code a} goes on in later ones. */
    private String partWays() throws SQLException {
        a.execute("CREATE TABLE t AS SELECT 1 AS n");
        b.await("the table", () -> rows(b).equals("1"));
        b.stop();
        String forked = a.ask("SELECT pg_walfile_name(pg_current_wal_lsn())");
        a.execute("INSERT INTO t SELECT generate_series(2, 5000)");
        a.execute("SELECT pg_switch_wal()");
        a.execute("INSERT INTO t SELECT generate_series(2, 5000)");
        a.execute("CHECKPOINT");
        a.kill();
        b.startAs(Operation.Start.As.REPLICA, Optional.empty());
        b.promote();
        return forked;
    }

    private static String rows(RealPostgres server) {
        try {
            return server.ask("SELECT count(*) FROM t");
        } catch (SQLException notYet) {
            return "";
        }
    }

    @Test
    @HardCase({73, 75})
    void walThatWaitsIsArchivedThroughAShellBeforeCrashRecoveryAndRewindAndWhatPgRewindNeedsStays()
            throws SQLException, IOException {
        String forked = partWays();
        assertThat(archive.resolve(forked)).doesNotExist();
        Files.createFile(archiveOpen);
        a.succeeds(new Operation.CrashRecovery());
        assertThat(archive.resolve(forked)).exists();
        assertThat(a.data().resolve("pg_wal").resolve(forked)).exists();
        Path done = a.data().resolve("pg_wal/archive_status").resolve(forked + ".done");
        assertThat(done).exists();
        Files.move(done, done.resolveSibling(forked + ".ready"));
        Files.delete(archive.resolve(forked));
        a.succeeds(new Operation.Rewind(b.upstream()));
        assertThat(archive.resolve(forked)).exists();
    }

    @Test
    void pgRewindFetchesWhatIsMissing() throws SQLException, IOException {
        losesWhatIsInTheArchive();
        a.succeeds(new Operation.Rewind(b.upstream()));
        a.follow(b);
        a.await("the leader's rows", () -> rows(a).equals("1"));
    }

    /** As on PostgreSQL 13 and 14 when the configuration lies elsewhere. */
    @Test
    void orItIsFetchedByHand() throws SQLException, IOException {
        losesWhatIsInTheArchive();
        a.wrap(
                "pg_rewind",
                "for a; do shift; [ \"$a\" = --restore-target-wal ] || set -- \"$@\" \"$a\"; done; echo \"$@\" >> "
                        + folder.resolve("tries"));
        a.succeeds(new Operation.Rewind(b.upstream()));
        assertThat(Files.readAllLines(folder.resolve("tries"))).hasSizeGreaterThan(2);
        a.follow(b);
        a.await("the leader's rows", () -> rows(a).equals("1"));
    }

    @Test
    void whatIsNowhereIsSaidAndNothingIsChanged() throws SQLException, IOException {
        String forked = losesWhatIsInTheArchive();
        Files.delete(archive.resolve(forked));
        assertThat(a.carryOut(new Operation.Rewind(b.upstream()))).isInstanceOf(OperationResult.Failed.class);
        a.newAgent();
        a.startAs(Operation.Start.As.PRIMARY, Optional.empty());
        assertThat(rows(a)).isEqualTo("9999");
    }

    private String losesWhatIsInTheArchive() throws SQLException, IOException {
        String forked = partWays();
        Files.createFile(archiveOpen);
        a.succeeds(new Operation.CrashRecovery());
        Files.delete(a.data().resolve("pg_wal").resolve(forked));
        return forked;
    }
}
