package io.matriarch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** One node, in a cluster (scope) of its own unless the test says otherwise, on a shared etcd: its configuration can be spoilt before it starts. */
final class Loner implements AutoCloseable {
    private final String name;
    private final Path home;
    private final List<String> daemon;
    private final Node node;
    private final List<ServerProcess> started = new ArrayList<>();
    private Optional<ServerProcess> process = Optional.empty();

    Loner(SharedEtcd etcd, String scope, String name) {
        this.name = name;
        this.home = etcd.home();
        this.daemon = etcd.daemon();
        Ports ports = etcd.ports();
        int databasePort = ports.next();
        int restPort = ports.next();
        this.node = new Node(scope + "-" + name, home, etcd.program(), databasePort, restPort);
        Map<String, String> values = new HashMap<>(Map.of(
                "NAME", scope + "-" + name,
                "HOME", home.toString(),
                "RUN", home.toString(),
                "BIN_DIR", Templates.POSTGRES_BIN.toString(),
                "PASSWORD", "\"" + Templates.PASSWORD + "\"",
                "ETCD_PORT", Integer.toString(etcd.port()),
                "PG_PORT", Integer.toString(databasePort),
                "REST_PORT", Integer.toString(restPort)));
        values.putAll(Map.of("TTL", "20", "LOOP_WAIT", "1", "RETRY_TIMEOUT", "3"));
        String text = Templates.fillIn("node.yml", values)
                .replace("scope: matriarch", "scope: " + scope)
                .replace("name: " + scope + "-" + name, "name: " + name);
        createFolder(home.resolve(node.name()));
        LocalCluster.write(node.configuration(), text);
    }

    private static void createFolder(Path folder) {
        try {
            Files.createDirectories(folder);
            LocalCluster.own(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return name;
    }

    Node node() {
        return node;
    }

    Path data() {
        return node.data();
    }

    Rest rest() {
        return node.rest();
    }

    /** Changes the configuration; the text to replace must be there. */
    Loner with(String old, String replacement) {
        return rewritten(text -> {
            if (!text.contains(old)) {
                throw new IllegalArgumentException("the configuration has no " + old);
            }
            return text.replace(old, replacement);
        });
    }

    Loner rewritten(UnaryOperator<String> change) {
        try {
            LocalCluster.write(node.configuration(), change.apply(Files.readString(node.configuration())));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String configuration() {
        try {
            return Files.readString(node.configuration());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Loner start() {
        return start(Map.of());
    }

    Loner start(Map<String, String> environment) {
        // a HUP that nohup has people's shells ignore is a reload all the same
        List<String> command = new ArrayList<>(List.of("nohup", "env"));
        environment.forEach((variable, value) -> command.add(variable + "=" + value));
        command.addAll(daemon);
        command.add(node.configuration().toString());
        ServerProcess running = ServerProcess.start(home, node.log(), command);
        started.add(running);
        process = Optional.of(running);
        return this;
    }

    /** Starts it and waits until it is primary. */
    Loner startAsPrimary() {
        start();
        LocalCluster.await(node + " is primary", 40, () -> rest().says200("/primary") && node.isPromoted());
        return this;
    }

    ServerProcess process() {
        return process.orElseThrow(() -> new IllegalStateException(name + " was never started"));
    }

    /** The exit code of a daemon that ends by itself. */
    int exitCode() {
        if (!process().await(20)) {
            throw new AssertionError(name + " still runs:\n" + log());
        }
        return process().exitCode();
    }

    String log() {
        return node.logText();
    }

    void awaitLog(String text) {
        LocalCluster.await("\"" + text + "\" in the log:\n" + log(), 20, () -> log().contains(text));
    }

    long count(String text) {
        return log().lines().filter(line -> line.contains(text)).count();
    }

    /** Asks it to end, and PostgreSQL with it. */
    void stop() {
        process.ifPresent(running -> running.stop(30));
    }

    /** Everything below a folder: kind, size, time of change and permissions of each file. */
    static Map<String, String> listing(Path folder) {
        Map<String, String> files = new TreeMap<>();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    files.put(directory.toString(), "folder");
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    files.put(
                            file.toString(),
                            attributes.size() + " bytes, " + attributes.lastModifiedTime() + ", "
                                    + Files.getPosixFilePermissions(file));
                    return FileVisitResult.CONTINUE;
                }
            });
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        stop();
        node.killRemains();
        started.forEach(ServerProcess::kill);
    }
}
