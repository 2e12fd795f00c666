package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.SlotChange;
import io.matriarch.cluster.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clones of a real primary, and the clones that don't happen. */
@Timeout(180)
final class CopyingTest {
    @TempDir
    private Path folder;

    private RealPostgres a;
    private RealPostgres b;

    @BeforeEach
    void primary() {
        a = new RealPostgres(folder, "a");
        b = new RealPostgres(folder, "b");
        a.succeeds(new Operation.Bootstrap());
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
    }

    private OperationResult cloneOfA() {
        return b.carryOut(new Operation.Clone(a.upstream(), true));
    }

    private static void assertKept(RealPostgres server) {
        assertThat(server.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
        server.stop();
        server.startAs(Operation.Start.As.PRIMARY, Optional.empty());
    }

    private static void assertFailed(OperationResult result, String why) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        OperationResult.Failed.class,
                        failed -> assertThat(failed.why()).contains(why));
    }

    @Test
    @HardCase(82)
    void aMountPointWithLostAndFoundIsFilledAndOthersDotfilesStay() throws IOException, SQLException {
        Files.createDirectories(b.data().resolve("lost+found"));
        Files.writeString(b.data().resolve(".note"), "mine");
        Files.writeString(a.data().resolve(".history-of-a"), "not for b");
        assertThat(cloneOfA()).isEqualTo(new OperationResult.Succeeded());
        assertThat(b.data().resolve(".note")).hasContent("mine");
        assertThat(b.data().resolve(".history-of-a")).doesNotExist();
        assertThat(Files.getPosixFilePermissions(b.data())).hasSize(3);
        assertThat(b.look().role()).isEqualTo(io.matriarch.cluster.Role.REPLICA);
        b.follow(a);
        assertThat(b.ask("SHOW data_directory")).isEqualTo(b.data().toString());
    }

    @Test
    void anInterruptedCopyIsRemovedAndDoneAgain() throws IOException, SQLException {
        a.execute("CREATE TABLE big AS SELECT generate_series(1, 200000) AS n");
        a.execute("CHECKPOINT"); // pg_basebackup waits for one that takes its time
        b.wrap("pg_basebackup", RealPostgres.command("pg_basebackup") + """
                         "$@" --max-rate=2M & copy=$!
                        while kill -0 $copy && ! ls -d "${1#--pgdata=}"/base/*/1259; do sleep 0.05; done
                        kill -9 $(pgrep -P $copy) $copy
                        exit 137
                        """);
        assertFailed(cloneOfA(), "pg_basebackup from a");
        b.newAgent();
        assertThat(b.dataDirectory()).isInstanceOf(DataDirectory.Empty.class);
        assertThat(names(b.data())).as("what is left of the copy").isNotEmpty();

        b.wrap("pg_basebackup", "");
        assertThat(cloneOfA()).isEqualTo(new OperationResult.Succeeded());
        assertThat(names(b.data())).noneMatch(name -> name.startsWith("."));
        b.follow(a);
        assertThat(b.ask("SELECT count(*) FROM big")).isEqualTo("200000");
    }

    @Test
    @HardCase(61)
    void aCopyThatIsGivenUpEndsItsProgramAndLeavesNothing() throws SQLException, IOException {
        a.execute("CREATE TABLE big AS SELECT generate_series(1, 200000) AS n");
        a.execute("CHECKPOINT");
        b.wrap("pg_basebackup", "set -- \"$@\" --max-rate=32k"); // it would take minutes
        b.postgres().begin(new Operation.Clone(a.upstream(), true));
        a.await("the copying", () -> senders().equals("2")); // data and WAL
        b.postgres().cancelOperation();
        b.await("the end", () -> b.look().finished().isPresent());
        assertThat(b.look().finished().orElseThrow().result()).isEqualTo(new OperationResult.Cancelled());
        assertThat(names(b.data())).isEmpty();
        assertThat(b.dataDirectory()).isInstanceOf(DataDirectory.Empty.class);
        a.await("the end of pg_basebackup", () -> senders().equals("0"));
    }

    private String senders() {
        try {
            return a.ask("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender'");
        } catch (SQLException notNow) {
            return "";
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void whatSomebodyRestoresBesideAnInterruptedCopyIsACluster() throws IOException, InterruptedException {
        Path half = Files.createDirectories(b.data().resolve(".matriarch-making-1/base"));
        a.stop();
        Process restore =
                new ProcessBuilder("cp", "-a", a.data() + "/.", b.data().toString()).start();
        assertThat(restore.waitFor()).isZero();
        assertThat(b.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
        a.startAs(Operation.Start.As.PRIMARY, Optional.empty());
        assertFailed(cloneOfA(), "holds a cluster, nothing was removed");
        assertThat(b.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
        Files.setPosixFilePermissions(b.data(), java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        b.startAs(Operation.Start.As.REPLICA, Optional.empty());
        assertThat(half).doesNotExist();
    }

    @Test
    void aDirectoryWithStrangeFilesIsNotClonedOver() throws IOException {
        Files.createDirectories(b.data());
        Files.writeString(b.data().resolve("thesis.txt"), "the only copy");
        assertFailed(cloneOfA(), "holds files but no cluster");
        assertThat(b.data().resolve("thesis.txt")).exists();
    }

    @Test
    void reinitializeGetsTheSourcesDataAndForgetsOwnTablespaces() throws SQLException, IOException {
        assertThat(cloneOfA()).isEqualTo(new OperationResult.Succeeded());
        b.follow(a);
        b.promote();
        Path space = Files.createDirectories(b.folder().resolve("space"));
        Files.writeString(space.resolve("readme"), "not PostgreSQL's");
        b.execute("CREATE TABLESPACE space LOCATION '" + space + "'");
        b.execute("CREATE TABLE own TABLESPACE space AS SELECT 1");
        a.execute("CREATE TABLE theirs AS SELECT 2 AS n");
        b.succeeds(new Operation.Reinitialize(a.upstream(), true, true, "a person asked for it"));
        assertThat(names(space)).containsExactly("readme");
        b.follow(a);
        assertThat(b.ask("SELECT n FROM theirs")).isEqualTo("2");
    }

    @Test
    void nothingIsRemovedWithoutAReachableSource() {
        RealPostgres nobody = new RealPostgres(folder, "nobody");
        assertFailed(
                a.carryOut(new Operation.Reinitialize(nobody.upstream(), true, true, "test")), "nothing was removed");
        assertThat(a.look().postmasterAlive()).as("it isn't even stopped").isTrue();
        assertKept(a);
    }

    @Test
    void nothingIsRemovedForACloneOfItself() {
        assertFailed(a.carryOut(new Operation.Reinitialize(a.upstream(), true, true, "test")), "from itself");
        assertThat(a.look().postmasterAlive()).isTrue();
        assertFailed(
                a.carryOut(new Operation.Reinitialize(a.as("another"), true, true, "test")), "nothing was removed");
        assertThat(a.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
        a.startAs(Operation.Start.As.PRIMARY, Optional.empty());
    }

    @Test
    void nothingIsRemovedForAnotherCluster() {
        b.succeeds(new Operation.Bootstrap());
        assertFailed(a.carryOut(new Operation.Reinitialize(b.upstream(), true, true, "test")), "it is of the cluster");
        assertKept(a);
    }

    @Test
    void whatIsAheadOfTheSourceGoesOnlyByOrder() throws SQLException {
        assertThat(cloneOfA()).isEqualTo(new OperationResult.Succeeded());
        b.follow(a);
        b.promote();
        assertFailed(
                b.carryOut(new Operation.Reinitialize(a.upstream(), true, false, "diverged")),
                "and the data here go on to");
        assertThat(b.look().postmasterAlive()).isTrue();
        b.succeeds(new Operation.Reinitialize(a.upstream(), true, true, "a person asked for it"));
        b.follow(a);
    }

    @Test
    void aSourceWithoutAServerInItsUrlIsNamed() {
        OperationResult result = b.carryOut(new Operation.Clone(new Upstream("a", "postgres://user:pw@/x"), true));
        assertFailed(result, "the conn_url of member a in the DCS names no server: postgres:///x");
        assertThat(result.toString()).doesNotContain("pw");
    }

    @Test
    @HardCase(78)
    void aPasswordWithAPercentSignAndBlanksIsNoArgumentAndWorks() throws IOException {
        Path seen = b.folder().resolve("seen");
        b.wrap("pg_basebackup", "echo \"$@\" > " + seen + "; stat -c %a \"$PGPASSFILE\" >> " + seen);
        assertThat(cloneOfA()).isEqualTo(new OperationResult.Succeeded());
        assertThat(seen)
                .content()
                .contains("user=replicator")
                .doesNotContain("5%b")
                .endsWith("600\n");
        assertThat(b.folder().resolve("pgpass.clone")).doesNotExist();
    }

    @Test
    void slotsThatCanNotBeMadeDoNotHinderTheOthers() throws SQLException {
        a.await("an answer", () -> a.look().reading().isPresent());
        var wanted =
                List.<SlotChange>of(new SlotChange.CreatePhysical("Not A Slot"), new SlotChange.CreatePhysical("z"));
        assertThat(a.postgres().changeSlots(wanted, io.matriarch.time.Deadline.after(java.time.Duration.ofSeconds(3))))
                .hasValueSatisfying(
                        why -> assertThat(why).contains("Not A Slot").doesNotContain("slot z"));
        assertThat(a.ask("SELECT string_agg(slot_name, ',') FROM pg_replication_slots"))
                .isEqualTo("z");
    }

    private void script(String name, String lines) throws IOException {
        Path script = folder.resolve(name);
        Files.writeString(
                script, "#!/bin/bash\nprintf '%s\\n' \"$@\" > " + folder + "/seen-" + name + "\n" + lines + "\n");
        Files.setPosixFilePermissions(script, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private OperationResult cloneBy(String postgresql) {
        b.reload("{postgresql: " + postgresql + "}");
        return cloneOfA();
    }

    @Test
    void withoutALeaderOnlyMethodsThatNeedNoneAreTried() throws IOException {
        a.stop();
        script("restore", "cp -a " + a.data() + "/. " + b.data() + "; chmod 700 " + b.data());
        script("other", "exit 1");
        var elsewhere = new Operation.Clone(io.matriarch.cluster.Upstream.elsewhere(), false);
        b.reload("{postgresql: {create_replica_methods: [other, basebackup], other: {command: " + folder + "/other}}}");
        assertFailed(b.carryOut(elsewhere), "no method of create_replica_methods has no_leader");
        b.reload("{postgresql: {create_replica_methods: [other, basebackup, restore], other: {command: " + folder
                + "/other}, restore: {command: " + folder + "/restore, no_leader: true}}}");
        assertThat(b.carryOut(elsewhere)).isEqualTo(new OperationResult.Succeeded());
        assertThat(folder.resolve("seen-other")).doesNotExist();
        assertThat(Files.readAllLines(folder.resolve("seen-restore"))).contains("--no_leader=true", "--connstring=");
        assertThat(b.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
    }

    @Test
    void methodsAreTriedInTheirOrderAndScriptsAreToldWhatTheyNeed() throws IOException, SQLException {
        script("broken", "mkdir -p \"" + b.data() + "\"; touch \"" + b.data() + "/half\"; echo no such backup; exit 4");
        script(
                "copy",
                "exec " + RealPostgres.command("pg_basebackup") + " -D " + b.data() + " -X stream -c fast -d \"$2\"");
        OperationResult result = cloneBy("{create_replica_methods: [broken, copying, basebackup], broken: {command: "
                + folder + "/broken, depth: 3}, copying: {command: \"" + folder
                + "/copy 'host=127.0.0.1' 'service=none'\", no_params: true, keep_data: false, a: b}}");
        assertThat(result)
                .isInstanceOf(OperationResult.Succeeded.class); // by pg_basebackup: the service of the script is none
        assertThat(Files.readAllLines(folder.resolve("seen-broken")))
                .satisfiesExactly(
                        own -> assertThat(own).isEqualTo("--depth=3"),
                        scope -> assertThat(scope).isEqualTo("--scope=real"),
                        role -> assertThat(role).isEqualTo("--role=replica"),
                        data -> assertThat(data).isEqualTo("--datadir=" + b.data()),
                        source -> assertThat(source)
                                .startsWith("--connstring=host=127.0.0.1 port=")
                                .doesNotContain("password"));
        assertThat(Files.readAllLines(folder.resolve("seen-copy")))
                .containsExactly("host=127.0.0.1", "service=none", "--a=b");
        assertThat(b.data().resolve("half")).doesNotExist();
        b.follow(a);
    }

    @Test
    void aScriptsCopyIsAStandbyAndWhatItKeepsIsKept() throws IOException, SQLException {
        Files.createDirectories(b.data());
        Files.setPosixFilePermissions(b.data(), java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        script(
                "restore",
                "eval \"$(printf '%s\\n' \"$@\" | sed -n \"s/--connstring=\\(.*\\)/source='\\1'/p\")\"\n"
                        + RealPostgres.command("pg_basebackup") + " -D " + b.data()
                        + " -X stream -c fast -d \"$source\"");
        assertThat(cloneBy("{create_replica_method: [restore], restore: {command: " + folder
                        + "/restore, keep_data: true}}"))
                .isInstanceOf(OperationResult.Succeeded.class);
        assertThat(Files.readAllLines(folder.resolve("seen-restore"))).contains("--keep_data=true");
        b.follow(a);
        assertThat(cloneBy("{create_replica_method: [restore], restore: {command: /nowhere}}"))
                .isInstanceOf(OperationResult.Failed.class);
        assertThat(b.dataDirectory()).isInstanceOf(DataDirectory.Present.class);
    }

    @Test
    @HardCase(58)
    void basebackupsOptionsInAnyFormAreLeftOutWhereTheyWouldBreakTheClone() {
        for (String options : List.of(
                "[verbose, {max-rate: 100M}, pgdata, format=t, {format: t}, {compress: 5}, {compress: server-gzip}]",
                "{verbose: , max-rate: 100M, pgdata: x, format: t, compress: server-gzip}")) {
            var section =
                    io.matriarch.value.Value.Mapping.empty().with("basebackup", io.matriarch.value.Yaml.parse(options));
            assertThat(Copying.options(section))
                    .containsExactly("--verbose", "--max-rate=100M", "--compress=server-gzip");
        }
    }
}
