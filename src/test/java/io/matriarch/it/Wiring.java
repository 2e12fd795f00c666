package io.matriarch.it;

import io.matriarch.it.TcpProxy.Manner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Proxies on the way from each node to etcd, and from its peers to it. */
final class Wiring implements AutoCloseable {
    private final Map<Node, TcpProxy> toEtcd = new HashMap<>();
    private final Map<Node, TcpProxy> toPostgres = new HashMap<>();
    private final Map<Node, TcpProxy> toRest = new HashMap<>();

    /** Changes the configurations of a cluster that isn't started yet. Clients keep talking to the servers directly. */
    Wiring(LocalCluster cluster) {
        Ports ports = new Ports();
        for (Node node : cluster.nodes()) {
            int etcd = ports.next();
            int postgres = ports.next();
            int rest = ports.next();
            toEtcd.put(node, new TcpProxy(etcd, cluster.etcdPort()));
            toPostgres.put(node, new TcpProxy(postgres, node.databasePort()));
            toRest.put(node, new TcpProxy(rest, node.rest().port()));
            try {
                String text = Files.readString(node.configuration())
                        .replace(
                                "hosts: 127.0.0.1:" + cluster.etcdPort(),
                                "hosts: 127.0.0.1:" + etcd + "\n  use_proxies: true")
                        .replace(
                                "connect_address: 127.0.0.1:" + node.databasePort(),
                                "connect_address: 127.0.0.1:" + postgres)
                        .replace(
                                "connect_address: 127.0.0.1:" + node.rest().port(),
                                "connect_address: 127.0.0.1:" + rest);
                LocalCluster.write(node.configuration(), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The way from the node to etcd. */
    void etcd(Node node, Manner manner) {
        become(toEtcd, node, manner);
    }

    /** The ways of replication and of the members' questions, from everyone else to the node. */
    void peers(Node node, Manner manner) {
        become(toPostgres, node, manner);
        become(toRest, node, manner);
    }

    private static void become(Map<Node, TcpProxy> ways, Node node, Manner manner) {
        Optional.ofNullable(ways.get(node)).ifPresent(way -> way.become(manner));
    }

    void heal() {
        toEtcd.values().forEach(proxy -> proxy.become(Manner.FAITHFUL));
        toPostgres.values().forEach(proxy -> proxy.become(Manner.FAITHFUL));
        toRest.values().forEach(proxy -> proxy.become(Manner.FAITHFUL));
    }

    @Override
    public void close() {
        toEtcd.values().forEach(TcpProxy::close);
        toPostgres.values().forEach(TcpProxy::close);
        toRest.values().forEach(TcpProxy::close);
    }
}
