package io.matriarch.cli;

import io.matriarch.config.HostPort;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What Patroni's {@code --validate-config} finds in a configuration with which an agent runs all the same, so that a check before a roll-out says the same of both (reference
 * 7; the rules are those of the schema in Patroni 4.0.7).
 */
final class PatroniFindings {
    private static final int ANY_PORT = 1;
    private static final Set<String> NOBODY_ELSE_REACHES = Set.of("127.0.0.1", "0.0.0.0", "*", "::1", "localhost");
    private static final List<String> ADDRESSES =
            List.of("restapi.connect_address", "postgresql.connect_address", "postgresql.proxy_address");
    private static final List<String> TEXTS =
            List.of("bootstrap.method", "tags.replicatefrom", "postgresql.parameters.unix_socket_directories");
    private static final List<String> LISTS = List.of("restapi.allowlist", "bootstrap.initdb");
    private static final List<String> USERS = List.of("superuser", "replication");

    private final Mapping configuration;
    private final List<String> findings = new ArrayList<>();

    private PatroniFindings(Mapping configuration) {
        this.configuration = configuration;
    }

    /** A line each, that begins with the setting's name; empty when there is nothing. */
    static List<String> of(Mapping configuration) {
        PatroniFindings all = new PatroniFindings(configuration);
        ADDRESSES.forEach(all::reachable);
        TEXTS.forEach(key -> all.kind(key, value -> value instanceof Value.Text, "is expected to be text"));
        LISTS.forEach(key -> all.kind(key, value -> value instanceof Value.Sequence, "is expected to be a list"));
        USERS.forEach(all::user);
        all.bootstrap();
        all.others();
        return List.copyOf(all.findings);
    }

    private Optional<Value> find(String key) {
        int dot = key.lastIndexOf('.');
        Mapping section = configuration;
        for (String name : dot < 0 ? new String[0] : key.substring(0, dot).split("\\.", -1)) {
            section = section.mapping(name);
        }
        return section.find(key.substring(dot + 1));
    }

    private void reachable(String key) {
        find(key)
                .flatMap(Value::asText)
                .flatMap(address -> HostPort.parse(address, ANY_PORT))
                .filter(address -> NOBODY_ELSE_REACHES.contains(address.host()))
                .ifPresent(address -> findings.add(key + ": " + address
                        + " must not contain \"127.0.0.1\", \"0.0.0.0\", \"*\", \"::1\", \"localhost\":"
                        + " nobody reaches this node by it from elsewhere"));
    }

    private void kind(String key, Predicate<Value> expected, String what) {
        find(key).filter(expected.negate()).ifPresent(_ -> findings.add(key + ": " + what));
    }

    private void user(String name) {
        String key = "postgresql.authentication." + name;
        if (find(key).isEmpty()) {
            findings.add(key + ": is missing; set the user by which the members reach each other");
        }
    }

    private void bootstrap() {
        if (find("bootstrap").isPresent() && find("bootstrap.dcs").isEmpty()) {
            findings.add("bootstrap.dcs: is missing; it is the dynamic configuration of a new cluster");
        }
        atLeast("bootstrap.dcs.synchronous_node_count", 1);
        find("bootstrap.dcs.standby_cluster")
                .filter(section -> section instanceof Mapping remote
                        && remote.find("host").isEmpty()
                        && remote.find("port").isEmpty()
                        && remote.find("restore_command").isEmpty())
                .ifPresent(_ -> findings.add(
                        "bootstrap.dcs.standby_cluster: names no source; set host, port or restore_command"));
    }

    private void others() {
        atLeast("tags.failover_priority", 0);
        kind(
                "log.traceback_level",
                level -> level.asText()
                        .map(text -> text.toUpperCase(Locale.ROOT))
                        .filter(Set.of("DEBUG", "ERROR")::contains)
                        .isPresent(),
                "isn't one of DEBUG, ERROR");
    }

    private void atLeast(String key, long least) {
        find(key)
                .filter(value -> value.asWhole().stream().anyMatch(number -> number < least))
                .ifPresent(_ -> findings.add(key + ": isn't a number from " + least));
    }
}
