package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.ReplicationSlot;
import io.matriarch.cluster.SlotChange;
import io.matriarch.time.Deadline;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A logical slot that is older than the standby's base backup. */
@Timeout(180)
final class OldSlotTest {
    private static final String LOGICAL =
            "{postgresql: {parameters: {wal_level: logical, hot_standby_feedback: 'on'}}}";

    @TempDir
    private Path folder;

    @Test
    void itIsCopiedAgainOnlyWhenItsWalIsThere() throws SQLException {
        try (RealPostgres a = new RealPostgres(folder, "a");
                RealPostgres b = new RealPostgres(folder, "b")) {
            a.reload(LOGICAL);
            b.reload(LOGICAL);
            a.succeeds(new Operation.Bootstrap());
            a.await("an answer", () -> a.look().reading().isPresent());
            a.execute("SELECT pg_create_logical_replication_slot('app', 'test_decoding')");
            for (int i = 0; i < 3; i++) {
                a.execute("CREATE TABLE IF NOT EXISTS t(i int); INSERT INTO t VALUES (1)");
                a.ask("SELECT pg_switch_wal()");
            }
            a.execute("CHECKPOINT");
            b.succeeds(new Operation.Clone(a.upstream(), true));
            b.follow(a);

            Operation.CopyLogicalSlots copy = new Operation.CopyLogicalSlots(a.upstream(), Set.of("app"));
            b.succeeds(copy);
            b.await("the copy", () -> slot(b).isPresent());
            breaks(a, b);
            long postmaster = b.postmaster().orElseThrow().pid();
            b.succeeds(copy);
            assertThat(b.postmaster().orElseThrow().pid())
                    .as("a copy would be no better, nothing is restarted for it")
                    .isEqualTo(postmaster);

            consume(a);
            b.succeeds(copy);
            assertThat(b.postmaster().orElseThrow().pid()).isNotEqualTo(postmaster);
            b.await(
                    "a usable copy",
                    () -> slot(b).filter(now -> !now.unusable()).isPresent());
        }
    }

    private static Optional<ReplicationSlot> slot(RealPostgres server) {
        return server.look().reading().flatMap(reading -> reading.slot("app"));
    }

    private static void breaks(RealPostgres primary, RealPostgres standby) throws SQLException {
        Lsn written = Lsn.parse(primary.ask("SELECT pg_current_wal_flush_lsn()"));
        standby.await(
                "the WAL",
                () -> standby.look()
                        .reading()
                        .filter(now -> !written.isAfter(now.replayed()))
                        .isPresent());
        standby.postgres()
                .changeSlots(
                        List.of(new SlotChange.AdvanceLogical("app", "postgres", written)),
                        Deadline.after(Duration.ofSeconds(3)));
        standby.await(
                "it can't be advanced",
                () -> slot(standby).filter(ReplicationSlot::unusable).isPresent());
    }

    /** restart_lsn moves on when the consumer confirms what lies behind a snapshot of running transactions. */
    private static void consume(RealPostgres primary) {
        primary.await("the consumer", () -> {
            try {
                primary.execute("CHECKPOINT");
                primary.execute("INSERT INTO t VALUES (2)");
                primary.execute("SELECT count(*) FROM pg_logical_slot_get_changes('app', NULL, NULL)");
                return primary.ask("SELECT restart_lsn >= pg_current_wal_lsn() - 16777216 FROM pg_replication_slots"
                                + " WHERE slot_name = 'app'")
                        .equals("t");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
