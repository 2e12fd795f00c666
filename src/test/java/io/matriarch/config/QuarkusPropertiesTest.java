package io.matriarch.config;

import static io.matriarch.config.Loading.MINIMAL;
import static io.matriarch.config.Loading.loaded;
import static io.matriarch.config.Loading.minimal;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class QuarkusPropertiesTest {
    @Test
    void defaults() {
        assertThat(QuarkusProperties.of(minimal("")))
                .isEqualTo(Map.of(
                        "quarkus.http.host", "10.0.0.1",
                        "quarkus.http.port", "8008",
                        "quarkus.http.accept-backlog", "128",
                        "quarkus.log.level", "WARN"));
    }

    @Test
    void allAddressesAndALongerQueue() {
        Configuration configuration = loaded(
                        MINIMAL.replace("{listen: '10.0.0.1:8008'}", "{listen: '*:8008', request_queue_size: 500}"),
                        Map.of())
                .configuration();
        assertThat(QuarkusProperties.of(configuration))
                .containsEntry("quarkus.http.host", "0.0.0.0")
                .containsEntry("quarkus.http.accept-backlog", "500");
    }

    @Test
    void whoDebugsSeesTheStartToo() {
        assertThat(QuarkusProperties.of(minimal("log: {level: debug}"))).containsEntry("quarkus.log.level", "DEBUG");
    }
}
