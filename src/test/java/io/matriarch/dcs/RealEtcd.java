package io.matriarch.dcs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** An etcd of its own on free loopback ports, gone when closed. */
public final class RealEtcd implements AutoCloseable {
    private final Path directory;
    private final String name;
    private final int clientPort = freePort();
    private final int peerPort = freePort();
    private List<String> extraArguments;
    private Optional<Process> process = Optional.empty();

    public RealEtcd(String... extraArguments) {
        this("one");
        this.extraArguments = Stream.concat(
                        Stream.of(extraArguments), Stream.of("--initial-cluster", "one=" + peerUrl()))
                .toList();
        start();
    }

    private RealEtcd(String name) {
        this.name = name;
        this.extraArguments = List.of();
        try {
            this.directory = Files.createTempDirectory("etcd");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Three members of one cluster. */
    static List<RealEtcd> three() {
        List<RealEtcd> members =
                Stream.of("one", "two", "three").map(RealEtcd::new).toList();
        String cluster = members.stream()
                .map(member -> member.name + "=" + member.peerUrl())
                .collect(Collectors.joining(","));
        members.forEach(member -> {
            member.extraArguments = List.of("--initial-cluster", cluster);
            member.launch();
        });
        members.forEach(RealEtcd::awaitListening);
        return members;
    }

    private String peerUrl() {
        return "http://127.0.0.1:" + peerPort;
    }

    public int port() {
        return clientPort;
    }

    /** The same data, a new process. */
    public void restart() {
        kill();
        start();
    }

    public void freeze() {
        signal("-STOP");
    }

    public void thaw() {
        signal("-CONT");
    }

    private void signal(String name) {
        run("kill", name, Long.toString(process.orElseThrow().pid()));
    }

    /** Runs etcdctl against this server. */
    public void etcdctl(String... arguments) {
        List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints", "127.0.0.1:" + clientPort));
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
    }

    private static void run(String... command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
            builder.environment().put("ETCDCTL_API", "3");
            Process child = builder.start();
            if (!child.waitFor(20, TimeUnit.SECONDS) || child.exitValue() != 0) {
                throw new IllegalStateException("failed: " + String.join(" ", command));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void start() {
        launch();
        awaitListening();
    }

    private void awaitListening() {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(this::listens);
    }

    private void launch() {
        String client = "http://127.0.0.1:" + clientPort;
        String peer = peerUrl();
        List<String> command = new ArrayList<>(List.of(
                "etcd",
                "--name",
                name,
                "--data-dir",
                directory.toString(),
                "--listen-client-urls",
                client,
                "--advertise-client-urls",
                client,
                "--listen-peer-urls",
                peer,
                "--initial-advertise-peer-urls",
                peer));
        command.addAll(extraArguments);
        try {
            process = Optional.of(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("etcd could not be started; install etcd-server", e);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), clientPort)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void kill() {
        process.ifPresent(running -> {
            running.destroyForcibly();
            try {
                running.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
