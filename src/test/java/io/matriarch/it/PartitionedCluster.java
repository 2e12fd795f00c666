package io.matriarch.it;

import io.matriarch.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Three hosts, each with a member of etcd and a node; what ends is started again after a moment, as systemd would. In quorum mode. */
final class PartitionedCluster implements AutoCloseable {
    static final int SIZE = 3;
    private static final int DATABASE_PORT = 5432;
    private static final int REST_PORT = 8008;
    private static final long RESTART_PAUSE_MILLIS = 1_500;

    private final Path home = LocalCluster.newFolder();
    private final Hosts hosts = new Hosts(SIZE);
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Integer, ServerProcess> etcd = new HashMap<>();
    private final Thread keeper;
    private volatile boolean ended;

    PartitionedCluster() {
        AgentProgram.Program program = AgentProgram.chosen().placeIn(home.resolve("bin"));
        for (int host = 1; host <= SIZE; host++) {
            nodes.add(node(host, program));
            startEtcd(host);
        }
        nodes.forEach(Node::startIfDown);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> nodes.forEach(Node::killRemains)));
        keeper = Thread.ofPlatform().daemon().name("keeper").start(this::keepRunning);
    }

    private Node node(int host, AgentProgram.Program program) {
        Node node = new Node("node" + host, home, program, hosts.place(host), DATABASE_PORT, REST_PORT);
        Map<String, String> values = new HashMap<>(Map.of(
                "NAME", node.name(),
                "HOME", home.toString(),
                "RUN", home.resolve(node.name()).toString(),
                "BIN_DIR", Templates.POSTGRES_BIN.toString(),
                "PASSWORD", "\"" + Templates.PASSWORD + "\"",
                "PG_PORT", Integer.toString(DATABASE_PORT),
                "REST_PORT", Integer.toString(REST_PORT),
                "ETCD_PORT", "2379"));
        values.putAll(Map.of("TTL", "20", "LOOP_WAIT", "2", "RETRY_TIMEOUT", "3"));
        String everybody = IntStream.rangeClosed(1, SIZE)
                .mapToObj(each -> hosts.address(each) + ":2379")
                .collect(Collectors.joining(","));
        String text = Templates.fillIn("node.yml", values)
                .replace("hosts: 127.0.0.1:2379", "hosts: " + everybody)
                .replace("127.0.0.1/32", hosts.subnet())
                .replace("127.0.0.1", hosts.address(host))
                .replace("  dcs:\n", "  dcs:\n    synchronous_mode: quorum\n");
        try {
            LocalCluster.own(Files.createDirectories(home.resolve(node.name())));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        LocalCluster.write(node.configuration(), text);
        return node;
    }

    private void startEtcd(int host) {
        String client = "http://" + hosts.address(host) + ":2379";
        String peer = "http://" + hosts.address(host) + ":2380";
        String cluster = IntStream.rangeClosed(1, SIZE)
                .mapToObj(each -> "e" + each + "=http://" + hosts.address(each) + ":2380")
                .collect(Collectors.joining(","));
        List<String> command = new ArrayList<>(List.of("etcd", "--name", "e" + host, "--log-level", "error"));
        command.addAll(List.of("--data-dir", home.resolve("etcd" + host).toString()));
        command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
        command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
        command.addAll(List.of("--initial-cluster", cluster));
        etcd.put(
                host,
                ServerProcess.start(
                        home,
                        home.resolve("etcd" + host + ".log"),
                        hosts.place(host).launcher(),
                        command));
    }

    private void keepRunning() {
        while (!ended) {
            pause(RESTART_PAUSE_MILLIS);
            for (int host = 1; host <= SIZE && !ended; host++) {
                node(host).startIfDown();
                if (!etcd(host).isRunning()) {
                    startEtcd(host);
                }
            }
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    Hosts hosts() {
        return hosts;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Counted from 1, as the hosts are. */
    Node node(int host) {
        return nodes.get(host - 1);
    }

    ServerProcess etcd(int host) {
        return java.util.Objects.requireNonNull(etcd.get(host));
    }

    Optional<Node> findPrimary() {
        return nodes.stream().filter(node -> node.rest().says200("/primary")).findFirst();
    }

    /** One primary, and the others stream from it on its timeline. */
    boolean isHealthy() {
        return findPrimary()
                .filter(primary -> nodes.stream()
                                .filter(node -> node.rest().says200("/primary"))
                                .count()
                        == 1)
                .filter(PartitionedCluster::everyoneStreams)
                .isPresent();
    }

    private static boolean everyoneStreams(Node primary) {
        List<Value.Mapping> members = primary.rest().get("/cluster").json().items("members").stream()
                .map(Value.Mapping.class::cast)
                .toList();
        return members.size() == SIZE
                && members.stream()
                                .filter(member ->
                                        member.text("state").orElse("").equals("streaming"))
                                .count()
                        == SIZE - 1
                && members.stream()
                                .map(member -> member.whole("timeline").orElse(0))
                                .distinct()
                                .count()
                        == 1;
    }

    void awaitHealthy(int seconds) {
        LocalCluster.await("one primary, and everyone streams", seconds, 500, this::isHealthy);
    }

    String tails() {
        return nodes.stream()
                .map(node -> node + ":\n" + lastLines(node.logText()))
                .collect(Collectors.joining("\n", "logs in " + home + "\n", ""));
    }

    private static String lastLines(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    @Override
    public void close() {
        ended = true;
        try {
            keeper.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
        nodes.stream().filter(Node::isRunning).forEach(node -> node.process().terminate());
        nodes.forEach(Node::stop);
        nodes.forEach(Node::killRemains);
        etcd.values().forEach(member -> member.stop(10));
        hosts.close();
    }

    void delete() {
        try (var files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            System.out.println("not deleted: " + home + ": " + e.getMessage());
        }
    }
}
