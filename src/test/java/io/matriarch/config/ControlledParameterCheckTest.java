package io.matriarch.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlledParameterCheckTest {
    private static List<String> mistakes(String parameters) {
        return ControlledParameterCheck.mistakes(
                (Mapping) Json.parse("{\"ttl\":30,\"postgresql\":{\"parameters\":" + parameters + "}}"));
    }

    @Test
    void valuesForWhichADefaultWouldCountAreTold() {
        assertThat(mistakes("""
                {"max_connections":"abc","max_worker_processes":1,"max_replication_slots":99999999,"wal_level":"minimal","track_commit_timestamp":"perhaps",
                 "hot_standby":false,"wal_keep_size":"1kB","max_wal_senders":[]}"""))
                .containsExactlyInAnyOrder(
                        "postgresql.parameters.max_connections: 'abc': allowed are whole numbers from 25 to 262143",
                        "postgresql.parameters.max_worker_processes: '1': allowed are whole numbers from 2 to 262143",
                        "postgresql.parameters.max_replication_slots: '99999999': allowed are whole numbers from 4 to 262143",
                        "postgresql.parameters.wal_level: 'minimal': allowed are hot_standby, replica, logical",
                        "postgresql.parameters.track_commit_timestamp: 'perhaps': allowed are on and off",
                        "postgresql.parameters.hot_standby: 'false': only on is allowed",
                        "postgresql.parameters.wal_keep_size: '1kB': allowed are whole numbers from 16MB to 2147483647MB",
                        "postgresql.parameters.max_wal_senders: 'a list or mapping': allowed are whole numbers from 3 to 262143");
    }

    /** Configurations of old name a port or a cluster_name; Patroni ignores those, and other parameters are PostgreSQL's to judge. */
    @Test
    void theRestIsLeftAlone() {
        assertThat(mistakes("""
                {"max_connections":"200","wal_level":"logical","wal_keep_size":"1GB","max_wal_senders":null,"port":1,
                 "cluster_name":"x","work_mem":"lots"}""")).isEmpty();
        assertThat(mistakes("[1]")).isEmpty();
        assertThat(mistakes("null")).isEmpty();
    }
}
