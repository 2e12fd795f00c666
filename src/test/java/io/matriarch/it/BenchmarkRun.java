package io.matriarch.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One cluster of one program, started, measured in peace and under failures, and stopped. With Patroni's default patience: 30, 10 and 10 s. */
final class BenchmarkRun {
    private static final double MEGABYTE = 1e6;
    private static final int LISTS = 10;
    private static final int STARTS = 3;
    private static final int SWITCHOVERS = 2;
    /** Of 30 s, renewed every 10: nobody can take over before the rest has passed, so it has to be the same for both. */
    private static final int LEASE_LEFT = 25;

    private static final Pattern REQUESTS_PER_SECOND = Pattern.compile("Requests/sec: +([0-9.]+)");
    private static final Pattern RECEIVED =
            Pattern.compile("(?m)^grpc_server_msg_received_total\\{([^}]*)} ([0-9.e+]+)$");

    private final AgentProgram agent;
    private final Duration idle;
    private final Figures figures;
    private final LocalCluster cluster;

    BenchmarkRun(AgentProgram agent, Duration idle, Figures figures) {
        this.agent = agent;
        this.idle = idle;
        this.figures = figures;
        this.cluster = new LocalCluster(agent, LocalCluster.Patience.OF_PATRONI);
    }

    void go() throws InterruptedException {
        try {
            cluster.start();
            size();
            starts();
            cluster.awaitHealthy();
            atRest();
            lists();
            requests();
            failures();
        } finally {
            cluster.close();
            cluster.delete();
        }
    }

    private void size() {
        if (agent == AgentProgram.MATRIARCH) {
            try {
                figures.add(Figure.SIZE, agent, Files.size(AgentProgram.executable()) / MEGABYTE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void starts() throws InterruptedException {
        Node replica = cluster.replicas().getFirst();
        for (int start = 0; start < STARTS; start++) {
            replica.stop();
            long begin = System.nanoTime();
            replica.startIfDown();
            while (!answers(replica.rest().port())) {
                Thread.sleep(Duration.ofMillis(1));
            }
            figures.add(Figure.FIRST_ANSWER, agent, since(begin));
            LocalCluster.await("the replica is one", 60, 5, () -> replica.rest().says200("/replica"));
            figures.add(Figure.REPLICA_READY, agent, since(begin));
        }
    }

    /** Any HTTP answer. */
    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write("GET /liveness HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == 'H';
        } catch (IOException _) {
            return false;
        }
    }

    private void atRest() throws InterruptedException {
        Thread.sleep(idle);
        Node primary = cluster.primary();
        List<Long> pids = primary.agentProcesses();
        double cpuBefore = cpu(pids);
        double requestsBefore = etcdMessages();
        long begin = System.nanoTime();
        Thread.sleep(idle.multipliedBy(2));
        figures.add(Figure.CPU, agent, (cpu(pids) - cpuBefore) / since(begin) * 100);
        figures.add(Figure.ETCD, agent, (etcdMessages() - requestsBefore) / since(begin) * 60);
        ProcessFigures memory = ProcessFigures.of(primary.agentProcess().orElseThrow());
        figures.add(Figure.RESIDENT, agent, memory.resident() / MEGABYTE);
        figures.add(Figure.PROPORTIONAL, agent, memory.proportional() / MEGABYTE);
        figures.add(Figure.PRIVATE, agent, memory.privateBytes() / MEGABYTE);
        if (pids.size() > 1) {
            ProcessFigures guard = ProcessFigures.of(primary.process().pid());
            figures.add(Figure.GUARD_RESIDENT, agent, guard.resident() / MEGABYTE);
            figures.add(Figure.GUARD_PRIVATE, agent, guard.privateBytes() / MEGABYTE);
        }
    }

    private static double cpu(List<Long> pids) {
        return pids.stream()
                .mapToDouble(pid -> ProcessFigures.of(pid).cpuSeconds())
                .sum();
    }

    private double etcdMessages() {
        Matcher line =
                RECEIVED.matcher(new Rest(cluster.etcdPort()).get("/metrics").body());
        double sum = 0;
        while (line.find()) {
            sum += Double.parseDouble(line.group(2));
        }
        return sum;
    }

    private void lists() {
        Path configuration = cluster.nodes().getFirst().configuration();
        for (int list = 0; list < LISTS; list++) {
            long begin = System.nanoTime();
            run(cluster.program().ctl(configuration, "list"));
            figures.add(Figure.LIST, agent, since(begin));
        }
        String kilobytes = run(with(
                        List.of("/usr/bin/time", "-f", "%M"), cluster.program().ctl(configuration, "list")))
                .strip();
        figures.add(
                Figure.LIST_MEMORY,
                agent,
                Long.parseLong(kilobytes.substring(kilobytes.lastIndexOf('\n') + 1)) * 1024 / MEGABYTE);
    }

    private void requests() {
        String url = "http://127.0.0.1:" + cluster.primary().rest().port() + "/primary";
        Matcher found = REQUESTS_PER_SECOND.matcher(run(List.of("wrk", "-t1", "-c10", "-d5s", url)));
        if (!found.find()) {
            throw new AssertionError("wrk says no number");
        }
        figures.add(Figure.REQUESTS, agent, Double.parseDouble(found.group(1)));
    }

    private static List<String> with(List<String> first, List<String> more) {
        return java.util.stream.Stream.concat(first.stream(), more.stream()).toList();
    }

    private static String run(List<String> command) {
        try {
            Programs.Result result = Programs.run(command, java.util.Map.of());
            if (result.code() != 0) {
                throw new AssertionError(command + ": " + result.output());
            }
            return result.output();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void failures() {
        try (Writer direct = new Writer(Node.primaryUrl(cluster.nodes()), "written_directly");
                Writer proxied = new Writer(cluster.writePort())) {
            Clients clients = new Clients(direct, proxied);
            for (int count = 0; count < SWITCHOVERS; count++) {
                clients.measure(Figure.SWITCHOVER, Figure.SWITCHOVER_PROXY, this::switchover);
            }
            clients.measure(
                    Figure.POSTGRES_KILLED,
                    Figure.POSTGRES_KILLED_PROXY,
                    () -> cluster.primary().killPostgres());
            clients.measure(
                    Figure.AGENT_AND_POSTGRES_KILLED,
                    Figure.AGENT_AND_POSTGRES_KILLED_PROXY,
                    () -> cluster.primary().killAgentAndPostgres());
            clients.measure(Figure.NODE_KILLED, Figure.NODE_KILLED_PROXY, () -> {
                LeaderLease.of(cluster).awaitLeft(LEASE_LEFT);
                cluster.primary().killAll();
            });
        }
    }

    private void switchover() {
        String leader = cluster.primary().name();
        cluster.ctl(
                "switchover",
                "matriarch",
                "--leader",
                leader,
                "--candidate",
                cluster.replicas().getFirst().name(),
                "--force");
    }

    /** Both ways to the primary, and how long each was closed. */
    private final class Clients {
        private final Writer direct;
        private final Writer proxied;

        Clients(Writer direct, Writer proxied) {
            this.direct = direct;
            this.proxied = proxied;
        }

        void measure(Figure directly, Figure throughProxy, Runnable failure) {
            cluster.awaitHealthy();
            direct.awaitWrites();
            proxied.awaitWrites();
            long begin = System.nanoTime();
            failure.run();
            direct.awaitGap(begin);
            proxied.awaitGap(begin);
            figures.add(directly, agent, direct.longestGap(begin));
            figures.add(throughProxy, agent, proxied.longestGap(begin));
        }
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }
}
