package io.matriarch.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Two clusters of two nodes on one etcd, with the same scope, names, ports and configuration: one is run by Debian's Patroni and one by Matriarch, and whatever happens
 * happens to both at once. What tells them apart is their address, and what this comparison looks for.
 */
final class Twins implements AutoCloseable {
    private static final String ADDRESS_OF_PATRONI = "127.0.1.1";
    private static final String ADDRESS_OF_MATRIARCH = "127.0.2.1";

    private final Path home = LocalCluster.newFolder();
    private final int etcdPort;
    private final List<String> etcdCommand;
    private final Twin patroni;
    private final Twin matriarch;
    private Optional<ServerProcess> etcd = Optional.empty();

    Twins(Ports free) {
        etcdPort = free.next();
        etcdCommand = etcdCommand("http://127.0.0.1:" + etcdPort, "http://127.0.0.1:" + free.next());
        List<Integer> ports = Stream.generate(free::next).limit(4).toList();
        patroni = new Twin(
                home,
                "patroni",
                ADDRESS_OF_PATRONI,
                AgentProgram.PATRONI.placeIn(home.resolve("bin")),
                etcdPort,
                ports);
        matriarch = new Twin(
                home,
                "matriarch",
                ADDRESS_OF_MATRIARCH,
                AgentProgram.chosen().placeIn(home.resolve("bin")),
                etcdPort,
                ports);
    }

    void start() {
        startEtcd();
        both(Twin::start);
    }

    private List<String> etcdCommand(String client, String peer) {
        List<String> command = new ArrayList<>(List.of(
                "etcd", "--name", "it", "--data-dir", home.resolve("etcd").toString()));
        command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
        command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
        command.addAll(List.of("--initial-cluster", "it=" + peer, "--log-level", "error"));
        return command;
    }

    void startEtcd() {
        etcd = Optional.of(ServerProcess.start(home, home.resolve("etcd.log"), etcdCommand));
        LocalCluster.await("etcd answers", 20, () -> new Rest(etcdPort).says200("/health"));
    }

    void stopEtcd() {
        etcd.ifPresent(running -> running.stop(1));
    }

    Path home() {
        return home;
    }

    Twin patroni() {
        return patroni;
    }

    Twin matriarch() {
        return matriarch;
    }

    /** Does the same to both, at the same time. */
    void both(Consumer<Twin> action) {
        ofBoth(twin -> {
            action.accept(twin);
            return true;
        });
    }

    /** The same of both, taken at the same time. */
    <T> Pair<T> ofBoth(Function<Twin, T> question) {
        return together(() -> question.apply(patroni), () -> question.apply(matriarch));
    }

    static <T> Pair<T> together(Supplier<T> patronis, Supplier<T> matriarchs) {
        List<T> both = together(List.of(patronis, matriarchs));
        return new Pair<>(both.getFirst(), both.getLast());
    }

    /** What all give, asked at the same time. */
    static <T> List<T> together(List<Supplier<T>> questions) {
        List<CompletableFuture<T>> answers = questions.stream()
                .map(question -> CompletableFuture.supplyAsync(question, Thread.ofVirtual()::start))
                .toList();
        try {
            return answers.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    /** What Patroni's side gave, and Matriarch's. */
    record Pair<T>(T patronis, T matriarchs) {}

    /** Both have the primary that they had at first, whatever happened. */
    void leadByFirst() {
        both(twin -> {
            LocalCluster.await(
                    twin.home() + " has a leader",
                    60,
                    () -> twin.nodes().stream().anyMatch(node -> node.rest().says200("/leader") && node.isPromoted()));
            if (twin.second().rest().says200("/leader")) {
                twin.awaitReplicaOf(twin.second());
                switchToFirst(twin);
            }
            twin.awaitReplicaOf(twin.first());
        });
    }

    /** Patroni 4.1 gives the lock back on the way into a standby cluster, so that another node may lead it. */
    void leadByFirstInStandbyCluster() {
        String leads = "/standby-leader";
        both(twin -> {
            twin.await(
                    "a standby leader",
                    () -> twin.nodes().stream().anyMatch(node -> node.rest().says200(leads)));
            if (twin.second().rest().says200(leads)) {
                twin.await("the first node streams", () -> twin.isStreaming(twin.first()));
                switchToFirst(twin);
            }
            twin.await(
                    "the first node leads",
                    () -> twin.first().rest().says200(leads) && twin.isStreaming(twin.second()));
        });
    }

    private static void switchToFirst(Twin twin) {
        ServerProcess.Ended ended = twin.ctl(
                twin.program(),
                "",
                List.of("switchover", "--force", "--candidate", twin.first().name()));
        assertThat(ended.output()).contains("Successfully switched over");
    }

    String tails() {
        StringBuilder text = new StringBuilder("logs in " + home + "\n");
        for (Twin twin : List.of(patroni, matriarch)) {
            for (Node node : twin.nodes()) {
                List<String> lines =
                        Files.exists(node.log()) ? node.logText().lines().toList() : List.of();
                text.append("--- ")
                        .append(twin.home().getFileName())
                        .append(' ')
                        .append(node)
                        .append('\n');
                lines.subList(Math.max(0, lines.size() - 30), lines.size())
                        .forEach(line -> text.append(line).append('\n'));
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        both(Twin::close);
        etcd.ifPresent(ServerProcess::kill);
    }

    void delete() {
        LocalCluster.delete(home);
    }
}
