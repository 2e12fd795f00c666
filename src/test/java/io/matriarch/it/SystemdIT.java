package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** A machine's life with the Debian packages: installed, upgraded, purged; its PostgreSQL is restarted only when somebody asks for it. Needs root and systemd-nspawn. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SystemdIT {
    private static final String DATA = "/var/lib/postgresql/15/main";
    private static final String UNIT = "matriarch.service";
    private static final Pattern RATING = Pattern.compile("exposure level for \\S+: ([0-9.]+)");

    private final Path packages = LocalCluster.newFolder();
    private BootedMachine machine;
    private boolean booted;

    @BeforeAll
    void boot() throws IOException, InterruptedException {
        String reason = whyNot();
        if (!reason.isEmpty()) {
            System.out.println("SKIPPED: packages and units are not tested on a booted Debian: " + reason);
        }
        Assumptions.assumeTrue(reason.isEmpty(), reason);
        for (String version : List.of("1.0", "2.0")) {
            build(version);
        }
        machine = new BootedMachine("node1", packages);
        booted = true;
    }

    private static String whyNot() throws IOException, InterruptedException {
        if (AgentProgram.chosen() != AgentProgram.MATRIARCH) {
            return "the packages hold the native executable";
        }
        if (!System.getProperty("user.name").equals("root")) {
            return "it needs root";
        }
        if (!Files.isExecutable(Path.of("/usr/bin/systemd-nspawn"))) {
            return "there is no systemd-nspawn (stack/install tests)";
        }
        return Files.isDirectory(BootedMachine.root())
                ? BootedMachine.whyNot()
                : "there is no root of Debian at " + BootedMachine.root() + " (it/systemd-root)";
    }

    private void build(String version) throws IOException, InterruptedException {
        Map<String, String> how = Map.of(
                "COMPRESSION",
                "none",
                "MATRIARCH_EXECUTABLE",
                AgentProgram.executable().toAbsolutePath().toString());
        Programs.Result built = Programs.run(
                List.of(Path.of("packaging/build").toAbsolutePath().toString(), version, packages.toString()), how);
        assertThat(built.code()).as(built.output()).isZero();
    }

    @AfterAll
    void end() throws IOException {
        if (booted) {
            machine.close();
        }
        LocalCluster.delete(packages);
    }

    @Test
    @Order(1)
    void lintianFindsNothing() throws IOException, InterruptedException {
        Programs.Result found = Programs.run(
                List.of(
                        "lintian",
                        "--allow-root",
                        "--fail-on=error,warning",
                        // the test's own choices
                        "--suppress-tags=uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball",
                        packages.resolve("matriarch_1.0_amd64.deb").toString(),
                        packages.resolve("matriarch-patroni_1.0_all.deb").toString()),
                Map.of());
        assertThat(found.code()).as(found.output()).isZero();
    }

    @Test
    @Order(2)
    void installedItRunsAsSoonAsThereIsAConfiguration() {
        machine.must("dpkg -i /shown/matriarch_1.0_amd64.deb /shown/matriarch-patroni_1.0_all.deb");
        assertThat(machine.must("systemctl is-enabled matriarch")).isEqualTo("enabled");
        assertThat(machine.run("systemctl is-active matriarch").output()).startsWith("inactive");
        machine.must("cd /etc/matriarch && cp /usr/share/doc/matriarch/examples/matriarch.yml . && chgrp postgres *.yml"
                + " && chmod 640 *.yml");
        machine.must("matriarch /etc/matriarch/matriarch.yml --validate-config");
        machine.must("systemctl start matriarch");
        awaitPrimary();
        sql("CREATE TABLE herd AS SELECT generate_series(1, 1000) AS elephant");
        LocalCluster.await(
                "patronictl lists the leader",
                20,
                () -> machine.must("patronictl -c /etc/matriarch/matriarch.yml list")
                        .matches("(?s).*node1 .* Leader .*"));
    }

    @Test
    @Order(3)
    void theUnitsAreTight() {
        for (String unit : List.of("matriarch.service", "matriarch@main.service")) {
            assertThat(machine.must("systemd-analyze verify " + unit + " 2>&1")).isEmpty();
            String rated = machine.must("systemd-analyze security " + unit);
            Matcher matcher = RATING.matcher(rated);
            assertThat(matcher.find()).as(rated).isTrue();
            assertThat(Double.parseDouble(matcher.group(1))).as(rated).isLessThan(3);
        }
        // a machine without CAP_SYS_RESOURCE leaves it at 0
        assertThat(property("OOMScoreAdjust")).isEqualTo("-900");
        assertThat(machine.must("cat /proc/" + postmaster() + "/oom_score_adj"))
                .isEqualTo(machine.must("cat /proc/" + property("MainPID") + "/oom_score_adj"));
        String backend = "SELECT pg_read_file('/proc/' || pg_backend_pid() || '/oom_score_adj')";
        assertThat(sql(backend)).isEqualTo("0");
        assertThat(machine.must("stat -c '%a %U:%G' /etc/matriarch /etc/matriarch/matriarch.env /run/postgresql"))
                .isEqualTo("750 root:postgres\n640 root:postgres\n2775 postgres:postgres");
    }

    @Test
    @Order(4)
    void manualAndCompletionsAreInstalled() {
        assertThat(machine.must("man --warnings matriarch 2>&1")).contains("BACKUP CREATE", "--incremental");
        assertThat(machine.must("man --warnings patronictl 2>&1")).contains("CTL SWITCHOVER", "--candidate");
        assertThat(completed("patronictl switchover --can")).isEqualTo("--candidate");
        assertThat(completed("matriarch backup li")).isEqualTo("list");
        assertThat(completed("patroni --val")).isEqualTo("--validate-config");
    }

    @Test
    @Order(5)
    void systemdKnowsHowTheAgentIs() {
        LocalCluster.await("the role is told", 20, () -> property("StatusText").contains("I am (node1), the leader"));
        long heard = Long.parseLong(property("WatchdogTimestampMonotonic"));
        LocalCluster.await(
                "a ping for its watchdog", 30, () -> Long.parseLong(property("WatchdogTimestampMonotonic")) > heard);
        machine.must("systemctl reload matriarch");
        awaitState("active");
        assertThat(machine.must("journalctl -u matriarch")).contains("configuration reloaded");
        machine.must("cd /etc/matriarch && cp matriarch.yml good && echo 'ttl: [' >> matriarch.yml");
        machine.must("systemctl reload matriarch");
        LocalCluster.await(
                "the mistake is told",
                20,
                () -> machine.must("journalctl -u matriarch").contains("not reloaded: "));
        awaitState("active");
        machine.must("cd /etc/matriarch && cat good > matriarch.yml && rm good");
    }

    @Test
    @Order(6)
    void aFrozenAgentOrGuardIsReplacedAndPostgresRunsOn() {
        String postmaster = postmaster();
        long agent = child(property("MainPID"));
        machine.must("kill -STOP " + agent);
        LocalCluster.await("the guard starts another agent", 40, () -> child(property("MainPID")) != agent);
        awaitPrimary();

        machine.must("mkdir -p /run/systemd/system/matriarch.service.d && cd /run/systemd/system/matriarch.service.d"
                + " && printf '[Service]\\nWatchdogSec=3\\n' > quick.conf && systemctl daemon-reload");
        // known from the next start on; the one that comes now is by the guard's death
        killGuard();
        String guard = property("MainPID");
        machine.must("kill -STOP " + guard);
        LocalCluster.await("systemd starts another guard", 40, () -> isOther(property("MainPID"), guard));
        awaitPrimary();
        assertThat(machine.must("journalctl -u matriarch")).contains("Watchdog timeout");
        assertThat(postmaster()).isEqualTo(postmaster);
        machine.must("rm -r /run/systemd/system/matriarch.service.d && systemctl daemon-reload");
        killGuard();
    }

    private void killGuard() {
        String guard = property("MainPID");
        machine.must("kill -KILL " + guard);
        LocalCluster.await("systemd starts another guard", 30, () -> isOther(property("MainPID"), guard));
        awaitState("active");
        awaitPrimary();
    }

    @Test
    @Order(7)
    void anUpgradeReplacesTheAgentAndNotPostgres() {
        String postmaster = postmaster();
        String guard = property("MainPID");
        assertThat(machine.must("dpkg -i /shown/matriarch_2.0_amd64.deb"))
                .contains("matriarch: matriarch.service runs the new version; PostgreSQL was not restarted.");
        assertThat(property("MainPID")).isNotEqualTo(guard);
        awaitPrimary();
        assertThat(postmaster()).isEqualTo(postmaster);
        assertThat(sql("SELECT timeline_id FROM pg_control_checkpoint()")).isEqualTo("1");
    }

    @Test
    @Order(8)
    void inMaintenanceModeNeitherAnUpgradeNorARestartNorAStopTouchesPostgres() {
        String postmaster = postmaster();
        machine.must("patronictl -c /etc/matriarch/matriarch.yml pause --wait");
        machine.must("dpkg -i /shown/matriarch_1.0_amd64.deb");
        assertThat(postmaster()).isEqualTo(postmaster);
        machine.must("systemctl restart matriarch");
        awaitPrimary();
        assertThat(postmaster()).isEqualTo(postmaster);
        machine.must("systemctl stop matriarch");
        assertThat(sql("SELECT count(*) FROM herd")).isEqualTo("1000");
        machine.must("systemctl start matriarch");
        awaitPrimary();
        assertThat(postmaster()).isEqualTo(postmaster);
        // an agent that has just started doesn't know the configuration yet, and patronictl says so without a bad exit
        // code, as Patroni's does
        LocalCluster.await(
                "maintenance mode has ended",
                30,
                () -> machine.run("patronictl -c /etc/matriarch/matriarch.yml resume --wait")
                        .output()
                        .contains("Success: cluster management is resumed"));
    }

    @Test
    @Order(9)
    void oneOfSeveralClustersHasAUnitOfTheTemplateThatIsUpgradedToo() {
        machine.must("systemctl stop matriarch && mv /etc/matriarch/matriarch.yml /etc/matriarch/main.yml");
        machine.must("systemctl start matriarch@main");
        LocalCluster.await(
                "a primary of matriarch@main",
                60,
                () -> query("SELECT pg_is_in_recovery()").output().strip().equals("f"));
        String postmaster = postmaster();
        assertThat(machine.must("dpkg -i /shown/matriarch_2.0_amd64.deb"))
                .contains("matriarch: matriarch@main.service runs the new version; PostgreSQL was not restarted.");
        assertThat(postmaster()).isEqualTo(postmaster);
        assertThat(sql("SELECT count(*) FROM herd")).isEqualTo("1000");
        machine.must("systemctl stop matriarch@main && mv /etc/matriarch/main.yml /etc/matriarch/matriarch.yml");
        machine.must("systemctl start matriarch");
        awaitPrimary();
    }

    @Test
    @Order(10)
    void aPurgeStopsPostgresAndLeavesItsData() {
        machine.must("dpkg --purge matriarch-patroni matriarch");
        assertThat(machine.run("pgrep -u postgres -x postgres").code()).isOne();
        assertThat(machine.must("/usr/lib/postgresql/15/bin/pg_controldata " + DATA))
                .containsPattern("state: +shut down\n");
        assertThat(machine.must("ls /etc/matriarch")).isEqualTo("matriarch.yml");
        assertThat(machine.run("ls /usr/bin/matriarch /usr/bin/patronictl /lib/systemd/system/matriarch*")
                        .code())
                .isNotZero();

        machine.must("dpkg -i /shown/matriarch_2.0_amd64.deb");
        awaitPrimary();
        assertThat(sql("SELECT count(*) FROM herd")).isEqualTo("1000");
    }

    private void awaitPrimary() {
        LocalCluster.await("a primary that takes writes", 60, () -> {
            Programs.Result answer = query("SELECT pg_is_in_recovery()");
            return answer.code() == 0
                    && answer.output().strip().equals("f")
                    && property("ActiveState").equals("active");
        });
    }

    private void awaitState(String state) {
        LocalCluster.await(
                "the unit is " + state, 30, () -> property("ActiveState").equals(state));
    }

    private static boolean isOther(String pid, String than) {
        return !pid.equals("0") && !pid.equals(than);
    }

    private long child(String guard) {
        String found = machine.run("pgrep -P " + guard + " -f 'matriarch agent'")
                .output()
                .strip();
        return found.isEmpty() ? 0 : Long.parseLong(found);
    }

    private String property(String name) {
        return machine.must("systemctl show --value --property=" + name + " " + UNIT);
    }

    private String postmaster() {
        return machine.must("head -n 1 " + DATA + "/postmaster.pid");
    }

    private Programs.Result query(String statement) {
        return machine.run("runuser -u postgres -- psql -XAtq -c \"" + statement + "\"");
    }

    private String sql(String statement) {
        Programs.Result answer = query(statement);
        assertThat(answer.code()).as("%s: %s", statement, answer.output()).isZero();
        return answer.output().strip();
    }

    /** What bash makes of a line when the tabulator key is pressed. */
    private String completed(String line) {
        return machine.must(
                "bash -c '. /usr/share/bash-completion/completions/" + line.split(" ", 2)[0] + "; COMP_WORDS=(" + line
                        + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _matriarch; echo \"${COMPREPLY[@]}\"'");
    }
}
