package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard of the executable: it replaces a dead agent, passes signals and exit codes, leaves nothing behind, and is a proper process number 1. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@EnabledIfSystemProperty(
        named = "matriarch.agent",
        matches = "matriarch",
        disabledReason = "only the native executable starts a guard")
final class GuardIT {
    private static SharedEtcd etcd;
    private final List<Loner> loners = new ArrayList<>();

    @BeforeAll
    static void start() {
        etcd = new SharedEtcd();
    }

    @AfterAll
    static void stop() {
        etcd.close();
    }

    @AfterEach
    void end() {
        loners.forEach(Loner::close);
    }

    private Loner loner(String scope, String name) {
        Loner loner = new Loner(etcd, scope, name);
        loners.add(loner);
        return loner;
    }

    /** In one test, as the start of the two nodes is what takes the time. */
    @Test
    void aDeadAgentIsReplacedAndAGuardThatIsToldToEndHandsOver() {
        Loner primary = loner("pair", "a").startAsPrimary();
        Loner replica = loner("pair", "b").start();
        LocalCluster.await("the replica streams", 40, () -> streams(replica));

        killTheAgent(primary, replica);
        reload(primary);
        sendMeaninglessSignals(primary);

        primary.process().terminate();
        assertThat(primary.process().await(20)).as(primary.log()).isTrue();
        assertThat(primary.process().exitCode()).isZero();
        assertThat(primary.node().postmaster()).isEmpty();
        LocalCluster.await(
                "the lock was handed over, not left to run out",
                10,
                () -> etcd.get("pair", "leader").equals("b") && replica.rest().says200("/primary"));
    }

    private static boolean streams(Loner replica) {
        return replica.rest()
                .get("/replica")
                .json()
                .text("replication_state")
                .filter("streaming"::equals)
                .isPresent();
    }

    private static void killTheAgent(Loner primary, Loner replica) {
        long postmaster = primary.node().postmaster().orElseThrow();
        String leaderKey = etcd.ctl("get", "-w", "fields", "/service/pair/leader");
        long killed = agentOf(primary).orElseThrow();
        Writer writer = new Writer(primary.node().databasePort());
        try {
            writer.awaitWrites();
            ServerProcess.signal("KILL", killed);
            LocalCluster.await(
                    "another agent",
                    3,
                    () -> agentOf(primary).filter(pid -> pid != killed).isPresent());
            LocalCluster.await(
                    "it answers as the primary", 10, () -> primary.rest().says200("/primary"));
            writer.awaitWrites();
            assertThat(writer.lostRows()).isEmpty();
        } finally {
            writer.close();
        }
        assertThat(primary.log()).contains("WARNING: Agent was ended by signal 9 unexpectedly, restarting it at once");
        assertThat(primary.node().postmaster()).as("PostgreSQL goes on").hasValue(postmaster);
        assertThat(value(etcd.ctl("get", "-w", "fields", "/service/pair/leader"), "CreateRevision"))
                .as("the leader key was never gone")
                .isEqualTo(value(leaderKey, "CreateRevision"));
        assertThat(replica.rest().says200("/primary")).isFalse();
        assertThat(replica.log()).doesNotContain("promoted self");
        assertThat(primary.node().query("select timeline_id from pg_control_checkpoint()"))
                .isEqualTo("1");
    }

    private static String value(String fields, String name) {
        return fields.lines()
                .filter(line -> line.startsWith("\"" + name + "\""))
                .findFirst()
                .orElseThrow();
    }

    private static void reload(Loner primary) {
        primary.with("shared_buffers: 32MB", "shared_buffers: 32MB\n    work_mem: 7MB");
        ServerProcess.signal("HUP", primary.process().pid());
        primary.awaitLog("configuration reloaded");
        LocalCluster.await(
                "PostgreSQL has what the file says",
                10,
                () -> primary.node().query("show work_mem").equals("7MB"));
    }

    /** By default a native image writes its heap, with all passwords in it, to a file at USR1. */
    private static void sendMeaninglessSignals(Loner primary) {
        long agent = agentOf(primary).orElseThrow();
        for (String name : List.of("USR1", "USR2", "QUIT")) {
            ServerProcess.signal(name, primary.process().pid());
        }
        primary.awaitLog("the signal USR1 means nothing here");
        primary.awaitLog("the signal USR2 means nothing here");
        LocalCluster.await("it answers", 10, () -> primary.rest().says200("/primary"));
        assertThat(agentOf(primary)).contains(agent);
        assertThat(Loner.listing(etcd.home()).keySet()).noneMatch(file -> file.contains("heapdump"));
    }

    private static Optional<Long> agentOf(Loner loner) {
        return loner.node().agentOf(loner.process().pid());
    }

    /** From before the guard handles signals until PostgreSQL is being made. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5, 15, 30, 60, 100, 200, 400, 800})
    void anEarlyRequestToEndLeavesNothingRunning(int millis) throws InterruptedException {
        Loner loner = loner("early" + millis, "node").start();
        TimeUnit.MILLISECONDS.sleep(millis);
        long guard = loner.process().pid();
        ServerProcess.signal("TERM", guard);
        assertThat(loner.process().await(20)).as("it ends: %s", loner.log()).isTrue();
        LocalCluster.await(
                "no process of the node is left: " + processesWith(loner.node().name()),
                10,
                () -> processesWith(loner.node().name()).isEmpty());
        assertThat(loner.log()).doesNotContain("restarting it").doesNotContain("\tat ");
    }

    /** All that name the node's configuration or data directory in their command line. */
    private static List<String> processesWith(String name) {
        return ProcessHandle.allProcesses()
                .map(process -> process.pid() + " " + commandLine(process.pid()))
                .filter(line -> line.contains(etcd.home() + "/" + name))
                .toList();
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), java.nio.charset.StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException gone) {
            return "";
        }
    }

    @Test
    void anAgentThatRefusesItsConfigurationIsNotStartedAgain() {
        Loner loner = loner("refused", "node").with("name: node", "name: [a]").start();
        assertThat(loner.process().await(10)).isTrue();
        assertThat(loner.process().exitCode()).isEqualTo(1);
        assertThat(loner.count("name: one value is expected here")).isOne();
        assertThat(loner.log()).doesNotContain("restarting it");
    }

    /** The agent ends with its guard, and PostgreSQL goes on for the next one to take over. */
    @Test
    void aKilledGuardLeavesNoSecondAgent() {
        Loner loner = loner("orphan", "node").startAsPrimary();
        long postmaster = loner.node().postmaster().orElseThrow();
        long agent = agentOf(loner).orElseThrow();
        loner.process().kill();
        LocalCluster.await(
                "the agent ends",
                5,
                () -> ProcessHandle.of(agent).filter(ProcessHandle::isAlive).isEmpty());
        assertThat(loner.node().postmaster()).hasValue(postmaster);
        loner.startAsPrimary();
        assertThat(loner.node().postmaster()).hasValue(postmaster);
        loner.stop();
        assertThat(loner.process().exitCode()).isZero();
        assertThat(loner.node().postmaster()).isEmpty();
    }

    @Test
    void asProcessNumberOneItReapsOrphans() throws IOException, InterruptedException {
        String reason = mayUnshare();
        if (!reason.isEmpty()) {
            System.out.println("SKIPPED: the guard as process number 1 is not tested: " + reason);
        }
        Assumptions.assumeTrue(reason.isEmpty(), reason);
        Loner loner = loner("first", "node").rewritten(text -> text.replaceAll("hosts: .*", "hosts: 127.0.0.1:1"));
        List<String> command = new ArrayList<>(List.of("unshare", "--pid", "--fork", "--mount-proc"));
        command.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"));
        command.addAll(etcd.daemon());
        command.add(loner.node().configuration().toString());
        Process unshare = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(loner.node().log().toFile())
                .start();
        try {
            loner.awaitLog("waiting on etcd");
            long guard = unshare.children().findFirst().orElseThrow().pid();
            assertThat(Files.readString(Path.of("/proc/" + guard + "/status")))
                    .containsPattern("NSpid:\\s+" + guard + "\\s+1\\n");
            orphans(guard);
            LocalCluster.await(
                    "no child but the agent, dead or alive",
                    5,
                    () -> ProcessHandle.of(guard).orElseThrow().children().count() == 1);
            ServerProcess.signal("TERM", guard);
            assertThat(unshare.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(unshare.exitValue()).isZero();
        } finally {
            unshare.descendants().forEach(ProcessHandle::destroyForcibly);
            unshare.destroyForcibly();
        }
    }

    /** Twenty processes that lose their parent and then end. */
    private static void orphans(long guard) throws IOException, InterruptedException {
        List<String> command = List.of(
                "nsenter",
                "--target",
                Long.toString(guard),
                "--pid",
                "sh",
                "-c",
                "for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 1 & sleep 1 &); done");
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
        LocalCluster.await(
                "the orphans are the guard's",
                1,
                10,
                () -> ProcessHandle.of(guard).orElseThrow().children().count() == 21);
    }

    private static String mayUnshare() throws IOException, InterruptedException {
        if (!ServerProcess.isRoot()) {
            return "only root may make a namespace of processes";
        }
        int code = new ProcessBuilder("unshare", "--pid", "--fork", "--mount-proc", "true")
                .start()
                .waitFor();
        return code == 0 ? "" : "unshare isn't permitted here";
    }
}
