package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Hosts of the tests' own: network namespaces on one bridge, which this process reaches as another host would. What one host sends another can be dropped, each way
 * by itself, by a route that leads nowhere. Needs root and iproute2.
 */
final class Hosts implements AutoCloseable {
    private final String id = Integer.toString(ThreadLocalRandom.current().nextInt(100, 250));
    private final String bridge = "mtb" + id;
    private final int count;

    Hosts(int count) {
        this.count = count;
        close();
        ip("link add " + bridge + " type bridge");
        ip("addr add " + outside() + "/24 dev " + bridge);
        ip("link set " + bridge + " up");
        forward("-I");
        for (int host = 1; host <= count; host++) {
            add(host);
        }
    }

    private void add(int host) {
        String outside = "mtv" + id + "x" + host;
        ip("netns add " + namespace(host));
        ip("link add " + outside + " type veth peer name eth0 netns " + namespace(host));
        ip("link set " + outside + " master " + bridge + " up");
        ip("-n " + namespace(host) + " addr add " + address(host) + "/24 dev eth0");
        ip("-n " + namespace(host) + " link set eth0 up");
        ip("-n " + namespace(host) + " link set lo up");
    }

    private String namespace(int host) {
        return "mtn" + id + "x" + host;
    }

    /** An address of the hosts' network. */
    String network(int last) {
        return "10.231." + id + "." + last;
    }

    /** Of a host, counted from 1. */
    String address(int host) {
        return network(host);
    }

    /** Of this process. */
    String outside() {
        return network(254);
    }

    /** The network of all hosts, and of this process. */
    String subnet() {
        return network(0) + "/24";
    }

    Node.Place place(int host) {
        return new Node.Place(address(host), List.of("ip", "netns", "exec", namespace(host)));
    }

    /** Nothing that {@code from} sends reaches {@code to} any more. */
    void cut(int from, int to) {
        ip("-n " + namespace(from) + " route replace blackhole " + address(to) + "/32");
    }

    void cutBothWays(int one, int other) {
        cut(one, other);
        cut(other, one);
    }

    /** From all other hosts; this process still reaches it. */
    void isolate(int host) {
        for (int other = 1; other <= count; other++) {
            if (other != host) {
                cutBothWays(host, other);
            }
        }
    }

    void heal() {
        for (int host = 1; host <= count; host++) {
            for (int other = 1; other <= count; other++) {
                run("-n " + namespace(host) + " route del blackhole " + address(other) + "/32");
            }
        }
    }

    private static void ip(String arguments) {
        Programs.Result result = run(arguments);
        assertThat(result.code()).as("ip %s: %s", arguments, result.output()).isZero();
    }

    private static Programs.Result run(String arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments.split(" ", -1)));
        return program(command);
    }

    private static Programs.Result program(List<String> command) {
        try {
            return Programs.run(command, Map.of());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(
                    "can't run " + command.getFirst() + ": install iproute2, iptables", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Removes namespaces and bridge, as far as they are there. */
    @Override
    public void close() {
        for (int host = 1; host <= count; host++) {
            run("netns del " + namespace(host));
        }
        forward("-D");
        run("link del " + bridge);
    }

    /** Where Docker was started once, bridges pass only what a rule lets through. */
    private void forward(String change) {
        if (Files.isExecutable(Path.of("/usr/sbin/iptables"))) {
            program(List.of("iptables", "-w", change, "FORWARD", "-i", bridge, "-o", bridge, "-j", "ACCEPT"));
        }
    }
}
