package io.matriarch.cluster;

import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The section {@code standby_cluster} of the dynamic configuration (reference 2.12 and 5.22): whose WAL the whole cluster replays.
 *
 * @param hosts of the remote primary; several: the one that accepts writes is followed. Empty: WAL comes by {@code restoreCommand} only
 * @param ports one for each host, or one for all
 * @param primarySlotName the remote replication slot; none is used without it
 */
public record StandbyCluster(
        List<String> hosts,
        List<String> ports,
        Optional<String> primarySlotName,
        Optional<String> restoreCommand,
        Optional<String> archiveCleanupCommand,
        Optional<String> recoveryMinApplyDelay,
        List<String> createReplicaMethods) {
    private static final String DEFAULT_PORT = "5432";
    private static final int LAST_PORT = 65_535;

    public StandbyCluster {
        hosts = List.copyOf(hosts);
        ports = List.copyOf(ports);
        createReplicaMethods = List.copyOf(createReplicaMethods);
    }

    /** Reads the section; what is empty in it counts as not given. */
    static StandbyCluster of(Mapping section) {
        List<String> hosts = list(section, "host");
        List<String> ports = list(section, "port");
        return new StandbyCluster(
                hosts.isEmpty() && !ports.isEmpty() ? List.of("localhost") : hosts,
                ports,
                text(section, "primary_slot_name"),
                text(section, "restore_command"),
                text(section, "archive_cleanup_command"),
                text(section, "recovery_min_apply_delay"),
                list(section, "create_replica_methods"));
    }

    /** The remote server as something to stream from; without a connection when there is no host. */
    public Upstream remote() {
        if (hosts.isEmpty()) {
            return Upstream.remote("");
        }
        List<String> places = new ArrayList<>();
        for (int i = 0; i < hosts.size(); i++) {
            String port = i < ports.size() ? ports.get(i) : ports.isEmpty() ? DEFAULT_PORT : ports.getLast();
            String host = hosts.get(i);
            places.add((host.contains(":") ? "[" + host + "]" : host) + ":" + port);
        }
        return Upstream.remote("postgres://" + String.join(",", places) + "/");
    }

    /** What can't work of it, for a person. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        for (String port : ports) {
            if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > LAST_PORT) {
                problems.add("standby_cluster.port: '%s' isn't a number from 1 to %d".formatted(port, LAST_PORT));
            }
        }
        for (String host : hosts) {
            if (!host.matches("[^\\s/@?#'\\[\\]]+")) {
                problems.add("standby_cluster.host: '%s' is neither a name nor an address".formatted(host));
            }
        }
        if (ports.size() > Math.max(1, hosts.size())) {
            problems.add("standby_cluster.port: %d ports for %d hosts".formatted(ports.size(), hosts.size()));
        }
        recoveryMinApplyDelay
                .filter(delay -> !delay.matches("[0-9]+(\\.[0-9]+)? *(us|ms|s|min|h|d)?"))
                .ifPresent(delay ->
                        problems.add("standby_cluster.recovery_min_apply_delay: '%s' isn't a time".formatted(delay)));
        return problems;
    }

    private static Optional<String> text(Mapping section, String key) {
        return section.text(key).filter(given -> !given.isEmpty());
    }

    /** A list, or one text with commas. */
    private static List<String> list(Mapping section, String key) {
        List<String> found = new ArrayList<>();
        List<Value> items = section.items(key);
        if (items.isEmpty()) {
            section.find(key).flatMap(Value::asText).ifPresent(text -> addAll(found, text));
        }
        items.forEach(item -> item.asText().ifPresent(text -> addAll(found, text)));
        return found;
    }

    private static void addAll(List<String> found, String text) {
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                found.add(part.strip());
            }
        }
    }
}
