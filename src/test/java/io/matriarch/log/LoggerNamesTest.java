package io.matriarch.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoggerNamesTest {
    @ParameterizedTest
    @CsvSource({
        "patroni, io.matriarch",
        "patroni.ha, io.matriarch.ha io.matriarch.agent",
        "patroni.postgresql.slots, io.matriarch.postgres",
        "Patroni.dcs.etcd3, io.matriarch.dcs",
        "patroni.ctl, ''",
        "io.vertx, io.vertx",
        "urllib3, urllib3"
    })
    void modules(String python, String ours) {
        assertThat(String.join(" ", LoggerNames.of(python))).isEqualTo(ours);
    }
}
