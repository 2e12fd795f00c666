package io.matriarch.guard;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.matriarch.HardCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real guard process with real agents, which write what happens to them into a diary. */
class GuardProcessTest {
    /** What each script begins with: say tells the guard, note the diary. */
    private static final String PROLOGUE = """
            link=/proc/self/fd/${PATRONI_GUARD_LINK#*,}
            say() { echo "$*" > "$link"; }
            note() { echo "$*" >> diary; }
            trap 'note term; say exiting 0; exit 0' TERM
            trap 'note hup' HUP
            linger() { while :; do sleep 0.05; done; }
            note "start $$"
            """;

    @TempDir
    Path directory;

    private final List<Process> guards = new ArrayList<>();
    private Path log = Path.of("");

    @BeforeEach
    void files() throws IOException {
        log = directory.resolve("log");
        Files.createFile(directory.resolve("diary"));
    }

    @AfterEach
    void endProcesses() throws IOException {
        for (Process guard : guards) {
            guard.descendants().forEach(ProcessHandle::destroyForcibly);
            guard.destroyForcibly();
        }
        for (long pid : agents()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void aKilledAgentIsReplacedAndARequestToStopEndsBoth() throws Exception {
        Process guard = guardWith("say ready\nnote ready\nlinger");
        awaitDiary("ready");
        kill(agents().getLast(), "KILL");
        await().atMost(20, SECONDS).until(() -> count("ready") == 2);
        kill(guard.pid(), "TERM");
        assertThat(exitCode(guard)).isZero();
        assertThat(diary()).contains("term");
        assertThat(log()).contains("WARNING: Agent was ended by signal 9 unexpectedly, restarting it at once");
    }

    @Test
    void theAnnouncedExitCodeBecomesTheGuards() throws Exception {
        Process guard = guardWith("say exiting 1\nexit 7");
        assertThat(exitCode(guard)).isEqualTo(1);
        assertThat(agents()).hasSize(1);
    }

    @Test
    void anAgentThatCannotStartIsGivenUp() throws Exception {
        Process guard = guardWith("exit 3");
        assertThat(exitCode(guard)).isEqualTo(3);
        assertThat(agents()).hasSize(Supervision.HOPELESS);
        assertThat(log()).contains("giving up");
    }

    @Test
    void aReloadWaitsUntilTheAgentIsReady() throws Exception {
        Process guard = guardWith("sleep 0.5\nnote early\nsay ready\nlinger");
        await().atMost(20, SECONDS).until(() -> !agents().isEmpty());
        kill(guard.pid(), "HUP");
        awaitDiary("hup");
        assertThat(diary().indexOf("early")).isNotNegative().isLessThan(diary().indexOf("hup"));
        assertThat(agents()).hasSize(1);
    }

    @Test
    void whenNobodyRenewsTheLeaseThePrimaryIsStoppedAndTheKeyGivenBackBeforeAnotherAgentStarts() throws Exception {
        Process guard = guardWith("""
                if [ "${1-}" = release-leader ]; then echo released >> diary; exit 0; fi
                if [ -e fenced ]; then say ready; note again; linger; fi
                touch fenced
                trap '' QUIT
                sh -c 'trap "" QUIT; while :; do sleep 0.05; done' &
                set -- $(cat /proc/$!/stat)
                note "server $1"
                say ready
                say fence $1 ${22} 1
                linger""");
        awaitDiary("again");
        long server = numbersAfter("server ").getFirst();
        assertThat(ProcessHandle.of(server).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(diary().indexOf("released")).isNotNegative().isLessThan(diary().indexOf("again"));
        assertThat(log())
                .contains("WARNING: The agent has not renewed the leader lock")
                .contains("Gave the leader lock back");
        assertThat(guard.isAlive()).isTrue();
    }

    @Test
    void aFrozenAgentIsKilledAndReplaced() throws Exception {
        guardWith("say alive\nsay ready\nnote ready\nlinger");
        awaitDiary("ready");
        kill(agents().getLast(), "STOP");
        await().atMost(30, SECONDS).until(() -> count("ready") == 2);
        assertThat(log()).contains("Agent is frozen");
    }

    @Test
    void orphansBecomeTheGuardsChildrenAndLeaveNoZombies() throws Exception {
        Process guard = guardWith("(sh -c 'echo orphan $$ >> diary; exec sleep 1' &)\nsay ready\nlinger");
        awaitDiary("orphan");
        long orphan = numbersAfter("orphan ").getFirst();
        await().atMost(20, SECONDS).until(() -> parentOf(orphan).equals(Optional.of(guard.pid())));
        await().atMost(20, SECONDS).until(() -> Files.notExists(Path.of("/proc", Long.toString(orphan))));
        assertThat(guard.isAlive()).isTrue();
        assertThat(agents()).hasSize(1);
    }

    @Test
    @HardCase(110)
    void theEnvironmentReachesTheAgentByteForByteButForTheSocketOfSystemd() throws Exception {
        Path script =
                script("printf %s \"$SECRET\" > secret\nprintf %s \"${NOTIFY_SOCKET-none}\" > socket\nsay exiting 0");
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", "SECRET=$(printf 'p\\344ss\\303') NOTIFY_SOCKET=@nobody LC_ALL=C exec \"$@\""));
        command.add("sh");
        command.addAll(java(ScriptGuard.class, script.toString()));
        assertThat(exitCode(start(command))).isZero();
        assertThat(Files.readAllBytes(directory.resolve("secret"))).containsExactly('p', 0xE4, 's', 's', 0xC3);
        assertThat(directory.resolve("socket")).hasContent("none");
    }

    @Test
    void theSameProgramIsGuardAndAgentAndTheAgentNoticesThatItsGuardIsGone() throws Exception {
        long before = System.nanoTime();
        Process guard = start(java(JavaGuard.class, directory.resolve("diary").toString()));
        awaitDiary("guarded true");
        assertThat(numbersAfter("nanos ").getFirst())
                .as("processes share the monotonic clock, so a lease's end means the same to both")
                .isBetween(before, System.nanoTime());
        long agent = numbersAfter("agent ").getFirst();
        assertThat(parentOf(agent)).contains(guard.pid());
        kill(guard.pid(), "KILL");
        awaitDiary("alone");
        await().atMost(20, SECONDS).until(() -> ProcessHandle.of(agent).isEmpty());
    }

    private Process guardWith(String body) throws IOException {
        return start(java(ScriptGuard.class, script(body).toString()));
    }

    private Path script(String body) throws IOException {
        return Files.writeString(directory.resolve("agent.sh"), PROLOGUE + body + "\n");
    }

    private static List<String> java(Class<?> program, String argument) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                argument);
    }

    private Process start(List<String> command) throws IOException {
        Process guard = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        guards.add(guard);
        return guard;
    }

    private int exitCode(Process guard) throws Exception {
        assertThat(guard.waitFor(30, SECONDS))
                .as("the guard ends; it logged:\n%s", log())
                .isTrue();
        return guard.exitValue();
    }

    private static void kill(long pid, String signal) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    private void awaitDiary(String text) {
        await().atMost(20, SECONDS)
                .untilAsserted(() -> assertThat(diary()).as(this::log).contains(text));
    }

    private String diary() throws IOException {
        return Files.readString(directory.resolve("diary"));
    }

    private String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private long count(String line) throws IOException {
        return diary().lines().filter(line::equals).count();
    }

    private List<Long> agents() throws IOException {
        return numbersAfter("start ");
    }

    private List<Long> numbersAfter(String prefix) throws IOException {
        return diary().lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> Long.valueOf(line.split(" ", -1)[1]))
                .toList();
    }

    private static Optional<Long> parentOf(long pid) {
        return ProcessHandle.of(pid).flatMap(ProcessHandle::parent).map(ProcessHandle::pid);
    }
}
