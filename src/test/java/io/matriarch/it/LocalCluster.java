package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.it.AgentProgram.Program;
import io.matriarch.value.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** One etcd, three nodes and HAProxy on random ports of loopback, in a folder of their own. */
final class LocalCluster implements AutoCloseable {
    private final Path home;
    private final Program program;
    private final int etcdPort;
    private final int etcdPeerPort;
    private final int writePort;
    private final int readPort;
    private final List<Node> nodes = new ArrayList<>();
    private final List<ServerProcess> proxies = new ArrayList<>();
    private Optional<ServerProcess> etcd = Optional.empty();

    /** How patient the cluster is, in seconds. */
    record Patience(int ttl, int loopWait, int retryTimeout) {
        static final Patience OF_TESTS = new Patience(20, 2, 3);
        static final Patience OF_PATRONI = new Patience(30, 10, 10);
    }

    LocalCluster(AgentProgram agent, Patience patience) {
        home = newFolder();
        program = agent.placeIn(home.resolve("bin"));
        Ports ports = new Ports();
        etcdPort = ports.next();
        etcdPeerPort = ports.next();
        writePort = ports.next();
        readPort = ports.next();
        Map<String, String> values = new HashMap<>(Map.of(
                "HOME", home.toString(),
                "RUN", home.toString(),
                "BIN_DIR", Templates.POSTGRES_BIN.toString(),
                "PASSWORD", "\"" + Templates.PASSWORD + "\"",
                "ETCD_PORT", Integer.toString(etcdPort)));
        values.put("TTL", Integer.toString(patience.ttl()));
        values.put("LOOP_WAIT", Integer.toString(patience.loopWait()));
        values.put("RETRY_TIMEOUT", Integer.toString(patience.retryTimeout()));
        values.put("WRITE_PORT", Integer.toString(writePort));
        values.put("READ_PORT", Integer.toString(readPort));
        values.put("API_PORT", Integer.toString(ports.next()));
        for (int number = 1; number <= 3; number++) {
            addNode(number, ports, values);
        }
        write(home.resolve("haproxy.cfg"), Templates.fillIn("haproxy.cfg", values));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> nodes.forEach(Node::killRemains)));
    }

    private void addNode(int number, Ports ports, Map<String, String> values) {
        Node node = new Node("node" + number, home, program, ports.next(), ports.next());
        nodes.add(node);
        values.put("PG" + number, Integer.toString(node.databasePort()));
        values.put("REST" + number, Integer.toString(node.rest().port()));
        values.put("NAME", node.name());
        values.put("PG_PORT", Integer.toString(node.databasePort()));
        values.put("REST_PORT", Integer.toString(node.rest().port()));
        write(node.configuration(), Templates.fillIn("node.yml", values));
        folder(home.resolve(node.name()));
    }

    /** A new folder that belongs to whom the servers run as. */
    static Path newFolder() {
        try {
            Path folder = Files.createTempDirectory(Path.of("/tmp"), "matriarch-it-");
            own(folder);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void folder(Path path) {
        try {
            Files.createDirectories(path);
            own(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
            own(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void own(Path path) throws IOException {
        if (ServerProcess.isRoot()) {
            Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
        }
    }

    /** Starts everything and waits until one primary and two streaming replicas are there. */
    void start() {
        try {
            startAll();
        } catch (AssertionError e) {
            System.out.println("the cluster doesn't start; " + tails());
            close();
            throw e;
        }
    }

    private void startAll() {
        startEtcd();
        nodes.forEach(Node::startIfDown);
        startProxy();
        awaitHealthy();
        await(
                "HAProxy leads to the primary",
                30,
                () -> Node.query(writePort, "select pg_is_in_recovery()").equals("f"));
        await(
                "HAProxy leads readers to replicas", // it takes every server for a good one until its checks have
                // failed
                30,
                () -> Node.query(readPort, "select pg_is_in_recovery()").equals("t"));
    }

    void startEtcd() {
        String client = "http://127.0.0.1:" + etcdPort;
        String peer = "http://127.0.0.1:" + etcdPeerPort;
        List<String> command = new ArrayList<>(List.of(
                "etcd", "--name", "it", "--data-dir", home.resolve("etcd").toString()));
        command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
        command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
        command.addAll(List.of("--initial-cluster", "it=" + peer, "--log-level", "error"));
        etcd = Optional.of(ServerProcess.start(home, home.resolve("etcd.log"), command));
        await("etcd answers", 20, () -> new Rest(etcdPort).says200("/health"));
    }

    /** At once: a newer etcd that is asked to end waits until its clients have gone. */
    void stopEtcd() {
        etcd.ifPresent(running -> running.stop(1));
    }

    private void startProxy() {
        proxies.add(ServerProcess.start(
                home, home.resolve("haproxy.log"), List.of("/usr/sbin/haproxy", "-q", "-f", home + "/haproxy.cfg")));
    }

    int writePort() {
        return writePort;
    }

    int readPort() {
        return readPort;
    }

    Program program() {
        return program;
    }

    int etcdPort() {
        return etcdPort;
    }

    long etcdPid() {
        return etcd.orElseThrow().pid();
    }

    Path home() {
        return home;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Who holds the lock; the promotion may still be under way. */
    Optional<Node> findPrimary() {
        return nodes.stream().filter(node -> node.rest().says200("/primary")).findFirst();
    }

    /** Right after a change of the leader nobody says so for a moment, and the new one is promoted a moment later. */
    Node primary() {
        return awaitPrimary("a primary", 40, _ -> true);
    }

    private Node awaitPrimary(String what, int seconds, Predicate<Node> fits) {
        List<Node> found = new ArrayList<>();
        await(what, seconds, () -> {
            findPrimary().filter(fits).filter(Node::isPromoted).ifPresent(found::add);
            return !found.isEmpty();
        });
        return found.getFirst();
    }

    Node awaitPrimaryOtherThan(Node former, int seconds) {
        return awaitPrimary("another primary than " + former, seconds, node -> node != former);
    }

    List<Node> replicas() {
        return nodes.stream().filter(node -> node.rest().says200("/replica")).toList();
    }

    /** One primary, and the others stream from it on its timeline. */
    boolean isHealthy() {
        return findPrimary()
                .filter(primary -> replicas().size() == 2 && streams(primary))
                .isPresent();
    }

    private static boolean streams(Node primary) {
        List<Value> members = primary.rest().get("/cluster").json().items("members");
        long streaming = members.stream()
                .map(Value.Mapping.class::cast)
                .filter(member -> member.text("state").orElse("").equals("streaming"))
                .count();
        long timelines = members.stream()
                .map(Value.Mapping.class::cast)
                .mapToLong(member -> member.whole("timeline").orElse(0))
                .distinct()
                .count();
        return streaming == 2 && timelines == 1;
    }

    /** Starts nodes that were killed, as systemd would, and waits. */
    void awaitHealthy() {
        await("one primary and two streaming replicas", 90, () -> {
            nodes.forEach(Node::startIfDown);
            return isHealthy();
        });
    }

    static void await(String what, int seconds, BooleanSupplier condition) {
        await(what, seconds, 100, condition);
    }

    static void await(String what, int seconds, int pauseMillis, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        String trouble = "";
        while (System.nanoTime() < deadline) {
            try {
                if (condition.getAsBoolean()) {
                    return;
                }
                Thread.sleep(pauseMillis);
            } catch (IllegalStateException e) {
                trouble = " (" + e.getMessage() + ")";
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
        throw new AssertionError("not within " + seconds + " s: " + what + trouble);
    }

    /** Runs patronictl; it must succeed. */
    String ctl(String... arguments) {
        ServerProcess.Ended ended =
                ServerProcess.run(home, 120, program.ctl(nodes.getFirst().configuration(), arguments));
        assertThat(ended.code())
                .as("patronictl %s: %s", List.of(arguments), ended.output())
                .isZero();
        return ended.output();
    }

    /** The end of every log, for the report of a failure. */
    String tails() {
        StringBuilder text = new StringBuilder("logs in " + home + "\n");
        for (String name : List.of("node1", "node2", "node3", "etcd", "haproxy")) {
            text.append("--- ").append(name).append('\n');
            tail(home.resolve(name + ".log"), 40)
                    .forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    private static List<String> tail(Path file, int lines) {
        try {
            List<String> all = Files.readAllLines(file, java.nio.charset.StandardCharsets.ISO_8859_1);
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of(String.valueOf(e));
        }
    }

    /** Stops everything; the folder with its logs stays until {@link #delete}. */
    @Override
    public void close() {
        nodes.parallelStream().forEach(Node::stop);
        proxies.forEach(ServerProcess::kill);
        etcd.ifPresent(ServerProcess::kill);
    }

    void delete() {
        delete(home);
    }

    /** What still works ahead of PostgreSQL for a moment may put something into it meanwhile. */
    static void delete(Path folder) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            try {
                deleteOnce(folder);
                return;
            } catch (IOException | UncheckedIOException e) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(folder + " can't be deleted", e);
                }
            }
        }
    }

    private static void deleteOnce(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException gone) {
            // nothing is left of it
        }
    }
}
