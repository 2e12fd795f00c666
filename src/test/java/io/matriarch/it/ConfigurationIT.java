package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import io.matriarch.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a person configures comes into force: parameters in the right order, scripts that are told and asked, and a kernel watchdog. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LogsOnFailure.class)
final class ConfigurationIT {
    /** Which node a script belongs to: the last word of its parent's command line is the node's file. */
    private static final String NODE = "node=$(tr '\\0' ' ' < /proc/$PPID/cmdline | grep -o 'node[0-9]' | tail -1)\n";

    private static final Map<String, WatchdogFifo> WATCHDOGS = new HashMap<>();

    private static LocalCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new LocalCluster(AgentProgram.chosen(), LocalCluster.Patience.OF_TESTS);
        LogsOnFailure.show(cluster);
        for (Node node : cluster.nodes()) {
            Path fifo = cluster.home().resolve(node.name()).resolve("watchdog");
            WATCHDOGS.put(node.name(), new WatchdogFifo(fifo));
            Files.writeString(
                    node.configuration(),
                    "\nwatchdog: {mode: required, driver: testing, device: " + fifo + "}\n",
                    StandardOpenOption.APPEND);
        }
        script("told.sh", "echo \"$@\" >> " + cluster.home() + "/told-$node");
        script("may-promote.sh", "if [ -e " + cluster.home() + "/refuse-$node ]; then echo not here; exit 1; fi");
        cluster.start();
        configure(
                "postgresql.callbacks.on_role_change=" + cluster.home() + "/told.sh",
                "postgresql.callbacks.on_stop=" + cluster.home() + "/told.sh",
                "postgresql.pre_promote=" + cluster.home() + "/may-promote.sh");
    }

    private static void script(String name, String lines) throws IOException {
        Path script = cluster.home().resolve(name);
        LocalCluster.write(script, "#!/bin/bash\n" + NODE + lines + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String signs(Node node) {
        return Objects.requireNonNull(WATCHDOGS.get(node.name())).signs();
    }

    private static void configure(String... settings) {
        String[] arguments = new String[settings.length * 2 + 3];
        arguments[0] = "edit-config";
        arguments[1] = "matriarch";
        arguments[2] = "--force";
        for (int i = 0; i < settings.length; i++) {
            arguments[3 + 2 * i] = "-s";
            arguments[4 + 2 * i] = settings[i];
        }
        cluster.ctl(arguments);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
            LogsOnFailure.deleteUnlessFailed(cluster);
        }
    }

    @BeforeEach
    void healthy() {
        cluster.awaitHealthy();
    }

    private static boolean pending(Node node) {
        return node.rest().get("/patroni").json().bool("pending_restart").orElse(false);
    }

    private static void restart(Node node) {
        cluster.ctl("restart", "matriarch", node.name(), "--force");
        LocalCluster.await(node + " has restarted", 30, () -> !pending(node));
    }

    @Test
    @Order(1)
    void aParameterThatNeedsARestartGetsItOnTheStandbysFirstAndWrongOnesAreLeftOut() {
        configure(
                "postgresql.parameters.max_connections=120",
                "postgresql.parameters.archive_mode=on",
                "postgresql.parameters.archive_command=/bin/true",
                "postgresql.parameters.work_mem=5MB",
                "postgresql.parameters.no_such_parameter=7");
        Rest.Answer wrong = cluster.primary()
                .rest()
                .patch("/config", "{\"postgresql\": {\"parameters\": {\"log_statement\": \"everything\"}}}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.body()).contains("log_statement", "none, ddl, mod, all");
        LocalCluster.await(
                "everybody waits for a restart",
                20,
                () -> cluster.nodes().stream().allMatch(ConfigurationIT::pending));
        assertThat(cluster.primary().rest().get("/patroni").body())
                .contains("\"max_connections\"", "\"100\"", "\"120\"");
        Node primary = cluster.primary();
        assertThat(primary.query("show work_mem")).isEqualTo("5MB");
        assertThat(primary.logText()).contains("Removing unexpected parameter=no_such_parameter");
        cluster.replicas().forEach(ConfigurationIT::restart);
        cluster.awaitHealthy();
        assertThat(cluster.replicas())
                .allMatch(node -> node.query("show max_connections").equals("120"));
        assertThat(primary.query("show max_connections")).isEqualTo("100");
        restart(primary);
        LocalCluster.await(
                "the primary has it too",
                20,
                () -> primary.query("show max_connections").equals("120"));
    }

    @Test
    @Order(2)
    void theDoctorFindsNothingInAHealthyClusterAndEachFaultInAnotherOne() throws Exception {
        Node primary = cluster.primary();
        assertThat(doctor(primary.configuration(), 0, "--cluster")).isEmpty();
        assertThat(doctor(primary.configuration(), 0)).allMatch(finding -> finding.startsWith("warning guard"));

        configure("slots.idle.type=physical", "postgresql.parameters.archive_command=/bin/false");
        Path sick = sick(primary);
        LocalCluster.await(
                "the slot",
                20,
                () -> primary.query("select count(*) from pg_replication_slots where slot_name = 'idle'")
                        .equals("1"));
        var _ = primary.query("select pg_switch_wal()");
        LocalCluster.await(
                "archiving fails",
                30,
                () -> primary.query("select failed_count > 0 from pg_stat_archiver")
                        .equals("t"));
        assertThat(doctor(sick, 1))
                .anyMatch(finding ->
                        finding.contains("error replication login: the password of the replication user is wrong"))
                .anyMatch(finding -> finding.contains("error certificates: its certificate lasts only 1 days more"))
                .anyMatch(finding -> finding.contains("warning slots: nobody reads from it"))
                .anyMatch(finding -> finding.contains("error archive: archive_command fails"));
        Node stopped = cluster.replicas().getLast();
        stopped.killAll();
        assertThat(doctor(primary.configuration(), 1, "--cluster"))
                .anyMatch(finding -> finding.startsWith("error members: its REST interface doesn't answer"))
                .anyMatch(finding -> finding.startsWith("error archive: archive_command fails"));
        configure("slots=null", "postgresql.parameters.archive_command=/bin/true");
    }

    /** The node's file with a wrong password, and a certificate that ends soon. */
    private static Path sick(Node node) throws Exception {
        Certificates.Files client = Certificates.in(cluster.home()).client();
        LocalCluster.own(client.certificate());
        LocalCluster.own(client.key());
        Path file = cluster.home().resolve("sick.yml");
        LocalCluster.write(
                file,
                Files.readString(node.configuration())
                                .replaceFirst("(username: replicator\\s+password:) .*", "$1 wrong")
                        + "\nctl: {certfile: " + client.certificate() + ", keyfile: " + client.key() + "}\n");
        return file;
    }

    /** {@code LEVEL CHECK: WHAT} of all that isn't well, but for what is the machine's affair: its disk and how busy it is. */
    private static List<String> doctor(Path configuration, int code, String... more) {
        List<String> command =
                new ArrayList<>(cluster.program().tool("doctor", "-c", configuration.toString(), "-f", "json"));
        command.addAll(List.of(more));
        ServerProcess.Ended ended = ServerProcess.run(cluster.home(), 60, command);
        String json = ended.output().substring(Math.max(0, ended.output().indexOf('[')));
        assertThat(ended.code()).as(ended.output()).isEqualTo(code);
        return ((Value.Sequence) Json.parse(json))
                .items().stream()
                        .map(Value.Mapping.class::cast)
                        .map(finding -> finding.text("level").orElse("") + " "
                                + finding.text("check").orElse("") + ": "
                                + finding.text("what").orElse(""))
                        .filter(finding -> !finding.startsWith("ok "))
                        .filter(finding ->
                                !finding.contains("free space") && !finding.contains("linearizable read took"))
                        .toList();
    }

    @Test
    @Order(3)
    void aSettingIsExplainedAndNoSecretIsShown() {
        Node node = cluster.primary();
        ServerProcess.Ended one = explain(node, "max_connections");
        assertThat(one.code()).as(one.output()).isZero();
        assertThat(one.output())
                .contains(
                        "postgresql.parameters.max_connections = 120",
                        "DCS /config",
                        "command line",
                        "the standbys first");
        ServerProcess.Ended all = explain(node, "--all", "-f", "json");
        assertThat(all.code()).isZero();
        assertThat(all.output())
                .contains("\"postgresql.authentication.superuser.password\"", "(set)")
                .doesNotContain(Templates.PASSWORD);
        ServerProcess.Ended nothing = explain(node, "max_conections");
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.output()).contains("is max_connections meant?");
    }

    private static ServerProcess.Ended explain(Node node, String... arguments) {
        List<String> command = new ArrayList<>(cluster.program().tool("config", "explain"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-c", node.configuration().toString()));
        return ServerProcess.run(cluster.home(), 60, command);
    }

    /** Also the watchdog: armed before the promotion, kept alive by the leader only, disarmed when PostgreSQL is stopped. */
    @Test
    @Order(4)
    void aSwitchoverIsToldInItsOrderAndTheWatchdogGoesWithTheLock() throws Exception {
        Node former = cluster.primary();
        assertThat(signs(former)).startsWith("Ctimeout=15\n1").doesNotContain("V");
        Node next = cluster.replicas().getFirst();
        assertThat(signs(next)).isEmpty();
        cluster.ctl("switchover", "matriarch", "--leader", former.name(), "--candidate", next.name(), "--force");
        cluster.awaitHealthy();
        assertThat(cluster.primary()).isEqualTo(next);
        LocalCluster.await("a sign of life", 20, () -> signs(next).matches("Ctimeout=15\n11+"));
        assertThat(signs(former)).matches("Ctimeout=15\n1+V");
        assertThat(told(former)).containsExactly("on_stop primary matriarch", "on_role_change replica matriarch");
        assertThat(told(next)).containsExactly("on_role_change primary matriarch");
    }

    private static List<String> told(Node node) throws IOException {
        return Files.readAllLines(cluster.home().resolve("told-" + node.name()));
    }

    @Test
    @Order(5)
    void whoseScriptRefusesIsNotPromotedAndLeavesTheLockToOthers() {
        Node former = cluster.primary();
        Node refusing = cluster.replicas().getFirst();
        LocalCluster.write(cluster.home().resolve("refuse-" + refusing.name()), "");
        var _ = former.rest()
                .post(
                        "/switchover",
                        "{\"leader\": \"%s\", \"candidate\": \"%s\"}".formatted(former.name(), refusing.name()));
        LocalCluster.await(
                "the refusal", 20, () -> refusing.logText().contains("the pre-promote script failed: not here"));
        cluster.awaitHealthy();
        assertThat(cluster.primary()).isNotEqualTo(refusing);
        assertThat(refusing.query("select pg_is_in_recovery()")).isEqualTo("t");
    }

    @Test
    @Order(6)
    void aRequiredWatchdogThatIsGoneMakesNoLeader() throws Exception {
        Node primary = cluster.primary();
        List<Node> others = cluster.replicas();
        for (Node node : others) {
            Files.delete(cluster.home().resolve(node.name()).resolve("watchdog"));
        }
        LocalCluster.await(
                "others know of it",
                20,
                () -> others.stream()
                        .allMatch(node -> node.rest().get("/patroni").body().contains("\"watchdog_failed\": true")));
        primary.killAll();
        Thread.sleep(1000); // time for a wrong promotion
        assertThat(others).noneMatch(node -> node.rest().says200("/primary"));
        primary.startIfDown();
        LocalCluster.await("it leads again", 60, () -> primary.rest().says200("/primary"));
    }
}
