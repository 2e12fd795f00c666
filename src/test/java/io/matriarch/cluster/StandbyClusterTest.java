package io.matriarch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StandbyClusterTest {
    private static Optional<StandbyCluster> section(String json) {
        return new DynamicConfiguration((Mapping) Json.parse("{\"standby_cluster\":" + json + "}"), 1)
                .standbyClusterSettings();
    }

    private static String remote(String json) {
        return section(json).orElseThrow().remote().connUrl();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'host':'a'} | postgres://a:5432/",
                "{'host':'a','port':5433} | postgres://a:5433/",
                "{'host':['a','b'],'port':5433} | postgres://a:5433,b:5433/",
                "{'host':'a, b','port':'1,2'} | postgres://a:1,b:2/",
                "{'host':'::1'} | postgres://[::1]:5432/",
                "{'port':5433} | postgres://localhost:5433/",
                "{'restore_command':'cp'} | ``"
            })
    void theRemotePrimary(String json, String connUrl) {
        assertThat(remote(json.replace('\'', '"'))).isEqualTo(connUrl);
    }

    @Test
    void whatMakesAStandbyCluster() {
        assertThat(section("{\"primary_slot_name\":\"x\"}")).isEmpty();
        assertThat(section("{\"host\":\"\"}")).isEmpty();
        assertThat(section("null")).isEmpty();
        assertThat(section("{\"host\":\"a\",\"recovery_min_apply_delay\":\"1h\",\"create_replica_methods\":[\"x\"]}"))
                .hasValueSatisfying(found -> {
                    assertThat(found.recoveryMinApplyDelay()).contains("1h");
                    assertThat(found.createReplicaMethods()).isEqualTo(List.of("x"));
                    assertThat(found.remote().isRemote()).isTrue();
                });
    }

    @Test
    void aDelayedReplicaNeverLeadsAndIsNeverSynchronous() {
        Tags delayed =
                new Tags(Mapping.empty().with("recovery_min_apply_delay", "1h").with("nofailover", false));
        assertThat(delayed.nofailover()).isTrue();
        assertThat(delayed.nosync()).isTrue();
        assertThat(new Tags(Mapping.empty().with("recovery_min_apply_delay", "0")).nofailover())
                .isFalse();
        assertThat(new Tags(Mapping.empty().with("recovery_min_apply_delay", "0ms")).nosync())
                .isFalse();
    }
}
