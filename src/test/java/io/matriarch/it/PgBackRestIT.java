package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.it.ServerProcess.Ended;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Debian's pgBackRest works with Matriarch as with Patroni: every example of docs/pgbackrest.md, with the paths and the moment of this test. */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PgBackRestIT {
    private static final Path DOCUMENT = Path.of("docs/pgbackrest.md");
    private static final int PATIENCE = 60;

    private final SharedEtcd etcd = new SharedEtcd();

    @Test
    void thePagesExamplesWork() throws IOException {
        LocalCluster.own(Files.createDirectory(etcd.home().resolve("repository")));
        try (etcd;
                Loner first = new Loner(etcd, "herd", "a");
                Loner second = new Loner(etcd, "herd", "b");
                Loner then = new Loner(etcd, "then", "a")) {
            archiving(first).startAsPrimary();
            thatArchivingFailsIsTold(first);
            shell(first, "pgbackrest --stanza=herd stanza-create");
            sql(first, "CREATE TABLE herd AS SELECT 1 AS elephant");
            shell(first, "pgbackrest --stanza=herd --type=full backup");
            replicaComesFromTheRepository(second);
            sql(first, "INSERT INTO herd VALUES (2)");
            String moment = sql(first, "SELECT clock_timestamp()");
            sql(first, "SELECT pg_sleep(0.1)");
            sql(first, "INSERT INTO herd VALUES (3)");
            archiveAll(first);
            LocalCluster.await(
                    "nothing fails any more", PATIENCE, () -> metrics(first).contains("matriarch_archive_failing 0.0"));
            reinitializedReplicaComesFromThereToo(first, second);
            anotherClusterIsOfTheMoment(then, moment);
            assertThat(sql(first, "SELECT count(*) FROM herd")).isEqualTo("3");
        }
    }

    /** pgBackRest isn't Matriarch's, but it's PostgreSQL that knows. */
    private void thatArchivingFailsIsTold(Loner node) {
        sql(node, "SELECT pg_switch_wal()");
        LocalCluster.await(
                "a metric that tells of the failure",
                PATIENCE,
                () -> metrics(node).contains("matriarch_archive_failing 1.0"));
        Mapping archive = node.rest().get("/backups").json().mapping("archive");
        assertThat(archive.text("failing")).hasValue(sql(node, "SELECT last_failed_wal FROM pg_stat_archiver"));
        assertThat(archive.text("error").orElse("")).contains("its log says why");
        Ended status = ServerProcess.run(
                etcd.home(),
                PATIENCE,
                etcd.program()
                        .tool(
                                "backup",
                                "status",
                                "-f",
                                "tsv",
                                "-c",
                                node.node().configuration().toString()));
        assertThat(status.code()).as(status.output()).isEqualTo(1);
        assertThat(status.output()).contains("its log says why");
    }

    private static String metrics(Loner node) {
        return node.rest().get("/metrics").body();
    }

    private void replicaComesFromTheRepository(Loner replica) throws IOException {
        archiving(replica);
        configured(replica, "create_replica_methods: [").start();
        awaitReplica(replica);
        assertThat(restores(replica)).isEqualTo(1);
    }

    private void reinitializedReplicaComesFromThereToo(Loner primary, Loner replica) {
        Path foreign = replica.data().resolve("foreign");
        LocalCluster.write(foreign, "not of the cluster\n");
        List<String> command = etcd.program()
                .ctl(primary.node().configuration(), "reinit", "herd", replica.name(), "--force", "--wait");
        Ended ended = ServerProcess.run(etcd.home(), PATIENCE, command);
        assertThat(ended.code()).as(ended.output()).isZero();
        awaitReplica(replica);
        assertThat(foreign).as("what --delta removes").doesNotExist();
        assertThat(restores(replica)).isEqualTo(2);
        LocalCluster.await(
                "all rows",
                PATIENCE,
                () -> replica.node().query("SELECT count(*) FROM herd").equals("3"));
    }

    private void anotherClusterIsOfTheMoment(Loner then, String moment) throws IOException {
        configured(then, "method: pgbackrest", "2026-11-27 14:00:00+01", moment).start();
        LocalCluster.await(
                "a restored cluster:\n" + then.log(),
                PATIENCE,
                () -> then.rest().says200("/primary") && then.node().isPromoted());
        assertThat(sql(then, "SELECT string_agg(elephant::text, ',' ORDER BY elephant) FROM herd"))
                .isEqualTo("1,2");
    }

    private Loner archiving(Loner node) throws IOException {
        return configured(node, "archive_command: pgbackrest");
    }

    /** The node's configuration with that example on top. */
    private Loner configured(Loner node, String contained, String... replaced) throws IOException {
        String text = example(contained);
        if (replaced.length == 2) {
            assertThat(text).contains(replaced[0]);
            text = text.replace(replaced[0], replaced[1]);
        }
        writePgBackRestConfiguration(node);
        Mapping example = (Mapping) Yaml.parse(withConfiguration(node, text));
        return node.rewritten(before -> Json.spaced(((Mapping) Yaml.parse(before)).patchedWith(example)));
    }

    /** That of the page, for a node that shares its machine with others, and isn't at the usual places. */
    private void writePgBackRestConfiguration(Loner node) throws IOException {
        String text = example("[global]")
                .replace(
                        "/var/lib/pgbackrest", etcd.home().resolve("repository").toString())
                .replace("/var/lib/postgresql/15/main", node.data().toString())
                .replace("pg1-port=5432", "pg1-port=" + node.node().databasePort())
                .replace("[herd]", """
                        log-path=%s
                        lock-path=%s
                        log-level-file=info

                        [herd]
                        pg1-socket-path=%s
                        pg1-user=postgres""".formatted(logs(node), etcd.home().resolve("locks-" + node.node()), etcd.home()));
        LocalCluster.own(Files.createDirectories(logs(node)));
        LocalCluster.write(pgBackRestConfiguration(node), text);
    }

    private Path logs(Loner node) {
        return etcd.home().resolve("pgbackrest-" + node.node());
    }

    private Path pgBackRestConfiguration(Loner node) {
        return etcd.home().resolve("pgbackrest-" + node.node() + ".conf");
    }

    private String withConfiguration(Loner node, String text) {
        return text.replace(
                "pgbackrest --stanza", "pgbackrest --config=" + pgBackRestConfiguration(node) + " --stanza");
    }

    /** The indented block with that text. */
    private static String example(String contained) throws IOException {
        List<String> blocks = new ArrayList<>(List.of(""));
        for (String line : Files.readAllLines(DOCUMENT)) {
            if (line.startsWith("    ")) {
                blocks.addLast(blocks.removeLast() + line.substring(4) + "\n");
            } else if (!line.isEmpty()) {
                blocks.add("");
            } else {
                blocks.addLast(blocks.removeLast() + "\n");
            }
        }
        return blocks.stream()
                .filter(block -> block.contains(contained))
                .findFirst()
                .orElseThrow();
    }

    /** One of the page's commands. */
    private void shell(Loner node, String line) throws IOException {
        assertThat(Files.readAllLines(DOCUMENT)).contains("    " + line);
        Ended ended = ServerProcess.run(etcd.home(), PATIENCE, List.of("bash", "-c", withConfiguration(node, line)));
        assertThat(ended.code()).as("%s: %s", line, ended.output()).isZero();
    }

    /** How often pgBackRest restored this node to the end. */
    private long restores(Loner node) {
        try {
            return Arrays.stream(Files.readString(logs(node).resolve("herd-restore.log"))
                            .split("\n", -1))
                    .filter(line -> line.contains("restore command end: completed"))
                    .count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void awaitReplica(Loner replica) {
        LocalCluster.await(
                "a streaming replica",
                PATIENCE,
                () -> replica.rest().says200("/replica")
                        && replica.rest().get("/patroni").body().contains("\"streaming\""));
    }

    private static void archiveAll(Loner node) {
        String segment = sql(node, "SELECT pg_walfile_name(pg_switch_wal())");
        LocalCluster.await(
                segment + " is archived",
                PATIENCE,
                () -> sql(node, "SELECT last_archived_wal >= '" + segment + "' FROM pg_stat_archiver")
                        .equals("t"));
    }

    private static String sql(Loner node, String statement) {
        return node.node().query(statement);
    }
}
