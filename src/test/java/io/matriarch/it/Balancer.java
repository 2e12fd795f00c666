package io.matriarch.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An HAProxy in front of {@link Twins}, configured as Patroni's users do it: its checks ask the REST interfaces in every way that they know. */
final class Balancer implements AutoCloseable {
    private static final Map<String, String> CHECKS = Map.of(
            "any", "option httpchk",
            "primary", "option httpchk OPTIONS /primary",
            "replica", "option httpchk GET /replica",
            "near", "option httpchk GET /replica?lag=1MB",
            "read-only", "option httpchk HEAD /read-only",
            "modern", "option httpchk\n    http-check send meth GET uri /replica ver HTTP/1.1 hdr Host matriarch",
            "async", "option httpchk OPTIONS /async HTTP/1.1",
            "health", "option httpchk /health");

    private final Twins twins;
    private final int port;
    private Optional<ServerProcess> haproxy = Optional.empty();

    Balancer(Twins twins, int port) {
        this.twins = twins;
        this.port = port;
    }

    void start() {
        StringBuilder text = new StringBuilder("""
                global
                    maxconn 100
                defaults
                    mode tcp
                    retries 2
                    timeout client 30m
                    timeout connect 4s
                    timeout server 30m
                    timeout check 5s
                listen stats
                    mode http
                    bind 127.0.0.1:%d
                    stats enable
                    stats uri /
                """.formatted(port));
        for (Twin twin : List.of(twins.patroni(), twins.matriarch())) {
            CHECKS.forEach((name, check) -> text.append(section(twin, name, check)));
        }
        var configuration = twins.home().resolve("haproxy.cfg");
        LocalCluster.write(configuration, text.toString());
        haproxy = Optional.of(ServerProcess.start(
                twins.home(),
                twins.home().resolve("haproxy.log"),
                List.of("/usr/sbin/haproxy", "-q", "-f", configuration.toString())));
    }

    private static String section(Twin twin, String name, String check) {
        StringBuilder section = new StringBuilder("""
                backend %s-%s
                    %s
                    http-check expect status 200
                    default-server inter 300ms fall 3 rise 2 on-marked-down shutdown-sessions
                """.formatted(twin.home().getFileName(), name, check));
        for (Node node : twin.nodes()) {
            section.append("    server %s %s:%d maxconn 100 check port %d\n"
                    .formatted(
                            node,
                            twin.address(),
                            node.databasePort(),
                            node.rest().port()));
        }
        return section.toString();
    }

    /** What the checks of a twin came to: check and node, and status with HAProxy's code. */
    Map<String, String> verdicts(Twin twin) {
        Map<String, String> verdicts = new TreeMap<>();
        List<String> lines = new Rest(port).get("/;csv").body().lines().toList();
        List<String> columns = List.of(lines.getFirst().split(",", -1));
        for (String line : lines) {
            List<String> cells = new ArrayList<>(List.of(line.split(",", -1)));
            String backend = cells.getFirst();
            String prefix = twin.home().getFileName() + "-";
            if (backend.startsWith(prefix) && !cells.get(1).equals("BACKEND")) {
                verdicts.put(
                        backend.substring(prefix.length()) + " " + cells.get(1),
                        cells.get(columns.indexOf("status")).replaceAll(" .*", "") + " "
                                + cells.get(columns.indexOf("check_code")));
            }
        }
        return verdicts;
    }

    @Override
    public void close() {
        haproxy.ifPresent(ServerProcess::kill);
    }
}
