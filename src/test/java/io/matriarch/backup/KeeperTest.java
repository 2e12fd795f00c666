package io.matriarch.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeeperTest {
    @Test
    void aProgramEndsWithTheOneThatStartedIt(@TempDir Path place) throws Exception {
        // it doesn't heed the first signals, as one that has only just begun
        Path program = Files.writeString(place.resolve("program"), """
                trap '' TERM
                echo $$ >%1$s/pid.new
                mv %1$s/pid.new %1$s/pid
                until [ -e %1$s/heed ]; do sleep 0.1; done
                trap - TERM
                sleep 0.1
                while :; do sleep 0.1; done
                """.formatted(place));
        Process keeper = new ProcessBuilder(Keeper.of("TERM", List.of("sh", program.toString()))).start();
        Path pid = place.resolve("pid");
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> Files.exists(pid));
        ProcessHandle child =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        keeper.getOutputStream().close();
        assertThat(keeper.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
        Files.writeString(place.resolve("heed"), "");
        assertThat(keeper.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void itEndsAsTheProgramDoes() throws Exception {
        Process keeper =
                new ProcessBuilder(Keeper.of("TERM", List.of("sh", "-c", "echo $1; exit 7", "sh", "a b"))).start();
        assertThat(keeper.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(keeper.exitValue()).isEqualTo(7);
        assertThat(keeper.inputReader().readLine()).isEqualTo("a b");
    }
}
