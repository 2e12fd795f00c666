package io.matriarch.guard;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real keeper of something that could be PostgreSQL. KeeperIT tries more with the executable: on a JVM a lease may end sooner than a keeper has begun. */
class KeeperProcessTest {
    private static final String OBEDIENT = "exec sleep 90";

    @TempDir
    Path directory;

    private final List<ProcessHandle> started = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        started.forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void whatAKilledKeeperKeptIsToldToEndByTheKernel() throws Exception {
        Process keeper = keep("forever", OBEDIENT);
        await().atMost(30, SECONDS).until(() -> isSleep(keeper));
        ProcessHandle kept = keeper.children().findFirst().orElseThrow();
        started.add(kept);
        assertThat(new ProcessTable().entry(keeper.pid()).orElseThrow().name()).isEqualTo(Keeper.NAME);
        keeper.destroyForcibly();
        await().atMost(30, SECONDS).until(() -> !kept.isAlive());
    }

    private static boolean isSleep(Process keeper) {
        return keeper.children()
                .findFirst()
                .flatMap(kept -> new ProcessTable().entry(kept.pid()))
                .filter(entry -> entry.name().equals("sleep"))
                .isPresent();
    }

    private Process keep(String until, String script) throws IOException {
        Process keeper = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JavaKeeper.class.getName(),
                        Keeper.ARGUMENT,
                        until,
                        "/bin/sh",
                        "-c",
                        script)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        started.add(keeper.toHandle());
        return keeper;
    }
}
