package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The docker command. What a test makes with it has a name that begins with its own prefix, by which all of it goes again. */
record Docker(String prefix) {
    /** The property with the image to test: whoever sets it has an engine that runs, and the stand-ins of docker/local-images. */
    static final String IMAGE_PROPERTY = "matriarch.image";

    static final String ETCD = "matriarch-local/etcd";

    static String image() {
        return System.getProperty(IMAGE_PROPERTY, "");
    }

    /** The same with the newest minor version of PostgreSQL that Debian has; the other one may be older. */
    static String newerImage() {
        return System.getProperty(IMAGE_PROPERTY + ".newer", "");
    }

    Programs.Result run(String... arguments) {
        return run(Map.of(), arguments);
    }

    static Programs.Result run(Map<String, String> environment, String... arguments) {
        return call(
                environment,
                Stream.concat(Stream.of("docker"), Stream.of(arguments)).toList());
    }

    static Programs.Result call(Map<String, String> environment, List<String> command) {
        try {
            return Programs.run(command, environment);
        } catch (IOException e) {
            throw new IllegalStateException(command + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** What a command that must succeed prints. */
    String must(String... arguments) {
        Programs.Result result = run(arguments);
        assertThat(result.code())
                .as("docker %s: %s", List.of(arguments), result.output())
                .isZero();
        return result.output().strip();
    }

    /** Starts a container in the background, on this test's network and known there by {@code name}. */
    void start(String name, List<String> options, String image, String... command) {
        List<String> whole = new ArrayList<>(List.of(
                "run",
                "--detach",
                "--name",
                prefix + name,
                "--network",
                network(),
                "--network-alias",
                name,
                "--hostname",
                name));
        whole.addAll(options);
        whole.add(image);
        whole.addAll(List.of(command));
        must(whole.toArray(String[]::new));
    }

    void startEtcd() {
        must("network", "create", network());
        start(
                "etcd",
                List.of(),
                ETCD,
                "etcd",
                "--listen-client-urls=http://0.0.0.0:2379",
                "--advertise-client-urls=http://etcd:2379",
                "--data-dir=/tmp/etcd");
    }

    private String network() {
        return prefix + "net";
    }

    String address(String name) {
        return must("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}", prefix + name);
    }

    Rest rest(String name) {
        return new Rest(address(name), 8008);
    }

    String logs(String name) {
        return run("logs", prefix + name).output();
    }

    /** The status and the exit code, such as {@code exited 1}. */
    String state(String name) {
        return must("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", prefix + name);
    }

    String exec(String name, String... command) {
        return must(Stream.concat(Stream.of("exec", prefix + name), Stream.of(command))
                .toArray(String[]::new));
    }

    /** Fails at once, with its last words, when the container has ended. */
    void awaitPrimary(String name) {
        try {
            LocalCluster.await(name + " is a primary", 90, () -> {
                assertThat(state(name)).as("%s: %s", name, logs(name)).startsWith("running");
                return !address(name).isEmpty() && rest(name).says200("/primary");
            });
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + "; its log: " + logs(name), late);
        }
    }

    /** The commands of a document: the first indented block that has this beginning, as one script. */
    static String documented(Path document, String beginning) {
        try {
            return Stream.of(Files.readString(document.toAbsolutePath()).split("\n\n", -1))
                    .filter(block -> block.startsWith("    " + beginning))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a script by bash, which ends at the first command that fails. */
    static void script(Map<String, String> environment, String text) {
        Programs.Result result =
                call(environment, List.of("bash", "-euc", "cd " + Path.of("").toAbsolutePath() + "\n" + text));
        assertThat(result.code()).as("%s: %s", text, result.output()).isZero();
    }

    /** Removes the containers, volumes and the network of this prefix. */
    void removeAll() {
        for (String container : listed("ps", "-a", "--format", "{{.Names}}")) {
            must("rm", "-f", "-v", container);
        }
        for (String volume : listed("volume", "ls", "--format", "{{.Name}}")) {
            must("volume", "rm", "-f", volume);
        }
        for (String network : listed("network", "ls", "--format", "{{.Name}}")) {
            must("network", "rm", network);
        }
    }

    private List<String> listed(String... arguments) {
        return must(arguments).lines().filter(name -> name.startsWith(prefix)).toList();
    }
}
