package io.matriarch.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Field by field and in Patroni's order (reference 4.3). */
final class StatusDocumentTest {
    private static String json(Looks look) {
        return Json.spaced(look.status().build());
    }

    @Test
    void ofAPrimary() {
        assertThat(json(Looks.primary()))
                .isEqualTo("{\"state\": \"running\", \"postmaster_start_time\": \"2026-11-23 14:20:16.615542+00:00\","
                        + " \"role\": \"primary\", \"server_version\": 150018, \"xlog\": {\"location\": 2000}, \"timeline\": 3,"
                        + " \"replication\": [{\"usename\": \"replicator\", \"application_name\": \"b\", \"client_addr\": \"10.0.0.2\","
                        + " \"state\": \"streaming\", \"sync_state\": \"async\", \"sync_priority\": 0}], \"dcs_last_seen\": 1795443617,"
                        + " \"database_system_identifier\": \"7711371126323781949\","
                        + " \"patroni\": {\"version\": \"4.1.4\", \"scope\": \"batman\", \"name\": \"a\"}}");
    }

    @Test
    void ofAReplica() {
        assertThat(json(Looks.replica("tags: {zone: west}\n")))
                .isEqualTo("{\"state\": \"running\", \"postmaster_start_time\": \"2026-11-23 14:20:16.615542+00:00\","
                        + " \"role\": \"replica\", \"server_version\": 150018, \"xlog\": {\"received_location\": 1500,"
                        + " \"replayed_location\": 1000, \"replayed_timestamp\": \"2026-11-23 14:20:17.197542+00:00\", \"paused\": false},"
                        + " \"timeline\": 3, \"replication_state\": \"streaming\", \"dcs_last_seen\": 1795443617,"
                        + " \"tags\": {\"zone\": \"west\"}, \"database_system_identifier\": \"7711371126323781949\","
                        + " \"patroni\": {\"version\": \"4.1.4\", \"scope\": \"batman\", \"name\": \"a\"}}");
    }

    @Test
    void ofAStoppedServer() {
        assertThat(json(Looks.stopped()))
                .isEqualTo("{\"state\": \"stopped\", \"role\": \"demoted\", \"dcs_last_seen\": 1795443617,"
                        + " \"database_system_identifier\": \"7711371126323781949\","
                        + " \"patroni\": {\"version\": \"4.1.4\", \"scope\": \"batman\", \"name\": \"a\"}}");
    }

    @Test
    void anOldViewOfTheClusterIsNone() {
        assertThat(json(Looks.primary())).doesNotContain("cluster_unlocked");
        assertThat(json(Looks.primary().aged(Duration.ofSeconds(31)))).contains("\"cluster_unlocked\": true");
        assertThat(json(Looks.pausedPrimaryWithoutDcs())).contains("\"pause\": true, \"cluster_unlocked\": true");
    }
}
