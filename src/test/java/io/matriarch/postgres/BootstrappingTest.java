package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import io.matriarch.Logged;
import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real bootstraps, and those that fail. */
@Timeout(120)
final class BootstrappingTest {
    @TempDir
    private Path folder;

    private Path script;
    private Path seen;
    private RealPostgres a;

    @BeforeEach
    void prepare() {
        script = folder.resolve("post.sh");
        seen = folder.resolve("seen");
        a = new RealPostgres(folder, "a", ", post_bootstrap: \"" + script + " 'one word'\"");
    }

    @AfterEach
    void stop() {
        a.close();
    }

    private void script(String lines) throws IOException {
        Files.writeString(script, "#!/bin/bash\n" + lines + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void postBootstrapGetsTheServerAsItsLastArgumentBeforeTheOtherRolesAreMade() throws Exception {
        script("printf '%s\\n' \"$@\" > " + seen
                + "; psql -w -XAtqc 'SELECT count(*) FROM pg_roles WHERE rolcanlogin' \"$2\" >> " + seen
                + " 2>&1; echo \"$PGOPTIONS\" >> " + seen);
        a.succeeds(new Operation.Bootstrap());
        assertThat(Files.readAllLines(seen))
                .satisfiesExactly(
                        first -> assertThat(first).isEqualTo("one word"),
                        dsn -> assertThat(dsn).matches("dbname=postgres user=postgres host=localhost port=\\d+"),
                        roles -> assertThat(roles).isEqualTo("1"),
                        options -> assertThat(options).contains("synchronous_commit=local"));
        assertThat(a.ask("SELECT count(*) FROM pg_roles WHERE rolname = 'replicator' AND rolreplication"))
                .isEqualTo("1");
        assertThat(a.folder().resolve("pgpass.bootstrap")).doesNotExist();
    }

    @Test
    @HardCase({63, 74, 81, 82})
    void noPasswordIsLoggedOrCountedAndNobodyWaitsForASynchronousStandby() throws Exception {
        a = new RealPostgres(
                folder,
                "verbose",
                "",
                ", logging_collector: 'on', log_directory: said, log_statement: all, log_min_duration_statement: 0,"
                        + " log_min_error_statement: error, shared_preload_libraries: pg_stat_statements,"
                        + " synchronous_standby_names: nobody",
                "");
        a.succeeds(new Operation.Bootstrap());
        a.execute("SET synchronous_commit = local; CREATE EXTENSION pg_stat_statements");
        assertThat(a.ask("SELECT count(*) > 0 FROM pg_stat_statements")).isEqualTo("t");
        assertThat(a.ask("SELECT count(*) FROM pg_stat_statements WHERE query ~* 'role.*password'"))
                .isEqualTo("0");
        a.await("the log", () -> said().contains("CREATE EXTENSION"));
        assertThat(said()).contains("log_statement").doesNotContain("PASSWORD", "5%b");
        try (Connection connection = a.connect();
                Statement statement = connection.createStatement()) {
            new Roles(connection).createOthers(a.configuration().local());
            try (ResultSet row = statement.executeQuery("SHOW pgaudit.log")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo("none");
            }
        }
    }

    private String said() {
        StringBuilder text = new StringBuilder();
        try (var files = Files.list(a.data().resolve("said"))) {
            for (Path file : files.toList()) {
                text.append(Files.readString(file));
            }
            return text.toString();
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void aFailedPostBootstrapIsSetAsideAndAnotherTryWorks() throws Exception {
        script("echo begun; echo no such luck; exit 3");
        try (Logged logged = new Logged(Bootstrapping.class)) {
            assertThat(a.carryOut(new Operation.Bootstrap()))
                    .isEqualTo(new OperationResult.Failed("post_bootstrap " + script + " exited with 3: no such luck"));
            assertThat(logged.messages()).containsExactly("post_bootstrap: begun", "post_bootstrap: no such luck");
        }
        a.succeeds(new Operation.DiscardFailedBootstrap());
        assertThat(a.look().postmasterAlive()).isFalse();
        assertThat(a.dataDirectory()).isInstanceOf(DataDirectory.Empty.class);
        assertThat(a.folder().resolve("data.failed/global/pg_control")).exists();
        script("exit 0");
        a.succeeds(new Operation.Bootstrap());
    }

    @Test
    void anInitdbThatDiesLeavesNoClusterThatAnybodyCouldStart() {
        a.wrap("initdb", "ulimit -f 3000");
        assertThat(a.carryOut(new Operation.Bootstrap())).isInstanceOf(OperationResult.Failed.class);
        a.newAgent();
        assertThat(a.dataDirectory()).isInstanceOf(DataDirectory.Empty.class);
    }
}
