package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** Base backups by schedule: first to a repository that isn't there, then to one that is; jobs at once; and failovers while WAL is archived. One step after the other on one cluster. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(LogsOnFailure.class)
@DisabledIfSystemProperty(named = "matriarch.agent", matches = "patroni", disabledReason = "Patroni makes no backups")
final class JobsIT {
    private static final int A_MINUTE_AND_MORE = 150;

    private static LocalCluster cluster;
    private static Path repository;
    private static Path remote;
    private static Path told;

    @BeforeAll
    static void start() throws IOException {
        cluster = new LocalCluster(AgentProgram.chosen(), LocalCluster.Patience.OF_TESTS);
        LogsOnFailure.show(cluster);
        repository = cluster.home().resolve("repository");
        remote = cluster.home().resolve("remote");
        LocalCluster.own(Files.createDirectory(remote));
        told = cluster.home().resolve("told");
        Path teller = cluster.home().resolve("teller");
        LocalCluster.write(teller, "#!/bin/sh\necho \"$@\" >>" + told + "\ncat >>" + told + "\n");
        Files.setPosixFilePermissions(teller, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (Node node : cluster.nodes()) {
            String archive = wal(node, "push", "%p");
            String restore = String.join(
                    " ",
                    node.program().tool("restore", "-c", node.configuration().toString()));
            LocalCluster.write(
                    node.configuration(),
                    Files.readString(node.configuration())
                                    .replace(
                                            "  parameters:\n    unix_socket",
                                            "  create_replica_methods: [restore, basebackup]\n  restore:\n    command: "
                                                    + restore + "\n  parameters:\n    unix_socket")
                                    .replace(
                                            "    shared_buffers: 32MB",
                                            "    shared_buffers: 32MB\n    archive_mode: 'on'\n    archive_command: '"
                                                    + archive + "'")
                            + """
                            backup:
                              repositories:
                                local: {type: directory, path: %s}
                                remote: {type: directory, path: %s}
                              spool: %s
                              notify:
                                command: [%s]
                            """.formatted(repository, remote, cluster.home().resolve(node.name()), teller));
        }
        cluster.start();
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
            LogsOnFailure.deleteUnlessFailed(cluster);
        }
    }

    /** A command for PostgreSQL. */
    private static String wal(Node node, String action, String... places) {
        List<String> words = new ArrayList<>(
                List.of("wal", action, "--config", node.configuration().toString()));
        words.addAll(List.of(places));
        return String.join(" ", node.program().tool(words.toArray(String[]::new)));
    }

    private static Mapping backups(Node node) {
        return node.rest().get("/backups").json();
    }

    private static List<Mapping> reports(Node node, String outcome) {
        List<Mapping> reports = new ArrayList<>();
        for (Value item : backups(node).items("reports")) {
            if (item instanceof Mapping report && report.text("outcome").equals(Optional.of(outcome))) {
                reports.add(report);
            }
        }
        return reports;
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static ServerProcess.Ended tool(Node node, String... arguments) {
        List<String> command = new ArrayList<>(node.program().tool(arguments));
        command.addAll(List.of("-c", node.configuration().toString()));
        return ServerProcess.run(cluster.home(), 60, command);
    }

    @Test
    @Order(1)
    void aScheduleThatIsNoneIsRefused() {
        Rest.Answer answer =
                cluster.primary().rest().patch("/config", "{\"backup_jobs\": {\"base\": \"every minute\"}}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("backup_jobs.base: 'every minute' isn't a cron expression");
    }

    @Test
    @Order(2)
    void whatFailsIsToldEverywhere() {
        Node primary = cluster.primary();
        assertThat(primary.rest()
                        .patch(
                                "/config",
                                "{\"backup_jobs\": {\"base\": \"* * * * *\", \"repositories\": {\"base\": [\"nowhere\", \"local\"]}}}")
                        .status())
                .isEqualTo(200);
        LocalCluster.await(
                "the first job has failed",
                A_MINUTE_AND_MORE,
                () -> cluster.nodes().stream()
                        .noneMatch(node -> reports(node, "failed").isEmpty()));
        Mapping report = reports(primary, "failed").getFirst();
        assertThat(report.text("job")).hasValue("base");
        assertThat(report.text("member")).isNotEqualTo(Optional.of(primary.name()));
        assertThat(report.items("problems").toString())
                .contains(
                        "repository nowhere: there is no repository nowhere in backup.repositories, only local, remote")
                .contains("repository local: ", repository.toString());
        LocalCluster.await("somebody is told", 20, () -> text(told).contains("base failed matriarch"));
        assertThat(text(told)).contains("\"job\":\"base\"", "\"outcome\":\"failed\"");
        assertThat(primary.rest().get("/metrics").body()).contains("matriarch_job_failed{task=\"base\",} 1.0");

        LocalCluster.await(
                "the archive's failure is known",
                30,
                () -> backups(primary).mapping("archive").text("failing").isPresent());
        ServerProcess.Ended status = tool(primary, "backup", "status");
        assertThat(status.code()).as(status.output()).isEqualTo(1);
        assertThat(status.output()).contains("failed", repository.toString(), primary.name());
    }

    @Test
    @Order(3)
    void aReplicaBacksUpOnceForAll() throws IOException {
        LocalCluster.own(Files.createDirectory(repository));
        Node primary = cluster.primary();
        assertThat(primary.rest()
                        .patch("/config", "{\"backup_jobs\": {\"repositories\": {\"base\": [\"local\", \"remote\"]}}}")
                        .status())
                .isEqualTo(200);
        LocalCluster.await(
                "a backup is done",
                A_MINUTE_AND_MORE,
                () -> cluster.nodes().stream()
                        .noneMatch(node -> reports(node, "done").isEmpty()));
        assertThat(primary.rest().patch("/config", "{\"backup_jobs\": null}").status())
                .isEqualTo(200);
        LocalCluster.await(
                "no job runs",
                60,
                () -> backups(primary).find("running").isEmpty()
                        && backups(primary)
                                .mapping("jobs")
                                .mapping("base")
                                .text("schedule")
                                .isEmpty());
        List<Mapping> done = reports(primary, "done");
        Mapping report = done.getFirst();
        assertThat(report.text("member")).isNotEqualTo(Optional.of(primary.name()));
        assertThat(backups(primary).items("backups").toString())
                .contains(report.mapping("details").text("label").orElseThrow());
        for (String name : List.of("local", "remote")) {
            ServerProcess.Ended list = tool(primary, "backup", "list", "-f", "tsv", "--repository", name);
            assertThat(list.code()).as(list.output()).isZero();
            assertThat(list.output()
                            .lines()
                            .filter(line -> line.endsWith("\tyes"))
                            .count())
                    .as(name + list.output())
                    .isEqualTo(done.size());
        }
        assertThat(primary.rest().get("/metrics").body())
                .contains("matriarch_job_failed{task=\"base\",} 0.0")
                .doesNotContain("matriarch_job_last_success_timestamp_seconds{task=\"base\",} 0.0");
        assertThat(primary.rest().get("/drills").status()).isEqualTo(200);
    }

    @Test
    @Order(4)
    void aReplicaIsMadeOfTheBackup() {
        Node primary = cluster.primary();
        Node replica = cluster.replicas().getFirst();
        primary.query("CREATE TABLE herd AS SELECT 1 AS elephant");
        int before = replica.logText().length();
        assertThat(replica.rest().post("/reinitialize", "{}").status()).isEqualTo(200);
        LocalCluster.await(
                "the replica was restored",
                60,
                () -> replica.logText().substring(before).contains("replica has been created using restore"));
        cluster.awaitHealthy();
        LocalCluster.await(
                "it has what came after the backup", 30, () -> "1".equals(replica.query("SELECT count(*) FROM herd")));
    }

    @Test
    @Order(5)
    void aJobBeginsWhenSomebodyWantsIt() {
        Node primary = cluster.primary();
        Rest.Answer wrong = primary.rest().post("/backups", "{\"job\": \"nothing\"}");
        assertThat(wrong.status()).as(wrong.body()).isEqualTo(400);
        Rest.Answer begun = primary.rest().post("/backups", "{\"job\": \"dump\"}");
        assertThat(begun.status()).as(begun.body()).isEqualTo(202);
        assertThat(begun.json().text("message").orElse("")).contains("the job dump begins", "GET /backups");
        Rest.Answer again = cluster.replicas().getFirst().rest().post("/backups", "{\"job\": \"dump\"}");
        assertThat(again.status()).as(again.body()).isEqualTo(409);
        awaitDumps(1);
        Mapping report = dumps().getFirst();
        assertThat(report.text("member")).isNotEqualTo(Optional.of(primary.name()));
        assertThat(tool(primary, "dump", "list").output())
                .contains(report.mapping("details").text("label").orElseThrow());

        LocalCluster.await(
                "no job runs", 30, () -> backups(primary).find("running").isEmpty());
        ServerProcess.Ended started = tool(primary, "backup", "start", "dump");
        assertThat(started.code()).as(started.output()).isZero();
        assertThat(started.output()).contains("the job dump begins");
        ServerProcess.Ended refused = tool(primary, "backup", "start", "dump");
        assertThat(refused.code()).as(refused.output()).isEqualTo(1);
        assertThat(refused.output()).contains("answers 409");
        awaitDumps(2);
    }

    @Test
    @Order(6)
    void backupsExpireInAllRepositories() throws IOException {
        Path away = remote.resolveSibling("remote-away");
        Files.move(remote, away);
        Node primary = cluster.primary();
        LocalCluster.await(
                "no job runs", 30, () -> backups(primary).find("running").isEmpty());
        assertThat(tool(primary, "backup", "start", "expire").code()).isZero();
        LocalCluster.await(
                "the job has failed",
                60,
                () -> reports(primary, "failed").stream()
                        .anyMatch(report -> report.text("job").equals(Optional.of("expire"))
                                && report.items("problems").toString().contains("repository remote: ")));
        Files.move(away, remote);
    }

    private static List<Mapping> dumps() {
        return reports(cluster.primary(), "done").stream()
                .filter(report -> report.text("job").equals(Optional.of("dump")))
                .toList();
    }

    private static void awaitDumps(int count) {
        LocalCluster.await(count + " dumps", 60, () -> dumps().size() == count);
    }

    /** Who is killed has segments that aren't archived yet, and whoever is promoted takes its own copies for archived. */
    @Test
    @Order(7)
    void noSegmentIsLostOverFailovers() throws IOException {
        // a primary that crashed isn't started again when another one can take over
        assertThat(cluster.primary()
                        .rest()
                        .patch("/config", "{\"primary_start_timeout\": 0}")
                        .status())
                .isEqualTo(200);
        try (Writer writer = new Writer(cluster.writePort())) {
            killedWithAQueue(Node::killAgentAndPostgres);
            switchedOver();
            killedWithAQueue(Node::killPostgres);
            writer.awaitWrites();
        }
        Node primary = cluster.primary();
        String rows = "SELECT count(*) || ' ' || sum(number) FROM written";
        String written = primary.query(rows);
        String segment = primary.query("SELECT pg_walfile_name(pg_switch_wal())");
        LocalCluster.await(
                "all is archived",
                60,
                () -> primary.query("SELECT last_archived_wal >= '" + segment + "' FROM pg_stat_archiver")
                        .equals("t"));
        ServerProcess.Ended verified = tool(primary, "backup", "verify", "--level", "wal");
        assertThat(verified.code()).as(verified.output()).isZero();

        Path target = cluster.home().resolve("restored");
        String fetch = wal(primary, "fetch", "%f", "%p");
        ServerProcess.Ended restored = tool(primary, "restore", target.toString(), "--restore-command", fetch);
        assertThat(restored.code()).as(restored.output()).isZero();
        int port = Programs.freePort();
        String options = "-c archive_mode=off -c listen_addresses=127.0.0.1 -c port=" + port
                + " -c unix_socket_directories=" + target;
        postgres("pg_ctl", "start", "-w", "-D", target.toString(), "-l", target + ".log", "-o", options);
        try {
            LocalCluster.await(
                    "the recovery",
                    60,
                    () -> Node.query(port, "SELECT pg_is_in_recovery()").equals("f"));
            assertThat(Node.query(port, rows)).isEqualTo(written);
        } finally {
            postgres("pg_ctl", "stop", "-w", "-m", "immediate", "-D", target.toString());
        }
    }

    /** Each has other bytes in the segment in which a timeline ends, and archives what it has fetched. */
    @Test
    @Order(7)
    void followersThatArchiveTooAgreeAfterTakeovers() throws IOException {
        for (Node node : cluster.nodes()) {
            String fetch = wal(node, "fetch", "%f", "%p");
            LocalCluster.write(
                    node.configuration(),
                    Files.readString(node.configuration())
                            .replace("archive_mode: 'on'", "archive_mode: 'always'")
                            .replace(
                                    "  create_replica_methods",
                                    "  recovery_conf:\n    restore_command: '" + fetch
                                            + "'\n  create_replica_methods"));
            assertThat(node.rest().post("/reload", "").status()).isEqualTo(202);
        }
        for (Node node : cluster.nodes()) {
            LocalCluster.await(node + " knows", 20, () -> node.logText().contains("archive_mode"));
        }
        assertThat(cluster.ctl("restart", "matriarch", "--force")).contains("Success");
        cluster.awaitHealthy();
        for (int takeover = 0; takeover < 2; takeover++) {
            // what is recycled has other content on each node
            cluster.primary().query("CHECKPOINT");
            cluster.primary().query("INSERT INTO filling SELECT generate_series(1, 100000)");
            switchedOver();
        }
        cluster.primary().query("SELECT pg_switch_wal()");
        for (Node node : cluster.nodes()) {
            assertThat(node.query("SHOW archive_mode")).isEqualTo("always");
            LocalCluster.await(node + " has archived all", 90, () -> waiting(node) == 0);
        }
    }

    private static void killedWithAQueue(Consumer<Node> kill) throws IOException {
        Node former = cluster.primary();
        Path away = repository.resolveSibling("away");
        Files.move(repository, away);
        for (int segment = 0; segment < 3; segment++) {
            former.query("SELECT pg_switch_wal()");
            former.query("CREATE TABLE IF NOT EXISTS filling AS SELECT generate_series(1, 1000) AS number");
            former.query("INSERT INTO filling SELECT generate_series(1, 1000)");
        }
        LocalCluster.await("files wait", 30, () -> waiting(former) > 1);
        kill.accept(former);
        Files.move(away, repository);
        cluster.awaitPrimaryOtherThan(former, 60);
        cluster.awaitHealthy();
    }

    private static long waiting(Node node) {
        return backups(node).mapping("archive").whole("waiting").orElse(0);
    }

    private static void switchedOver() {
        Node former = cluster.primary();
        former.query("SELECT pg_switch_wal()");
        // those that have just come back may not be good enough yet
        LocalCluster.await("a switchover", 30, 1000, () -> {
            Rest.Answer answer = former.rest().post("/switchover", "{\"leader\": \"" + former.name() + "\"}");
            if (answer.status() != 200) {
                throw new IllegalStateException(answer.body());
            }
            return true;
        });
        cluster.awaitHealthy();
    }

    private static void postgres(String name, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Templates.POSTGRES_BIN.resolve(name).toString()));
        command.addAll(List.of(arguments));
        ServerProcess.Ended ended = ServerProcess.run(cluster.home(), 60, command);
        assertThat(ended.code()).as(ended.output()).isZero();
    }
}
