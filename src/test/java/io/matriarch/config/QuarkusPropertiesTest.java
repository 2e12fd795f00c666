package io.matriarch.config;

import static io.matriarch.config.Loading.minimal;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class QuarkusPropertiesTest {
    @Test
    void defaults() {
        assertThat(QuarkusProperties.of(minimal(""))).isEqualTo(Map.of("quarkus.log.level", "WARN"));
    }

    @Test
    void whoWantsEverythingSeesTheStartToo() {
        assertThat(QuarkusProperties.of(minimal("log: {level: notset}"))).containsEntry("quarkus.log.level", "DEBUG");
        assertThat(QuarkusProperties.of(minimal("log: {level: debug}"))).containsEntry("quarkus.log.level", "WARN");
    }
}
