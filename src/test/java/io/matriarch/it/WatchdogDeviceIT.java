package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The calls to a kernel watchdog, compiled against the kernel's own header on the other side (src/test/c/watchdog.c): machines that run tests seldom have a watchdog, and one
 * that works would reset them.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledIfSystemProperty(
        named = "matriarch.agent",
        matches = "jvm",
        disabledReason = "the JVM makes its calls in another way")
final class WatchdogDeviceIT {
    @TempDir
    private static Path made;

    @Test
    void itIsSetKeptAndDisarmedAsTheKernelWants() throws Exception {
        Path library = made.resolve("watchdog.so");
        Programs.must(
                "gcc",
                "-shared",
                "-fPIC",
                "-o",
                library.toString(),
                Path.of("src/test/c/watchdog.c").toAbsolutePath().toString(),
                "-ldl");
        LocalCluster.own(library);
        LocalCluster.own(made);
        try (SharedEtcd etcd = new SharedEtcd();
                Loner loner = new Loner(etcd, "watched", "node")) {
            Path device = made.resolve("device");
            Files.createFile(device);
            LocalCluster.own(device);
            Path log = made.resolve("log");
            loner.rewritten(text -> text + "watchdog: {mode: required, device: " + device + "}\n")
                    .start(Map.of("LD_PRELOAD", library.toString(), "WATCHDOG_LOG", log.toString()));
            LocalCluster.await("it is primary", 40, () -> loner.node().isPromoted());
            LocalCluster.await("signs of life", 20, () -> text(device).startsWith("11"));
            assertThat(text(log)).isEqualTo("support 0\nsupport 0\ntimeout 15\n");
            ServerProcess.signal("TERM", loner.process().pid());
            assertThat(loner.exitCode()).isZero();
            assertThat(text(device)).matches("1+V");
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
