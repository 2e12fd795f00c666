package io.matriarch.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryFilesTest {
    @TempDir
    Path directory;

    /** PostgreSQL refuses two targets, and the former server's settings mean nothing to this one. */
    @Test
    void formerSettingsGo() throws Exception {
        Files.writeString(directory.resolve("postgresql.auto.conf"), """
                work_mem = '8MB'
                recovery_target_xid = '5'
                restore_command = 'false'
                primary_conninfo = 'host=old'
                """);
        RecoveryTarget target = RecoveryTarget.Time.parse("2026-11-27 14:00:00.5+01:00");
        new RecoveryFiles("fetch 'x' %f", target, Optional.of("3"), "pause").write(directory, true);
        assertThat(directory.resolve("postgresql.auto.conf")).hasContent("""
                work_mem = '8MB'
                # by 'matriarch restore'
                restore_command = 'fetch ''x'' %f'
                recovery_target_time = '2026-11-27 14:00:00.500000+01:00'
                recovery_target_timeline = '3'
                recovery_target_action = 'pause'
                """);
        assertThat(directory.resolve("recovery.signal")).exists();
    }

    @Test
    void aReplicasRecoveryIsItsAgentsAffair() throws Exception {
        new RecoveryFiles("fetch", new RecoveryTarget.Newest(), Optional.empty(), "promote").write(directory, false);
        assertThat(directory.resolve("postgresql.auto.conf"))
                .content()
                .contains("restore_command = 'fetch'")
                .doesNotContain("target");
        assertThat(directory.resolve("recovery.signal")).doesNotExist();
    }

    @Test
    void awkwardPathsReachTheShellAsTheyAre() throws Exception {
        assertThat(RecoveryFiles.fetching(Path.of("/etc/100% my's.yml"), Optional.of("far")))
                .contains(" wal fetch --config '/etc/100%% my'\\''s.yml' --repository far \"%f\" \"%p\"");
    }

    @Test
    void aTimeNeedsItsZone() throws ArchiveException {
        assertThatThrownBy(() -> RecoveryTarget.Time.parse("2026-11-27 14:00:00"))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("zone");
        RecoveryTarget.Time time = RecoveryTarget.Time.parse("2026-11-27 14:00:00+01:00");
        Instant moment = time.moment().toInstant();
        assertThat(time.requirePast(moment)).isEqualTo(time);
        assertThatThrownBy(() -> time.requirePast(moment.minusSeconds(60)))
                .isInstanceOf(ArchiveException.class)
                .hasMessage(
                        "--target-time: 2026-11-27 14:00:00+01:00 is still to come (it's 2026-11-27 13:59:00+01:00 here);"
                                + " leave it out to recover as far as there is WAL");
        assertThatThrownBy(() -> RecoveryTarget.Transaction.parse("1; DROP")).isInstanceOf(ArchiveException.class);
        assertThatThrownBy(() -> RecoveryTarget.Position.parse("nowhere")).isInstanceOf(ArchiveException.class);
    }
}
