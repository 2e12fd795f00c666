package io.matriarch.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import io.matriarch.archive.backup.ArchiveEnd;
import io.matriarch.archive.backup.WalRange;
import io.matriarch.cluster.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a drill may take, and how far it must get. */
class LimitsTest {
    private static final long MEGA = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void moreThanIsAllowedIsRefused() {
        DiskLimit limit = new DiskLimit(folder, 0, Optional.of(10 * MEGA));
        assertThat(limit.refusal(10 * MEGA)).isEmpty();
        assertThat(limit.refusal(10 * MEGA + 1))
                .hasValueSatisfying(reason -> assertThat(reason).contains("--max-disk", "allows 10.0 MB"));
    }

    @Test
    void theReserveStaysFree() {
        long usable = folder.toFile().getUsableSpace();
        assertThat(new DiskLimit(folder, 0, Optional.empty()).refusal(usable / 2))
                .isEmpty();
        assertThat(new DiskLimit(folder, usable, Optional.empty()).refusal(usable / 2))
                .hasValueSatisfying(reason -> assertThat(reason).contains("backup.drill.reserve"));
    }

    @Test
    void whoeverGrowsTooMuchIsStopped() throws IOException, ArchiveException {
        Files.write(folder.resolve("data"), new byte[1000]);
        DiskLimit limit = new DiskLimit(folder, 0, Optional.of(1500L));
        assertThat(limit.left()).isEqualTo(500);
        limit.watch().look();
        Files.write(folder.resolve("more"), new byte[1000]);
        assertThat(limit.left()).isZero();
        assertThatThrownBy(() -> limit.watch().look())
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("the server was stopped");
        assertThatThrownBy(() -> new DiskLimit(folder, Long.MAX_VALUE, Optional.empty())
                        .watch()
                        .look())
                .hasMessageContaining("the server was stopped: the disk");
        assertThatCode(() -> new DiskLimit(folder, 0, Optional.empty()).watch().look())
                .doesNotThrowAnyException();
    }

    @Test
    void theServerKeepsALimitedAmountOfWal() {
        Recovery recovery = recovery(16 * MEGA);
        assertThat(recovery.keptWal(Optional.empty())).isZero();
        assertThat(recovery.keptWal(Optional.of(end("0/5000000", 80 * MEGA)))).isEqualTo(80 * MEGA);
        assertThat(recovery.keptWal(Optional.of(end("0/5000000", 80_000 * MEGA))))
                .isEqualTo(1024 * MEGA);
        // PostgreSQL refuses less than two segments
        assertThat(recovery(1024 * MEGA).parameters(new Memory(256 * MEGA), 5000))
                .containsEntry("max_wal_size", "4096MB")
                .containsEntry("temp_file_limit", "4kB")
                .containsEntry("shared_buffers", "131072kB")
                .containsEntry("hot_standby", "off");
    }

    @Test
    void recoveryMustReachTheNewestSegment() {
        Optional<ArchiveEnd> end = Optional.of(end("0/5000000", 0));
        assertThat(Recovery.shortfall(reached("0/5000000"), end, List.of())).isEmpty();
        assertThat(Recovery.shortfall(reached("0/5000028"), end, List.of())).isEmpty();
        assertThat(Recovery.shortfall(reached("0/4FFFFFF"), Optional.empty(), List.of()))
                .isEmpty();
        assertThat(Recovery.shortfall(reached("0/4FFFFFF"), end, List.of("S4 is missing")))
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("0/4FFFFFF on timeline 1", "segment S5: S4 is missing"));
    }

    @Test
    void everyThreadWaitsForOthers() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sleep", "60").start();
        try {
            long pid = process.pid();
            assertThat(new LowPriority(Path.of("/proc/" + pid + "/task")).take())
                    .isEmpty();
            assertThat(printed("ps", "-o", "ni=", "-p", Long.toString(pid))).isEqualTo("19");
            assertThat(printed("ionice", "-p", Long.toString(pid))).isEqualTo("idle");
        } finally {
            process.destroyForcibly();
        }
    }

    private static String printed(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return output.strip();
    }

    private Recovery recovery(long segmentSize) {
        return new Recovery(folder, new WalRange(1, Lsn.parse("0/2000028"), Lsn.parse("0/2000100"), segmentSize));
    }

    private static ArchiveEnd end(String start, long distance) {
        return new ArchiveEnd("S5", Lsn.parse(start), distance);
    }

    private static Reached reached(String lsn) {
        return new Reached(Lsn.parse(lsn), Optional.of(Instant.EPOCH), 1);
    }
}
