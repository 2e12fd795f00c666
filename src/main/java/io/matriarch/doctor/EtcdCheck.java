package io.matriarch.doctor;

import io.matriarch.config.HostPort;
import io.matriarch.dcs.etcd.EtcdHealth.Health;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** etcd's servers answer, agree on a leader, are quick, and have room. */
final class EtcdCheck implements Check {
    /** etcd's own default, for servers that don't tell theirs. */
    private static final long USUAL_QUOTA = 2L << 30;

    private static final Duration SLOW = Duration.ofMillis(200);
    private static final Duration TOO_SLOW = Duration.ofSeconds(2);
    private static final int PERCENT_HIGH = 80;

    private final Servers servers;

    EtcdCheck(Servers servers) {
        this.servers = servers;
    }

    /** Asks all servers. */
    @FunctionalInterface
    interface Servers {
        Map<HostPort, Health> ask();
    }

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public List<Finding> findings() {
        Report report = new Report(name());
        Map<HostPort, Health> found = servers.ask();
        long silent =
                found.values().stream().filter(Health.Silent.class::isInstance).count();
        found.forEach((server, health) -> {
            switch (health) {
                case Health.Silent(String why) -> silent(server, why, silent * 2 >= found.size(), report);
                case Health.Answering answering -> look(server.toString(), answering, report);
            }
        });
        long versions = found.values().stream()
                .filter(Health.Answering.class::isInstance)
                .map(health -> ((Health.Answering) health).version())
                .distinct()
                .count();
        if (versions > 1) {
            report.warning("etcd", "its servers have different versions", "finish the update");
        }
        return report.findingsOr("etcd3", "no server is configured");
    }

    private static void silent(HostPort server, String why, boolean most, Report report) {
        if (most) {
            report.error(
                    server.toString(),
                    "it doesn't answer: " + why + "; half of the servers or more don't, so nobody can lead",
                    "start etcd there; check etcd3.hosts, its certificates, and the network");
        } else {
            report.warning(
                    server.toString(),
                    "it doesn't answer: " + why,
                    "start etcd there, or take it out of etcd's members and of etcd3.hosts");
        }
    }

    private static void look(String server, Health.Answering health, Report report) {
        long quota = health.quota().orElse(USUAL_QUOTA);
        long percent = health.size() * 100 / quota;
        String of = health.quota().isPresent() ? "its quota of " : "the usual quota (it doesn't tell its own) of ";
        String size =
                "its database has " + Bytes.text(health.size()) + ", " + percent + " % of " + of + Bytes.text(quota);
        boolean well = true;
        for (String trouble : health.troubles()) {
            well = false;
            report.error(
                    server,
                    trouble,
                    trouble.contains("NOSPACE")
                            ? "etcdctl compact, defrag and alarm disarm; raise --quota-backend-bytes"
                            : "look at etcd's log there");
        }
        if (!health.hasLeader()) {
            well = false;
            report.error(server, "it knows no leader", "see which of etcd's servers can reach each other");
        }
        if (percent >= PERCENT_HIGH) {
            well = false;
            report.warning(
                    server,
                    size,
                    "etcdctl compact and defrag; past the quota etcd takes no writes, and nobody can lead");
        }
        Duration read = health.read().orElse(Duration.ZERO);
        if (read.compareTo(SLOW) > 0) {
            well = false;
            String what = "a linearizable read took " + read.toMillis() + " ms";
            String advice = "look at its disk (etcd needs fast fsync) and at the network between etcd's servers";
            if (read.compareTo(TOO_SLOW) > 0) {
                report.error(server, what, advice);
            } else {
                report.warning(server, what, advice);
            }
        }
        if (well) {
            report.ok(
                    server,
                    "version " + health.version() + ", a linearizable read took " + read.toMillis() + " ms, " + size);
        }
    }
}
