package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Value.Mapping;
import io.matriarch.value.Yaml;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PatroniFindingsTest {
    private static final String USERS = """
            postgresql:
              connect_address: 192.0.2.1:5432
              authentication: {superuser: {username: postgres}, replication: {username: replicator}}
            """;

    private static List<String> findings(String yaml) {
        return PatroniFindings.of((Mapping) Yaml.parse(yaml));
    }

    @Test
    void nothingIsFoundWherePatroniFindsNothing() {
        assertThat(findings(USERS + """
                restapi: {connect_address: "[2001:db8::1]:8008", allowlist: [192.0.2.0/24]}
                bootstrap: {dcs: {synchronous_node_count: 1, standby_cluster: {host: 192.0.2.9}}, initdb: [data-checksums], method: clone}
                tags: {failover_priority: 0, replicatefrom: node2}
                log: {traceback_level: debug}
                """)).isEmpty();
    }

    @Test
    void addressesOfThisHostAlone() {
        assertThat(findings(USERS + "  proxy_address: localhost:6432\nrestapi: {connect_address: \"[::1]:8008\"}"))
                .satisfiesExactly(
                        finding ->
                                assertThat(finding).startsWith("restapi.connect_address: [::1]:8008 must not contain"),
                        finding -> assertThat(finding).startsWith("postgresql.proxy_address: localhost:6432 must not"));
    }

    @Test
    void whatTheSchemaWants() {
        assertThat(findings("""
                restapi: {allowlist: 192.0.2.1}
                bootstrap: {initdb: x, method: 7}
                tags: {failover_priority: -1, replicatefrom: 5}
                log: {traceback_level: WARN}
                postgresql: {parameters: {unix_socket_directories: 5}}
                """))
                .containsExactly(
                        "bootstrap.method: is expected to be text",
                        "tags.replicatefrom: is expected to be text",
                        "postgresql.parameters.unix_socket_directories: is expected to be text",
                        "restapi.allowlist: is expected to be a list",
                        "bootstrap.initdb: is expected to be a list",
                        "postgresql.authentication.superuser: is missing; set the user by which the members reach each"
                                + " other",
                        "postgresql.authentication.replication: is missing; set the user by which the members reach each"
                                + " other",
                        "bootstrap.dcs: is missing; it is the dynamic configuration of a new cluster",
                        "tags.failover_priority: isn't a number from 0",
                        "log.traceback_level: isn't one of DEBUG, ERROR");
        assertThat(findings(USERS
                        + "bootstrap: {dcs: {synchronous_node_count: 0, standby_cluster: {primary_slot_name: a}}}"))
                .containsExactly(
                        "bootstrap.dcs.synchronous_node_count: isn't a number from 1",
                        "bootstrap.dcs.standby_cluster: names no source; set host, port or restore_command");
    }
}
