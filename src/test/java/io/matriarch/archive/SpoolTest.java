package io.matriarch.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final WalName NAME =
            WalName.parse("000000010000000000000001").orElseThrow();

    @TempDir
    Path place;

    @Test
    void whoeverWorksAtAFileIsAlive() throws Exception {
        Spool spool = new Spool(place);
        assertThat(spool.busy(NAME)).isFalse();
        spool.begun(NAME);
        assertThat(spool.busy(NAME)).isTrue();
        spool.finished(NAME);
        assertThat(spool.busy(NAME)).isFalse();
    }

    /** Otherwise PostgreSQL would wait for it for a minute. */
    @Test
    void neitherADeadProcessNorAnotherProgramWorksAtIt() throws Exception {
        // sleep takes the shell's place, and doesn't wait for the shell's child
        Process other = new ProcessBuilder("sh", "-c", "sleep 0.5 & echo $!; exec sleep 60").start();
        try {
            String dead = other.inputReader().readLine();
            org.awaitility.Awaitility.await()
                    .until(() ->
                            Files.readString(Path.of("/proc", dead, "stat")).contains(") Z "));
            for (String pid : new String[] {dead, Long.toString(other.pid()), "999999999", "nobody"}) {
                Files.writeString(place.resolve(NAME.text() + ".busy"), pid);
                assertThat(new Spool(place).busy(NAME)).as(pid).isFalse();
            }
        } finally {
            other.destroyForcibly();
        }
    }
}
