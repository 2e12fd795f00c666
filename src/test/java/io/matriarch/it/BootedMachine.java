package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Debian in which systemd has booted, in a container of systemd-nspawn on the root file system that {@code it/systemd-root} makes: with PostgreSQL and a running etcd
 * of its own, and no network but loopback. What is written there is forgotten at the end. Needs root.
 */
final class BootedMachine implements AutoCloseable {
    private static final List<String> CLEAN = List.of(
            "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive");

    private final Process container;
    private final Path console;
    private final long init;

    /**
     * Boots it.
     *
     * @param shown a folder of this machine that is at /shown there
     */
    BootedMachine(String hostname, Path shown) throws IOException {
        console = Files.createTempFile("console", ".log");
        List<String> command = new ArrayList<>(container());
        command.addAll(List.of(
                "--machine=matriarch-" + ProcessHandle.current().pid(),
                "--capability=CAP_SYS_RESOURCE",
                "--bind-ro=" + shown.toAbsolutePath() + ":/shown",
                "--boot"));
        container = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(console.toFile())
                .start();
        init = awaitInit();
        LocalCluster.await("systemd has booted: " + console, 120, () -> {
            String state = run("systemctl is-system-running").output().strip();
            return state.equals("running") || state.equals("degraded");
        });
        must("echo 127.0.1.1 " + hostname + " >> /etc/hosts");
    }

    private static List<String> container() {
        return List.of(
                "systemd-nspawn",
                "--quiet",
                "--register=no",
                "--keep-unit",
                "--directory=" + root(),
                "--volatile=overlay",
                "--private-network",
                "--console=pipe");
    }

    /** What this machine says when it can't have such containers; empty if it can. */
    static String whyNot() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(container());
        command.add("/bin/true");
        Programs.Result tried = Programs.run(command, Map.of());
        return tried.code() == 0 ? "" : "systemd-nspawn can't run a container here: " + tried.output();
    }

    /** What {@code it/systemd-root} makes. */
    static Path root() {
        return Path.of(Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                        .orElse(System.getProperty("user.home") + "/.cache"))
                .resolve("matriarch/roots/bookworm-systemd");
    }

    /** The process that is number 1 inside, as this machine counts. */
    private long awaitInit() {
        List<Long> found = new ArrayList<>();
        LocalCluster.await("the container runs: " + console, 60, () -> {
            assertThat(container.isAlive())
                    .as(() -> "systemd-nspawn runs: " + consoleText())
                    .isTrue();
            container
                    .descendants()
                    .filter(process -> process.info()
                            .command()
                            .filter(name -> name.endsWith("/systemd/systemd"))
                            .isPresent())
                    .findFirst()
                    .ifPresent(process -> found.add(process.pid()));
            return !found.isEmpty();
        });
        return found.getFirst();
    }

    private String consoleText() {
        try {
            return Files.readString(console);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a shell of root says. */
    Programs.Result run(String script) {
        List<String> command = new ArrayList<>(List.of("nsenter", "--target", Long.toString(init)));
        command.addAll(List.of("--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--"));
        command.addAll(CLEAN);
        command.addAll(List.of("sh", "-c", script));
        try {
            return Programs.run(command, Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The output of what must succeed. */
    String must(String script) {
        Programs.Result result = run(script);
        assertThat(result.code()).as("%s: %s", script, result.output()).isZero();
        return result.output().strip();
    }

    @Override
    public void close() throws IOException {
        // all processes of the container end with its first one; systemd-nspawn's end alone would leave them
        ProcessHandle.of(init).ifPresent(ProcessHandle::destroyForcibly);
        LocalCluster.await("systemd-nspawn has ended", 30, () -> !container.isAlive());
        Files.delete(console);
    }
}
