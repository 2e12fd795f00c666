package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import io.matriarch.cluster.Role;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A new cluster from an older one's backup, by a person's own command. */
@Timeout(180)
final class CustomBootstrapTest {
    @TempDir
    private Path folder;

    private Path script;
    private Path seen;
    private Path archive;
    private RealPostgres source;
    private RealPostgres restored;

    @BeforeEach
    void prepare() throws IOException {
        script = folder.resolve("restore.sh");
        seen = folder.resolve("seen");
        archive = Files.createDirectory(folder.resolve("archive"));
        source = new RealPostgres(folder, "source");
        restored = source;
    }

    @AfterEach
    void stop() {
        restored.close();
        source.close();
    }

    private void script(String lines) throws IOException {
        Files.writeString(script, "#!/bin/bash\nprintf '%s\\n' \"$@\" > " + seen + "\n" + lines + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private RealPostgres withMethod(String options) {
        restored = new RealPostgres(
                folder,
                "restored",
                ", method: pitr, pitr: {command: \"" + script + " 'a word'\", target: latest " + options + "}");
        return restored;
    }

    /** A base backup, WAL behind it in an archive, and a moment in between that is to be restored. */
    private String backupAndMoment() throws Exception {
        source.succeeds(new Operation.Bootstrap());
        source.execute("CREATE TABLE t AS SELECT 'before' AS word");
        source.execute("ALTER SYSTEM SET log_statement = 'none'");
        shell(RealPostgres.command("pg_basebackup") + " -X none -c fast -D " + folder.resolve("base") + " -d \""
                + source.localConnection() + "\"");
        String moment = source.ask("SELECT pg_catalog.pg_create_restore_point('good')::text");
        source.execute("INSERT INTO t VALUES ('after')");
        source.execute("SELECT pg_switch_wal()");
        source.stop();
        shell("mv " + folder + "/base " + folder + "/backup; cd " + source.data() + "; for file in pg_wal/0*; do "
                + launcher() + " wal push --repository " + archive + " $file || exit 1; done");
        return moment;
    }

    private static void shell(String command) throws Exception {
        Process process = new ProcessBuilder("bash", "-c", command).inheritIO().start();
        assertThat(process.waitFor()).as(command).isZero();
    }

    /** As the executable is called. */
    private static String launcher() throws Exception {
        Path classes = Path.of(LocalPostgres.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return "%s/bin/java -Xmx64m -XX:+UseSerialGC -cp %s:%s io.matriarch.archive.WalLauncher"
                .formatted(System.getProperty("java.home"), classes, classes.resolveSibling("test-classes"));
    }

    /** WAL comes from what {@code matriarch wal push} has archived. */
    @Test
    @HardCase({59, 72})
    void aPointInTimeIsRestoredWithoutAReloadMeanwhileAndTheNewClusterIsAnOrdinaryOne() throws Exception {
        assertThat(backupAndMoment()).contains("/");
        script("cp -a " + folder + "/backup/. \"${3#--datadir=}\"");
        Files.createDirectories(folder.resolve("restored"));
        Path go = folder.resolve("go");
        withMethod(", recovery_conf: {restore_command: \"until [ -e " + go + " ]; do sleep 0.1; done; " + launcher()
                + " wal fetch --repository " + archive
                + " %f %p\", recovery_target_name: good, recovery_target_action: promote}");
        Files.createDirectory(
                restored.data(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        restored.postgres().begin(new Operation.Bootstrap());
        restored.await("the recovery", () -> Postmaster.of(restored.data()).isPresent());
        Path written = restored.data().resolve("postgresql.conf");
        String during = Files.readString(written);
        assertThat(reload("{postgresql: {parameters: {work_mem: 5MB}}}")).isEmpty();
        assertThat(written).as("while it recovers").hasContent(during);
        Files.createFile(go);
        restored.await("the end", () -> restored.look().finished().isPresent());
        assertThat(restored.look().finished().orElseThrow().result()).isEqualTo(new OperationResult.Succeeded());
        assertThat(written).as("when it is done").content().contains("work_mem = '5MB'");
        assertThat(Files.readAllLines(seen))
                .containsExactly("a word", "--scope=real", "--datadir=" + restored.data(), "--target=latest");
        restored.await("a primary", () -> restored.look().role() == Role.PRIMARY);
        assertThat(restored.ask("SELECT string_agg(word, ',') FROM t")).isEqualTo("before");
        assertThat(restored.ask("SHOW hot_standby")).isEqualTo("on");
        assertThat(restored.ask("SHOW restore_command")).isEmpty();
        assertThat(restored.ask("SHOW hba_file")).isEqualTo(restored.data() + "/pg_hba.conf");
        assertThat(restored.ask("SELECT count(*) FROM pg_roles WHERE rolname = 'replicator' AND rolreplication"))
                .isEqualTo("1");
        assertThat(restored.data().resolve("pg_hba.conf.bootstrap")).doesNotExist();
        assertThat(restored.data().resolve("recovery.signal")).doesNotExist();
    }

    private Optional<String> reload(String dynamic) {
        DynamicConfiguration changed = new DynamicConfiguration((Mapping) Yaml.parse(dynamic), 1);
        return restored.postgres()
                .reload(
                        new PostgresConfiguration(restored.configuration().local(), changed),
                        Deadline.after(Duration.ofSeconds(5)));
    }

    @Test
    @HardCase(72)
    void hotStandbyIsOffOnlyInARecoveryThatEndsWithAPromotion() {
        assertThat(isSilentInRecovery(", recovery_conf: {restore_command: x, recovery_target_action: promote}"))
                .isTrue();
        assertThat(isSilentInRecovery(", recovery_conf: {restore_command: x}")).isTrue();
        assertThat(isSilentInRecovery(", recovery_conf: {restore_command: x, recovery_target_action: pause}"))
                .isFalse();
        assertThat(isSilentInRecovery("")).isFalse();
    }

    private boolean isSilentInRecovery(String options) {
        return CustomBootstrap.of(withMethod(options).configuration().local())
                .orElseThrow()
                .mustNotAnswerInRecovery(150_000);
    }

    @Test
    void aFailedCommandIsTold() throws Exception {
        script("echo nothing there; exit 7");
        withMethod(", no_params: true");
        assertThat(restored.carryOut(new Operation.Bootstrap()))
                .isEqualTo(new OperationResult.Failed("bootstrap.pitr.command exited with 7: nothing there"));
        assertThat(Files.readAllLines(seen)).containsExactly("a word", "--target=latest");
    }

    @Test
    void aCommandThatMakesNothingIsTold() throws Exception {
        script("exit 0");
        withMethod("");
        assertThat(restored.carryOut(new Operation.Bootstrap()))
                .isInstanceOfSatisfying(
                        OperationResult.Failed.class,
                        failed -> assertThat(failed.why()).contains("holds no cluster"));
    }

    /** Without a command it is initdb, whatever the method is called (reference 2.7). */
    @Test
    void aMethodWithoutCommandIsInitdb() {
        restored = new RealPostgres(folder, "restored", ", method: pitr, pitr: {target: latest}");
        restored.succeeds(new Operation.Bootstrap());
    }

    @Test
    @HardCase(58)
    void forbiddenOptionsOfInitdbAreRefusedInAnyForm() {
        for (String options : new String[] {"{pgdata: /x}", "[{pgdata: /x}]", "[pgdata]", "['pgdata=/x']"}) {
            restored = new RealPostgres(folder, "restored", ", initdb: " + options);
            assertThat(restored.carryOut(new Operation.Bootstrap()))
                    .isEqualTo(new OperationResult.Failed("bootstrap.initdb: the option pgdata is not allowed"));
        }
    }
}
