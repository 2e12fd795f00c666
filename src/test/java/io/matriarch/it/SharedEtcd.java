package io.matriarch.it;

import io.matriarch.it.AgentProgram.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One etcd for many tests with single nodes, each in a cluster of its own; and the folder of all. */
final class SharedEtcd implements AutoCloseable {
    private final Path home = LocalCluster.newFolder();
    private final Program program = AgentProgram.chosen().placeIn(home.resolve("bin"));
    private final Ports ports = new Ports();
    private final int port = ports.next();
    private final ServerProcess etcd;

    SharedEtcd() {
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + ports.next();
        List<String> command = new ArrayList<>(List.of(
                "etcd", "--name", "it", "--data-dir", home.resolve("etcd").toString()));
        command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
        command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
        command.addAll(List.of("--initial-cluster", "it=" + peer, "--log-level", "error"));
        etcd = ServerProcess.start(home, home.resolve("etcd.log"), command);
        LocalCluster.await("etcd answers", 20, () -> new Rest(port).says200("/health"));
    }

    Path home() {
        return home;
    }

    Program program() {
        return program;
    }

    /** The command line of the daemon without its arguments. */
    List<String> daemon() {
        return program.daemon();
    }

    Ports ports() {
        return ports;
    }

    int port() {
        return port;
    }

    /** Runs etcdctl; it must succeed. */
    String ctl(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("env", "ETCDCTL_API=3", "etcdctl", "--endpoints", "127.0.0.1:" + port));
        command.addAll(List.of(arguments));
        ServerProcess.Ended ended = ServerProcess.run(home, 20, command);
        if (ended.code() != 0) {
            throw new IllegalStateException(command + ": " + ended.output());
        }
        return ended.output();
    }

    void put(String scope, String key, String value) {
        ctl("put", "/service/" + scope + "/" + key, value);
    }

    /** Empty when there is no such key. */
    String get(String scope, String key) {
        return ctl("get", "--print-value-only", "/service/" + scope + "/" + key).strip();
    }

    /** All keys of a cluster, with their values. */
    String all(String scope) {
        return ctl("get", "--prefix", "/service/" + scope + "/");
    }

    @Override
    public void close() {
        etcd.kill();
        LocalCluster.delete(home);
    }
}
