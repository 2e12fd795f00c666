package io.matriarch.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.cluster.Upstream;
import io.matriarch.config.Configuration;
import io.matriarch.config.ConfigurationLoader;
import io.matriarch.config.LoadResult;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What standby_cluster and the tag of a delayed replica add to what a standby recovers from (reference 6.5 and 6.7). */
final class StandbySettingsTest {
    private static final Optional<Upstream> REMOTE = Optional.of(Upstream.remote("postgres://there:5432/"));
    private static final Optional<Upstream> MEMBER = Optional.of(new Upstream("b", "postgres://b:5432/postgres"));
    private static final String SECTION = """
            {"standby_cluster": {"host": "there", "primary_slot_name": "paris", "restore_command": "cp",
             "archive_cleanup_command": "rm", "recovery_min_apply_delay": "1h"}}""";

    private static StandbySettings settings(String dynamic, String tags, Optional<Upstream> upstream) {
        String yaml = """
                {scope: s, name: a, etcd3: {host: "127.0.0.1:2379"}, tags: %s,
                 restapi: {listen: "127.0.0.1:8008", connect_address: "127.0.0.1:8008"},
                 postgresql: {listen: "127.0.0.1:5432", connect_address: "127.0.0.1:5432", data_dir: /nowhere}}
                """.formatted(tags);
        Configuration local =
                switch (ConfigurationLoader.load(Optional.empty(), Map.of("PATRONI_CONFIGURATION", yaml))) {
                    case LoadResult.Loaded<Configuration> loaded -> loaded.configuration();
                    case LoadResult.Invalid<Configuration> invalid ->
                        throw new IllegalStateException(invalid.problems().toString());
                };
        Mapping parsed = (Mapping) Json.parse(dynamic);
        return new StandbySettings(new PostgresConfiguration(local, new DynamicConfiguration(parsed, 1)), upstream);
    }

    @Test
    void theStandbyLeaderHasTheRemoteSlotAndTheDelay() {
        StandbySettings leader = settings(SECTION, "{}", REMOTE);
        assertThat(leader.slotName(Optional.of("a"))).contains("paris");
        assertThat(leader.recovery())
                .isEqualTo(Map.of(
                        "restore_command", "cp", "archive_cleanup_command", "rm", "recovery_min_apply_delay", "1h"));
    }

    @Test
    void withoutANameThereIsNoSlotThere() {
        assertThat(settings("{\"standby_cluster\":{\"host\":\"there\"}}", "{}", REMOTE)
                        .slotName(Optional.of("a")))
                .isEmpty();
    }

    @Test
    void theOthersHaveTheCommandsOnlyAndTheirOwnSlots() {
        StandbySettings replica = settings(SECTION, "{}", MEMBER);
        assertThat(replica.slotName(Optional.of("a"))).contains("a");
        assertThat(replica.recovery()).isEqualTo(Map.of("restore_command", "cp", "archive_cleanup_command", "rm"));
    }

    @Test
    void inAnOrdinaryClusterOnlyTheTagCounts() {
        assertThat(settings("{}", "{}", MEMBER).recovery()).isEmpty();
        assertThat(settings("{}", "{recovery_min_apply_delay: 30min}", MEMBER).recovery())
                .isEqualTo(Map.of("recovery_min_apply_delay", "30min"));
    }

    @Test
    void theRemotePrimaryIsClonedByTheSectionsOwnMethods() {
        Mapping postgresql =
                (Mapping) Json.parse("{\"create_replica_methods\":[\"wal-g\"],\"mine\":{\"command\":\"restore\"}}");
        assertThat(ReplicaMethod.named(List.of("mine"), postgresql))
                .singleElement()
                .satisfies(method -> assertThat(method.isBasebackup()).isFalse());
        assertThat(ReplicaMethod.named(List.of(), postgresql))
                .singleElement()
                .satisfies(method -> assertThat(method.isBasebackup()).isTrue());
    }
}
