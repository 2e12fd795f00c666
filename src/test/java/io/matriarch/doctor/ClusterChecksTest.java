package io.matriarch.doctor;

import static io.matriarch.doctor.Patients.LEADER;
import static io.matriarch.doctor.Patients.STANDBY;
import static io.matriarch.doctor.Patients.answering;
import static io.matriarch.doctor.Patients.complaints;
import static io.matriarch.doctor.Patients.silent;
import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.SyncState;
import io.matriarch.config.HostPort;
import io.matriarch.dcs.etcd.EtcdHealth.Health;
import io.matriarch.doctor.Finding.Level;
import io.matriarch.doctor.MemberReport.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What each check of a cluster finds, and that it finds nothing in a healthy one. */
final class ClusterChecksTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aHealthyClusterIsHealthy() {
        Patient patient = Patients.healthy();
        List<Check> checks = List.of(
                new DynamicCheck(patient),
                new MembersCheck(patient),
                new VersionsCheck(patient),
                new ClockCheck(patient),
                new PendingRestartCheck(patient),
                new ReplicationCheck(patient),
                new SynchronousCheck(patient));
        List<Finding> findings = new Examination(Duration.ofSeconds(20)).of(checks);
        assertThat(findings)
                .hasSizeGreaterThanOrEqualTo(checks.size())
                .allMatch(finding -> finding.level() == Level.OK);
        assertThat(Diagnosis.exitCode(findings)).isZero();
    }

    @Test
    void nothingIsKnownWithoutEtcd() {
        Patient patient = Patients.unreadable();
        assertThat(complaints(new DynamicCheck(patient)))
                .containsExactly("UNKNOWN etcd: the cluster can't be read: nobody answers");
        assertThat(complaints(new MembersCheck(patient)))
                .containsExactly("UNKNOWN etcd: the members aren't known: nobody answers");
        assertThat(complaints(new ReplicationCheck(patient)))
                .containsExactly("UNKNOWN leader: there is none that answers");
    }

    @Test
    void aMemberThatIsSilentOrStoppedIsAnError() {
        Patient patient = Patients.with(answering("a", "{\"state\": \"stopped\"}"), silent("b"));
        assertThat(complaints(new MembersCheck(patient)))
                .containsExactly(
                        "ERROR a: its PostgreSQL is not running: stopped",
                        "ERROR b: its REST interface doesn't answer: Connection refused");
    }

    @Test
    void aClusterWithoutItsLeaderIsAnError() {
        Patient patient = Patients.with(answering("b", STANDBY));
        assertThat(complaints(new MembersCheck(patient))).containsExactly("ERROR cluster: it has no leader");
    }

    @Test
    void pauseAndMistakesInTheDynamicConfigurationAreTold() {
        Patient patient =
                Patients.of("{\"pause\": true, \"loop_wait\": \"x\"}", SyncState.NONE, answering("a", LEADER));
        assertThat(complaints(new DynamicCheck(patient)))
                .hasSize(2)
                .anyMatch(text -> text.startsWith("ERROR DCS /config: loop_wait: 'x' isn't a number"))
                .anyMatch(text -> text.startsWith("WARNING config: the cluster is in pause"));
    }

    @Test
    void anotherMinorVersionIsAWarningAndAnotherMajorOneAnError() {
        Patient minor = Patients.with(answering("a", LEADER), answering("b", STANDBY.replace("150018", "150017")));
        assertThat(complaints(new VersionsCheck(minor)))
                .containsExactly("WARNING PostgreSQL: versions differ: 15.17 (b), 15.18 (a)");
        Patient major = Patients.with(answering("a", LEADER), answering("b", STANDBY.replace("150018", "170005")));
        assertThat(complaints(new VersionsCheck(major)))
                .containsExactly("ERROR PostgreSQL: major versions differ: 15.18 (a), 17.5 (b)");
        Patient agents = Patients.with(answering("a", LEADER), answering("b", STANDBY.replace("4.0.7", "3.3.2")));
        assertThat(complaints(new VersionsCheck(agents)))
                .containsExactly("WARNING agent: versions of Matriarch or Patroni differ: 3.3.2 (b), 4.0.7 (a)");
    }

    @Test
    void clocksAreComparedAsFarAsWholeSecondsAllow() {
        Clock right = new Clock(NOW.minusMillis(900), NOW, NOW.plusMillis(50));
        Clock ahead = new Clock(NOW.plusSeconds(9), NOW, NOW.plusSeconds(2));
        Clock behind = new Clock(NOW.minusSeconds(9), NOW, NOW.plusSeconds(2));
        assertThat(complaints(new ClockCheck(Patients.with(answering("a", LEADER, right)))))
                .isEmpty();
        assertThat(complaints(
                        new ClockCheck(Patients.with(answering("a", LEADER, ahead), answering("b", STANDBY, behind)))))
                .hasSize(2)
                .anyMatch(text -> text.startsWith("WARNING a: its clock is ahead by 7 s or more"))
                .anyMatch(text -> text.startsWith("WARNING b: its clock is behind by 8 s or more"));
    }

    @Test
    void aPendingRestartIsToldWithItsParameters() {
        String pending = STANDBY.replace(
                "{\"state\"",
                "{\"pending_restart\": true, \"pending_restart_reason\": {\"max_connections\": {\"old_value\": \"100\","
                        + " \"new_value\": \"120\"}}, \"state\"");
        assertThat(complaints(new PendingRestartCheck(Patients.with(answering("a", LEADER), answering("b", pending)))))
                .containsExactly("WARNING b: parameters wait for a restart: max_connections (100 -> 120)");
    }

    @Test
    void aStandbyOnAnotherTimelineOrWithoutWalOrFarBehindIsFound() {
        assertThat(replication(STANDBY.replace("\"timeline\": 2", "\"timeline\": 1")))
                .containsExactly("ERROR b: it is on timeline 1, the leader on 2");
        assertThat(replication(STANDBY.replace("\"replication_state\": \"streaming\",", "")))
                .containsExactly("WARNING b: it doesn't stream from anybody (no WAL receiver)");
        assertThat(replication(STANDBY.replace("5000000", "3000000").replace("4000000", "3000000")))
                .containsExactly(
                        "WARNING b: it is 1.9 MB behind, more than maximum_lag_on_failover (1.0 MB): it would not take over");
    }

    private static List<String> replication(String standby) {
        return complaints(new ReplicationCheck(Patients.with(answering("a", LEADER), answering("b", standby))));
    }

    @Test
    void missingSynchronousStandbysAreAWarningAndInStrictModeAnError() {
        MemberReport[] members = {answering("a", LEADER), answering("b", STANDBY)};
        String on = "{\"synchronous_mode\": true, \"synchronous_node_count\": 2}";
        assertThat(complaints(new SynchronousCheck(Patients.of(on, SyncState.NONE, members))))
                .containsExactly("WARNING sync key: no standby is synchronous: a failover would lose commits");
        assertThat(complaints(new SynchronousCheck(
                        Patients.of(on.replace("{", "{\"synchronous_mode_strict\": true, "), SyncState.NONE, members))))
                .containsExactly(
                        "ERROR sync key: no standby is synchronous, and synchronous_mode_strict makes commits wait");
    }

    @Test
    void etcdsServersAreJudgedEachForItselfAndTogether() {
        Health well = health(Optional.of(1L << 31), 1L << 20, true, Duration.ofMillis(3));
        assertThat(etcd(well, well, new Health.Silent("refused")))
                .hasSize(1)
                .allMatch(text -> text.startsWith("WARNING s2:2379: it doesn't answer: refused"));
        assertThat(etcd(well, new Health.Silent("refused"), new Health.Silent("refused")))
                .hasSize(2)
                .allMatch(text -> text.startsWith("ERROR ") && text.contains("nobody can lead"));
        assertThat(etcd(health(Optional.empty(), 1_900L << 20, true, Duration.ofMillis(3))))
                .hasSize(1)
                .allMatch(text -> text.startsWith("WARNING s0:2379: its database has 1.9 GB, 92 % of the usual quota"));
        assertThat(etcd(health(Optional.of(1L << 31), 1, false, Duration.ofMillis(300))))
                .containsExactly(
                        "ERROR s0:2379: it knows no leader", "WARNING s0:2379: a linearizable read took 300 ms");
        assertThat(etcd(new Health.Answering(
                        "3.5.0",
                        1,
                        Optional.empty(),
                        true,
                        false,
                        Optional.of(Duration.ZERO),
                        List.of("alarm:NOSPACE"))))
                .containsExactly("ERROR s0:2379: alarm:NOSPACE");
    }

    private static Health health(Optional<Long> quota, long size, boolean leader, Duration read) {
        return new Health.Answering("3.5.0", size, quota, leader, false, Optional.of(read), List.of());
    }

    private static List<String> etcd(Health... healths) {
        Map<HostPort, Health> found = new LinkedHashMap<>();
        for (int i = 0; i < healths.length; i++) {
            found.put(new HostPort("s" + i, 2379), healths[i]);
        }
        return complaints(new EtcdCheck(() -> found));
    }
}
