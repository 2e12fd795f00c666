package io.matriarch.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {
    @ParameterizedTest
    @CsvSource({
        "postgres://10.0.0.11:5433/postgres, 10.0.0.11, 5433",
        "postgres://PG_a/postgres, pg_a, 5432",
        "postgres://[2001:db8::1]:6432/postgres, 2001:db8::1, 6432",
        "postgres://[::1]/postgres, ::1, 5432",
        "postgresql://user:p@ss@host:5434?application_name=x, host, 5434",
        "postgres://host:/db, host, 5432",
    })
    void readsHostAndPort(String connUrl, String host, int port) {
        assertThat(ServerAddress.of(connUrl)).contains(new ServerAddress(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host:5432", "postgres:///postgres"})
    void aTextWithoutHostHasNoAddress(String connUrl) {
        assertThat(ServerAddress.of(connUrl)).isEmpty();
    }
}
