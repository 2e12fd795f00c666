package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.DataDirectory;
import io.matriarch.cluster.Operation;
import io.matriarch.cluster.OperationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
    void aFailedPostBootstrapIsSetAsideAndAnotherTryWorks() throws Exception {
        script("echo no such luck; exit 3");
        assertThat(a.carryOut(new Operation.Bootstrap()))
                .isEqualTo(new OperationResult.Failed("post_bootstrap " + script + " exited with 3: no such luck"));
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
