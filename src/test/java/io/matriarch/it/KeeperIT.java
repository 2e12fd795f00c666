package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The executable as the parent of something that could be PostgreSQL: it lives until its lease ends, however its keeper is treated. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@EnabledIfSystemProperty(
        named = "matriarch.agent",
        matches = "matriarch",
        disabledReason = "only the native executable is a keeper")
final class KeeperIT {
    private static final String FAMILY = "sleep 60 & sleep 60 & echo ready; wait";
    private static final String STUBBORN = "trap '' QUIT; " + FAMILY;

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();
    private Path log = Path.of("");

    @BeforeEach
    void files() throws IOException {
        log = Files.createFile(folder.resolve("log"));
    }

    @AfterEach
    void end() {
        started.forEach(keeper -> {
            ServerProcess.signal("CONT", keeper.pid());
            keeper.descendants().forEach(ProcessHandle::destroyForcibly);
            keeper.destroyForcibly();
        });
    }

    @Test
    void withoutALeaseItKeepsWhoeverTellsEverybodyToEnd() throws Exception {
        Process keeper = keep("forever", FAMILY);
        List<ProcessHandle> kept = kept(keeper);
        for (String signal : List.of("HUP", "INT", "QUIT", "TERM", "USR1", "USR2")) {
            ServerProcess.signal(signal, keeper.pid());
        }
        assertThat(keeper.waitFor(1, TimeUnit.SECONDS)).isFalse();
        assertThat(kept).allMatch(ProcessHandle::isAlive);
        kept.forEach(ProcessHandle::destroyForcibly);
        assertThat(keeper.waitFor(10, TimeUnit.SECONDS))
                .as("it ends with the last of them")
                .isTrue();
    }

    @Test
    void whenTheLeaseEndsAllOfThemAreGone() throws Exception {
        Process keeper = keep(inSeconds(6), STUBBORN);
        assertGone(keeper, kept(keeper));
        assertThat(Files.readString(log)).contains("Nobody renewed the leader lock");
    }

    @Test
    void aFrozenServerIsKilledToo() throws Exception {
        Process keeper = keep(inSeconds(6), FAMILY);
        List<ProcessHandle> kept = kept(keeper);
        kept.forEach(process -> ServerProcess.signal("STOP", process.pid()));
        assertGone(keeper, kept);
    }

    @Test
    void theKernelStopsTheServerOfAFrozenKeeper() throws Exception {
        Process keeper = keep(inSeconds(6), FAMILY);
        ProcessHandle server = server(keeper);
        ServerProcess.signal("STOP", keeper.pid());
        assertGone(keeper, List.of(server));
        assertThat(keeper.exitValue()).as("by SIGKILL").isEqualTo(137);
    }

    @Test
    void theKernelStopsTheServerOfAKilledKeeper() throws Exception {
        Process keeper = keep("forever", FAMILY);
        ProcessHandle server = server(keeper);
        ServerProcess.signal("KILL", keeper.pid());
        assertGone(keeper, List.of(server));
    }

    @Test
    void anybodyOfTheSameUserMayRenewTheLeaseAndEndIt() throws Exception {
        Process keeper = keep(inSeconds(6), FAMILY);
        List<ProcessHandle> kept = kept(keeper);
        tell(keeper, inSeconds(3600));
        assertThat(keeper.waitFor(6, TimeUnit.SECONDS)).isFalse();
        assertThat(kept).allMatch(ProcessHandle::isAlive);
        tell(keeper, "junk");
        tell(keeper, inSeconds(2));
        assertGone(keeper, kept);
    }

    @Test
    void aStandbysKeeperForgetsItsLease() throws Exception {
        Process keeper = keep(inSeconds(5), FAMILY);
        List<ProcessHandle> kept = kept(keeper);
        tell(keeper, "forever");
        ServerProcess.signal("STOP", keeper.pid());
        assertThat(keeper.waitFor(5, TimeUnit.SECONDS)).isFalse();
        assertThat(kept).allMatch(ProcessHandle::isAlive);
    }

    private Process keep(String until, String script) throws IOException {
        Process keeper = new ProcessBuilder(
                        AgentProgram.executable().toAbsolutePath().toString(), "keep", until, "/bin/sh", "-c", script)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        started.add(keeper);
        LocalCluster.await("the server runs", 10, 20, () -> text().contains("ready"));
        return keeper;
    }

    private String text() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "";
        }
    }

    private static ProcessHandle server(Process keeper) {
        return keeper.children().findFirst().orElseThrow();
    }

    private static List<ProcessHandle> kept(Process keeper) {
        List<ProcessHandle> kept = keeper.descendants().toList();
        assertThat(kept).hasSize(3);
        return kept;
    }

    private static void tell(Process keeper, String line) throws IOException {
        Files.writeString(Path.of("/proc/" + keeper.pid() + "/fd/100"), line + "\n", StandardOpenOption.WRITE);
    }

    /** On the clock that goes on while the machine is suspended. */
    private static String inSeconds(int seconds) throws IOException {
        String uptime = Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0];
        return String.format(Locale.ROOT, "%.0f", (Double.parseDouble(uptime) + seconds) * 1e9);
    }

    private static void assertGone(Process keeper, List<ProcessHandle> kept) throws InterruptedException {
        assertThat(keeper.waitFor(15, TimeUnit.SECONDS)).as("the keeper ends").isTrue();
        LocalCluster.await("nobody is left", 5, 20, () -> kept.stream().noneMatch(ProcessHandle::isAlive));
    }
}
