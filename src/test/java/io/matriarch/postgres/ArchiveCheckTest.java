package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A standby that gets its WAL from an archive only, which another history has gone into. */
@Timeout(180)
final class ArchiveCheckTest {
    private static final Operation CHECK = new Operation.CheckDivergence(Upstream.remote(""));

    @TempDir
    private Path folder;

    @Test
    void thatTheHistoriesPartedIsSeenInTheArchive() throws IOException, SQLException {
        Path archive = Files.createDirectory(folder.resolve("archive"));
        String restore = ", recovery_conf: {restore_command: 'cp %s/%%f %%p'}".formatted(archive);
        try (RealPostgres a = new RealPostgres(folder, "a");
                RealPostgres b = new RealPostgres(folder, "b", "", "", restore)) {
            a.succeeds(new Operation.Bootstrap());
            b.succeeds(new Operation.Clone(a.upstream(), true));
            b.follow(a);
            assertThat(b.carryOut(CHECK)).as("an idle archive").isEqualTo(new OperationResult.InHistory());

            Path history = archive.resolve("00000002.history");
            Files.writeString(history, "1\t7/0\tno recovery target specified\n");
            assertThat(b.carryOut(CHECK)).as("it may get there").isEqualTo(new OperationResult.InHistory());
            Files.writeString(history, "1\t0/1000000\tno recovery target specified\n");
            assertThat(b.carryOut(CHECK))
                    .isInstanceOfSatisfying(
                            OperationResult.Diverged.class,
                            diverged -> assertThat(diverged.why()).contains("on timeline 1, which ended at 0/1000000"));

            Files.delete(history);
            b.stop();
            b.startAs(Operation.Start.As.REPLICA, Optional.empty());
            b.promote();
            b.stop();
            b.startAs(Operation.Start.As.REPLICA, Optional.empty());
            b.await("an answer", () -> b.look().reading().isPresent());
            assertThat(b.carryOut(CHECK)).as("nothing beyond the fork").isEqualTo(new OperationResult.InHistory());
            for (int number = 1; number < 20; number++) {
                Files.createFile(archive.resolve("0000000100000000%08X".formatted(number)));
            }
            assertThat(b.carryOut(CHECK))
                    .isInstanceOfSatisfying(
                            OperationResult.Diverged.class,
                            diverged ->
                                    assertThat(diverged.why()).contains("but the archive goes on with that timeline"));
            Files.copy(b.data().resolve("pg_wal/00000002.history"), history);
            assertThat(b.carryOut(CHECK)).as("the archive knows it").isEqualTo(new OperationResult.InHistory());
        }
    }
}
