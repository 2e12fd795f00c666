package io.matriarch.it;

import io.matriarch.it.AgentProgram.Program;
import io.matriarch.value.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One of {@link Twins}: a primary and a replica, run by one program at an address of loopback. */
final class Twin implements AutoCloseable {
    static final String SCOPE = "matriarch";

    private final Path home;
    private final String address;
    private final Program program;
    private final List<Node> nodes = new ArrayList<>();

    /** {@code ports}: of PostgreSQL and of the REST interface, of one node after the other. */
    Twin(Path folder, String name, String address, Program program, int etcdPort, List<Integer> ports) {
        this.home = folder.resolve(name);
        this.address = address;
        this.program = program;
        createFolder(home);
        Path passwords = home.resolve(".pgpass");
        LocalCluster.write(passwords, "*:*:*:*:" + Templates.PASSWORD + "\n");
        if (!passwords.toFile().setReadable(false, false) || !passwords.toFile().setReadable(true, true)) {
            throw new IllegalStateException("can't protect " + passwords);
        }
        for (int number = 1; number <= 2; number++) {
            addNode(number, ports.get(2 * number - 2), ports.get(2 * number - 1), etcdPort);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> nodes.forEach(Node::killRemains)));
    }

    private void addNode(int number, int databasePort, int restPort, int etcdPort) {
        Node node =
                new Node("node" + number, home, program, new Node.Place(address, List.of()), databasePort, restPort);
        Map<String, String> values = new HashMap<>(Map.of(
                "NAME", node.name(),
                "HOME", home.toString(),
                "RUN", home.toString(),
                "BIN_DIR", Templates.POSTGRES_BIN.toString(),
                "PASSWORD", "\"" + Templates.PASSWORD + "\"",
                "ETCD_PORT", Integer.toString(etcdPort),
                "PG_PORT", Integer.toString(databasePort),
                "REST_PORT", Integer.toString(restPort)));
        values.putAll(Map.of("TTL", "20", "LOOP_WAIT", "1", "RETRY_TIMEOUT", "3"));
        String text = Templates.fillIn("node.yml", values)
                .replace("127.0.0.1:" + databasePort, address + ":" + databasePort)
                .replace("127.0.0.1:" + restPort, address + ":" + restPort)
                .replace("127.0.0.1/32", "127.0.0.0/8")
                .replace("scope: ", "namespace: /" + home.getFileName() + "/\nscope: ")
                .replace("  pg_hba:\n", """
                          recovery_conf:
                            restore_command: 'while test -e %s; do sleep 0.1; done; false'
                          basebackup:
                            - checkpoint: fast
                          pg_hba:
                        """.formatted(hold()));
        String tags = number == 1 ? "tags: {zone: a}\n" : "tags: {zone: b, clonefrom: true, weight: 3}\n";
        LocalCluster.write(node.configuration(), text + tags);
        createFolder(home.resolve(node.name()));
        nodes.add(node);
    }

    private static void createFolder(Path folder) {
        try {
            LocalCluster.own(Files.createDirectories(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String address() {
        return address;
    }

    Program program() {
        return program;
    }

    List<Node> nodes() {
        return nodes;
    }

    Node first() {
        return nodes.getFirst();
    }

    Node second() {
        return nodes.getLast();
    }

    Path home() {
        return home;
    }

    /** As long as this file is there, a standby that starts waits for its archive. */
    private Path hold() {
        return home.resolve("hold");
    }

    void holdStarts() {
        LocalCluster.write(hold(), "");
    }

    void releaseStarts() {
        try {
            Files.deleteIfExists(hold());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first node first, so that both twins have the same primary. */
    void start() {
        first().startIfDown();
        await("is primary", () -> first().rest().says200("/primary") && first().isPromoted());
        second().startIfDown();
        awaitReplicaOf(first());
    }

    /** {@code primary} leads, and the other one streams from it. */
    void awaitReplicaOf(Node primary) {
        Node replica = primary == first() ? second() : first();
        await(
                replica + " streams from " + primary,
                () -> primary.rest().says200("/leader") && isPublished(primary, "running") && isStreaming(replica));
    }

    /** It says so itself, and so does its key: Patroni 4.0 doesn't know the filter replication_state. */
    boolean isStreaming(Node replica) {
        Rest.Answer answer = replica.rest().get("/replica");
        return answer.status() == 200
                && answer.json().text("replication_state").orElse("").equals("streaming")
                && isPublished(replica, "streaming");
    }

    private boolean isPublished(Node node, String state) {
        return members().stream()
                .anyMatch(member -> member.text("name").orElse("").equals(node.name())
                        && member.text("state").orElse("").equals(state));
    }

    /** As their keys in the DCS are, by which patronictl goes. */
    List<Value.Mapping> members() {
        return second().rest().get("/cluster").json().items("members").stream()
                .map(Value.Mapping.class::cast)
                .toList();
    }

    /** Something to replay for the standby; false when the first node doesn't accept it. */
    boolean write() {
        try {
            return !first().query("select pg_current_xact_id()").isEmpty();
        } catch (IllegalStateException readOnlyOrStopped) {
            return false;
        }
    }

    void await(String what, java.util.function.BooleanSupplier condition) {
        LocalCluster.await(home.getFileName() + ": " + what, 60, condition);
    }

    /** Runs some program's patronictl on this cluster. */
    ServerProcess.Ended ctl(Program with, String input, List<String> arguments) {
        Path said = home.resolve("input-" + System.nanoTime());
        LocalCluster.write(said, input);
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" <" + said, "sh"));
        command.addAll(with.ctl(first().configuration(), arguments.toArray(String[]::new)));
        return ServerProcess.run(home, 120, command);
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.agentProcesses().forEach(pid -> ServerProcess.signal("KILL", pid)));
        nodes.forEach(Node::killRemains);
    }
}
