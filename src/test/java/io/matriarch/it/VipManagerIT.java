package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Debian's vip-manager watches the leader key as it does Patroni's: on two hosts, the address goes where the leader is. Needs root and iproute2. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VipManagerIT {
    private static final int LAST_OF_VIP = 100;

    private final List<Process> started = new ArrayList<>();

    @Test
    void theAddressFollowsTheLeader() throws IOException, InterruptedException {
        try (SharedEtcd etcd = new SharedEtcd();
                Hosts hosts = new Hosts(2);
                Loner one = new Loner(etcd, "vip", "one");
                Loner two = new Loner(etcd, "vip", "two")) {
            String endpoint = gateway(etcd, hosts);
            one.startAsPrimary();
            manage(etcd, hosts, 1, "one", endpoint);
            manage(etcd, hosts, 2, "two", endpoint);
            awaitAddress(hosts, 1);

            two.start();
            LocalCluster.await("two is a replica", 60, () -> two.rest().says200("/replica"));
            List<String> switchover =
                    etcd.program().ctl(one.node().configuration(), "switchover", "--candidate", "two", "--force");
            assertThat(ServerProcess.run(etcd.home(), 60, switchover).output())
                    .contains("Successfully switched over to \"two\"");
            awaitAddress(hosts, 2);

            LocalCluster.await("one is a replica", 60, () -> one.rest().says200("/replica"));
            two.stop();
            awaitAddress(hosts, 1);
        } finally {
            started.forEach(Process::destroyForcibly);
        }
    }

    /** The hosts don't reach this process's loopback. */
    private String gateway(SharedEtcd etcd, Hosts hosts) throws IOException {
        String listen = hosts.outside() + ":" + etcd.ports().next();
        start(
                etcd.home().resolve("gateway.log"),
                List.of(
                        "etcd",
                        "gateway",
                        "start",
                        "--listen-addr",
                        listen,
                        "--endpoints",
                        "127.0.0.1:" + etcd.port()));
        return "http://" + listen;
    }

    /** With the rights that its unit gives it. */
    private void manage(SharedEtcd etcd, Hosts hosts, int host, String name, String endpoint) throws IOException {
        List<String> command = new ArrayList<>(hosts.place(host).launcher());
        command.addAll(List.of("vip-manager", "--ip", hosts.network(LAST_OF_VIP), "--netmask", "24"));
        command.addAll(List.of("--interface", "eth0", "--interval", "200"));
        command.addAll(List.of("--trigger-key", "/service/vip/leader", "--trigger-value", name));
        command.addAll(List.of("--dcs-type", "etcd", "--dcs-endpoints", endpoint));
        start(etcd.home().resolve("vip-" + name + ".log"), command);
    }

    private void start(Path log, List<String> command) throws IOException {
        started.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
    }

    private static void awaitAddress(Hosts hosts, int host) {
        LocalCluster.await(
                "the address is at host " + host + " alone",
                30,
                () -> hasAddress(hosts, host) && !hasAddress(hosts, 3 - host));
    }

    private static boolean hasAddress(Hosts hosts, int host) {
        List<String> command = new ArrayList<>(hosts.place(host).launcher());
        command.addAll(List.of("ip", "-4", "-o", "addr", "show", "dev", "eth0"));
        try {
            return Programs.run(command, Map.of()).output().contains(" " + hosts.network(LAST_OF_VIP) + "/24 ");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
