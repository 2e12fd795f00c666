package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A cluster home of two nodes, and a cluster away of three that is its standby until the two change places. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StandbyClusterIT {
    private static final String UNDER_DCS = "    maximum_lag_on_failover: 1048576\n";

    @RegisterExtension
    static final AfterTestExecutionCallback LOGS =
            context -> context.getExecutionException().ifPresent(_ -> System.out.println(logs()));

    private static SharedEtcd etcd;
    private static Loner home;
    private static Loner second;
    private static List<Loner> away = List.of();
    private static Path archive;
    private static int rows;

    @BeforeAll
    static void start() throws IOException {
        etcd = new SharedEtcd();
        home = new Loner(etcd, "home", "h1")
                .with(UNDER_DCS, UNDER_DCS + "    slots: {away: {type: physical}}\n")
                .start();
        second = new Loner(etcd, "home", "h2");
        LocalCluster.await("home is primary", 90, () -> home.rest().says200("/primary"));
        home.node().query("create table written(number int)");
        second.start();
        String section = "    standby_cluster: {host: 127.0.0.1, port: %d, primary_slot_name: away}\n"
                .formatted(home.node().databasePort());
        archive = Files.createDirectory(etcd.home().resolve("archive"));
        LocalCluster.own(archive);
        List<Loner> nodes = new ArrayList<>();
        for (String name : List.of("a1", "a2", "a3")) {
            nodes.add(new Loner(etcd, "away", name)
                    .with(UNDER_DCS, UNDER_DCS + section)
                    .with("  pg_hba:\n", "  basebackup:\n    - checkpoint: fast\n  pg_hba:\n")
                    .with("    shared_buffers: 32MB\n", """
                                shared_buffers: 32MB
                                archive_mode: 'on'
                                archive_command: cp %%p %s/%%f
                            """.formatted(archive)));
        }
        nodes.getLast().rewritten(text -> text + "tags:\n  replicatefrom: a2\n");
        away = List.copyOf(nodes);
    }

    @AfterAll
    static void stop() {
        away.forEach(Loner::close);
        second.close();
        home.close();
        etcd.close();
    }

    private static String logs() {
        StringBuilder text = new StringBuilder();
        for (Loner node : all()) {
            List<String> lines = node.log().lines().toList();
            text.append("--- ").append(node.name()).append('\n');
            lines.subList(Math.max(0, lines.size() - 60), lines.size())
                    .forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    private static List<Loner> all() {
        List<Loner> nodes = new ArrayList<>(List.of(home, second));
        nodes.addAll(away);
        return nodes;
    }

    /** A new row at {@code writer} arrives at all of {@code readers}. */
    private static void rowGoes(Loner writer, List<Loner> readers) {
        rows++;
        String number = Integer.toString(rows);
        write(writer);
        for (Loner reader : readers) {
            LocalCluster.await(
                    "row " + number + " of " + writer.name() + " at " + reader.name(),
                    40,
                    () -> reader.node()
                            .query("select coalesce(max(number), 0) from written")
                            .equals(number));
        }
    }

    /** The next row. A node holds the lock, and {@code /primary} says so, a little before its promotion ends. */
    private static void write(Loner writer) {
        LocalCluster.await(writer.name() + " is promoted", 30, writer.node()::isPromoted);
        writer.node().query("insert into written values (" + rows + ")");
    }

    private static Loner awaitStandbyLeader(List<Loner> among, int seconds) {
        List<Loner> found = new ArrayList<>();
        LocalCluster.await(
                "a standby leader among " + among.stream().map(Loner::name).toList(), seconds, () -> {
                    among.stream()
                            .filter(node -> node.rest().says200("/standby-leader"))
                            .forEach(found::add);
                    return !found.isEmpty();
                });
        return found.getFirst();
    }

    private static void nobodyAwayWasPromoted() {
        for (Loner node : away) {
            assertThat(node.rest().says200("/primary")).as(node.name()).isFalse();
            assertThat(node.node().query("select pg_is_in_recovery()")).isEqualTo("t");
            assertThat(node.node().query("select timeline_id from pg_control_checkpoint()"))
                    .isEqualTo("1");
        }
    }

    private static String ctl(Loner node, String... arguments) {
        ServerProcess.Ended ended = ServerProcess.run(
                etcd.home(), 90, etcd.program().ctl(node.node().configuration(), arguments));
        assertThat(ended.code())
                .as("patronictl %s: %s", List.of(arguments), ended.output())
                .isZero();
        return ended.output();
    }

    @Test
    @Order(1)
    void aStandbyClusterClonesTheRemotePrimaryAndFollowsIt() {
        Loner first = away.getFirst().start();
        LocalCluster.await("a1 bootstraps", 30, () -> etcd.all("away").contains("/service/away/initialize"));
        away.stream().skip(1).forEach(Loner::start);
        assertThat(awaitStandbyLeader(away, 60)).isSameAs(first);
        awaitStreaming(second, home);
        LocalCluster.await(
                "the others replicate",
                60,
                () -> away.stream().skip(1).allMatch(node -> node.rest().says200("/replica")));
        rowGoes(home, away);
        nobodyAwayWasPromoted();
        assertThat(first.rest().says200("/leader")).isTrue();
        assertThat(first.rest().says200("/read-only")).isTrue();
        assertThat(first.rest().says200("/replica")).isFalse();
        assertThat(away.get(1).rest().says200("/standby-leader")).isFalse();
        assertThat(first.rest().get("/patroni").json().text("role")).contains("standby_leader");
        assertThat(etcd.get("away", "members/a1")).contains("\"role\":\"standby_leader\"");
        assertThat(ctl(first, "list")).contains("Standby Leader").contains("streaming");
        assertThat(first.node().query("select slot_name from pg_stat_wal_receiver"))
                .isEqualTo("away");
        LocalCluster.await(
                "a3 streams from a2",
                30,
                () -> away.get(1)
                        .node()
                        .query("select coalesce(string_agg(application_name, ' '), '') from pg_stat_replication")
                        .equals("a3"));
    }

    @Test
    @Order(2)
    void prometheusIsToldEachRoleAndAllThatRulesAndDashboardAskFor() {
        List<ScrapedMetrics> nodes =
                all().stream().map(node -> ScrapedMetrics.of(node.rest())).toList();
        List<Set<String>> roles = nodes.stream().map(ScrapedMetrics::roles).toList();
        // as all() has them: home and its replica, then those who are away
        assertThat(roles.subList(0, 2)).containsExactly(Set.of("primary"), Set.of("replica"));
        assertThat(roles.subList(2, 5))
                .containsExactlyInAnyOrder(Set.of("standby_leader"), Set.of("replica"), Set.of("replica"));
        assertThat(nodes).allMatch(node -> node.value("patroni_is_paused") == 0);
        ScrapedMetrics.answerAllThatIsAsked(nodes);

        assertThat(home.rest().patch("/config", "{\"pause\": true}").status()).isEqualTo(200);
        LocalCluster.await(
                "home tells its maintenance mode",
                20,
                () -> Stream.of(home, second)
                        .allMatch(node -> ScrapedMetrics.of(node.rest()).value("patroni_is_paused") == 1));
        assertThat(ScrapedMetrics.of(home.rest()).roles()).containsExactly("primary");
        ctl(home, "resume", "--wait");
    }

    @Test
    @Order(3)
    void anotherStandbyLeaderTakesOverWhenAskedAndWhenOneDies() {
        ctl(away.getFirst(), "failover", "--candidate", "a2", "--force");
        LocalCluster.await("a2 leads", 40, () -> away.get(1).rest().says200("/standby-leader"));
        rowGoes(home, away);
        nobodyAwayWasPromoted();

        Loner dead = away.get(1);
        long guard = dead.process().pid();
        List<Long> pids =
                new ArrayList<>(List.of(guard, dead.node().postmaster().orElseThrow()));
        dead.node().agentOf(guard).ifPresent(pids::addFirst);
        ServerProcess.signal("KILL", pids.stream().mapToLong(Long::longValue).toArray());
        endLease(); // how long it lasts isn't tested here
        Loner heir = awaitStandbyLeader(List.of(away.getFirst(), away.getLast()), 40);
        rowGoes(home, List.of(heir));
        dead.start();
        LocalCluster.await("a2 is back", 40, () -> dead.rest().says200("/replica"));
        rowGoes(home, away);
        assertThat(heir.rest().says200("/standby-leader")).isTrue();
        nobodyAwayWasPromoted();
    }

    private static void endLease() {
        String key = Base64.getEncoder()
                .encodeToString("/service/away/leader".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Rest.Answer answer = new Rest(etcd.port()).post("/v3/kv/deleterange", "{\"key\": \"" + key + "\"}");
        assertThat(answer.json().text("deleted")).as(answer.body()).contains("1");
    }

    @Test
    @Order(4)
    void aMistakeInTheSectionIsRefusedAndNobodyIsPromoted() {
        Rest.Answer answer = away.getFirst().rest().patch("/config", "{\"standby_cluster\": {\"port\": \"no port\"}}");
        assertThat(answer.status()).as(answer.body()).isBetween(400, 499);
        assertThat(answer.body()).contains("standby_cluster.port: 'no port' isn't a number from 1 to 65535");
        nobodyAwayWasPromoted();
    }

    @Test
    @Order(5)
    void withoutTheSectionTheStandbyLeaderIsPromotedAndTheOthersFollowIt() {
        Loner leader = awaitStandbyLeader(away, 20);
        assertThat(leader.rest().patch("/config", "{\"standby_cluster\": null}").status())
                .isEqualTo(200);
        LocalCluster.await(
                "the standby leader is primary",
                30,
                () -> leader.node().query("select pg_is_in_recovery()").equals("f"));
        assertThat(leader.rest().says200("/primary")).isTrue();
        rowGoes(leader, away);
        LocalCluster.await(
                "the history names " + leader.name(),
                20,
                () -> etcd.get("away", "history").contains("\"" + leader.name() + "\""));
        assertThat(ctl(leader, "list")).contains("| Leader ");
        LocalCluster.await(
                "all are on timeline 2",
                30,
                () -> away.stream()
                        .allMatch(node -> node.rest()
                                        .get("/patroni")
                                        .json()
                                        .whole("timeline")
                                        .orElse(0)
                                == 2));
    }

    @Test
    @Order(6)
    void theFormerRemoteClusterIsDemotedAndFollows() {
        Loner primary = awayPrimary();
        home.node().query("insert into written values (-1)"); // is lost: home follows away from now on
        String told = ctl(
                home,
                "demote-cluster",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(primary.node().databasePort()),
                "--force");
        assertThat(told).contains("cluster is successfully demoted");
        assertThat(home.rest().says200("/standby-leader")).isTrue();
        rowGoes(primary, all());
        for (Loner node : List.of(home, second)) {
            assertThat(node.node().query("select count(*) from written where number < 0"))
                    .isEqualTo("0");
            assertThat(node.rest().says200("/primary")).isFalse();
        }
        assertThat(second.log()).as("rewound from a standby").contains("running pg_rewind from h1");
    }

    private static void awaitStreaming(Loner standby, Loner from) {
        LocalCluster.await(
                standby.name() + " streams from " + from.name(),
                60,
                () -> from.node()
                        .query(
                                "select count(*) from pg_stat_replication where state = 'streaming' and application_name = '"
                                        + standby.name() + "'")
                        .equals("1"));
    }

    @Test
    @Order(7)
    void andIsPromotedAgain() {
        assertThat(ctl(home, "promote-cluster", "--force")).contains("cluster is successfully promoted");
        assertThat(home.rest().says200("/primary")).isTrue();
        rowGoes(home, List.of(home, second));
        Mapping config = home.rest().get("/config").json();
        assertThat(config.entries()).doesNotContainKey("standby_cluster");
        assertThat(Map.copyOf(config.entries())).containsKey("ttl");
    }

    private static Loner awayPrimary() {
        return away.stream()
                .filter(node -> node.rest().says200("/primary"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Order(8)
    void ofSeveralHostsTheOneThatAcceptsWritesIsFollowed() {
        List<String> ports = away.stream()
                .map(node -> Integer.toString(node.node().databasePort()))
                .toList();
        String section = "{\"standby_cluster\": {\"host\": \"127.0.0.1,127.0.0.1,127.0.0.1\", \"port\": \"%s\"}}"
                .formatted(String.join(",", ports));
        assertThat(home.rest().patch("/config", section).status()).isEqualTo(200);
        LocalCluster.await("home follows", 60, () -> home.rest().says200("/standby-leader"));
        awaitStreaming(second, home); // though nobody wrote away, and so home stays where second's timeline began
        rowGoes(awayPrimary(), all());

        Loner former = awayPrimary();
        Loner next = former == away.getFirst() ? away.get(1) : away.getFirst();
        ctl(former, "switchover", "--candidate", next.name(), "--force");
        LocalCluster.await(next.name() + " is primary", 40, () -> next.rest().says200("/primary"));
        rowGoes(next, all());
        assertThat(home.rest().says200("/standby-leader")).isTrue();
    }

    @Test
    @Order(9)
    void withRestoreCommandOnlyTheWalComesFromTheArchive() {
        String section =
                "{\"standby_cluster\": {\"host\": null, \"port\": null, \"restore_command\": \"cp %s/%%f %%p\"}}"
                        .formatted(archive);
        assertThat(home.rest().patch("/config", section).status()).isEqualTo(200);
        LocalCluster.await(
                "home no longer streams",
                60,
                () -> home.node()
                        .query("select count(*) from pg_stat_wal_receiver")
                        .equals("0"));
        rows++;
        Loner primary = awayPrimary();
        write(primary);
        primary.node().query("select pg_switch_wal()");
        LocalCluster.await(
                "the row comes by the archive",
                60,
                () -> home.node().query("select max(number) from written").equals(Integer.toString(rows)));
        assertThat(home.rest().says200("/standby-leader")).isTrue();
        assertThat(home.node().query("select pg_is_in_recovery()")).isEqualTo("t");
    }

    @Test
    @Order(10)
    void aDelayedReplicaReceivesAndDoesNotReplayAndIsNeverPromoted() {
        Loner primary = awayPrimary();
        Loner delayed = away.getLast();
        delayed.rewritten(
                text -> text.replace("tags:\n  replicatefrom: a2\n", "tags:\n  recovery_min_apply_delay: 1h\n"));
        ctl(primary, "reload", "away", delayed.name(), "--force");
        LocalCluster.await(
                "its tags say so", 30, () -> etcd.get("away", "members/a3").contains("\"nofailover\":true"));
        LocalCluster.await(
                "it waits an hour",
                30,
                () -> delayed.node().query("show recovery_min_apply_delay").equals("1h"));
        String known = delayed.node().query("select max(number) from written");
        rows++;
        write(primary);
        String written = primary.node().query("select pg_current_wal_flush_lsn()");
        LocalCluster.await(
                "it has the row's WAL",
                30,
                () -> delayed.node()
                        .query("select pg_last_wal_receive_lsn() >= '" + written + "'")
                        .equals("t"));
        assertThat(delayed.node().query("select max(number) from written")).isEqualTo(known);
        ServerProcess.Ended refused = ServerProcess.run(
                etcd.home(),
                60,
                etcd.program()
                        .ctl(
                                primary.node().configuration(),
                                "switchover",
                                "away",
                                "--candidate",
                                delayed.name(),
                                "--force"));
        assertThat(refused.code()).isNotZero();
        assertThat(refused.output()).contains("is tagged as nofailover");
        assertThat(primary.rest().says200("/primary")).isTrue();
    }

    @Test
    @Order(11)
    void whyAReplicaDoesNotStreamIsSaidWithinSeconds() {
        Loner primary = awayPrimary();
        Loner replica = primary == away.getFirst() ? away.get(1) : away.getFirst();
        primary.node().query("alter role replicator password 'another'");
        primary.node()
                .query("select pg_terminate_backend(pid) from pg_stat_replication where application_name = '"
                        + replica.name() + "'");
        LocalCluster.await(
                "the reason",
                20,
                () -> replica.rest()
                        .get("/patroni")
                        .json()
                        .mapping("rejoin")
                        .text("why")
                        .orElse("")
                        .contains("password authentication failed for user \"replicator\""));
        primary.node().query("alter role replicator password '" + Templates.PASSWORD.replace("'", "''") + "'");
        awaitStreaming(replica, primary);
    }
}
