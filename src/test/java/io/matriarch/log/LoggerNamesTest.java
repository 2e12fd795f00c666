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
        "patroni.api, io.matriarch.rest io.matriarch.agent.RestSocket io.matriarch.agent.StatusReport",
        "patroni.ctl, ''",
        "io.vertx, io.vertx",
        "urllib3, urllib3"
    })
    void modules(String python, String ours) {
        assertThat(String.join(" ", LoggerNames.of(python))).isEqualTo(ours);
    }

    /** What is said under a name of Patroni is said on the level that is set for that name. */
    @ParameterizedTest
    @CsvSource({
        "io.matriarch.ha, patroni.ha",
        "io.matriarch.agent.HaLoop, patroni.ha",
        "io.matriarch.agent.Watchdog, patroni.watchdog.base",
        "io.matriarch.agent.HttpPeers, patroni.request",
        "io.matriarch.agent.RestSocket, patroni.api",
        "io.matriarch.agent.Agent, patroni.__main__",
        "io.matriarch.postgres.Rewinding, patroni.postgresql",
        "io.matriarch.dcs.etcd.Watcher, patroni.dcs.etcd3",
        "io.matriarch.rest.PatroniApi, patroni.api",
        "io.matriarch.guard.GuardLink, patroni",
        "io.vertx.core, io.vertx.core"
    })
    void patronis(String ours, String patronis) {
        assertThat(LoggerNames.patronis(ours)).isEqualTo(patronis);
        assertThat(LoggerNames.of(patronis)).anyMatch(ours::startsWith);
    }
}
