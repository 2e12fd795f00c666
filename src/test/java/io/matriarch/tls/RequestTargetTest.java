package io.matriarch.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.http.RequestOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestTargetTest {
    @ParameterizedTest
    @CsvSource({
        "http://10.0.0.1:8008/patroni, false, 10.0.0.1, 8008, /patroni",
        "https://node1:8008/patroni, true, node1, 8008, /patroni",
        "HTTPS://node1, true, node1, 443, /",
        "http://node1/a?b=c, false, node1, 80, /a?b=c",
        "https://[2001:db8::1]:8008/patroni, true, 2001:db8::1, 8008, /patroni"
    })
    void aUrlIsTakenApart(String url, boolean ssl, String host, int port, String uri) {
        RequestOptions target = RequestTarget.of(url);
        assertThat(target.isSsl()).isEqualTo(ssl);
        assertThat(target.getHost()).isEqualTo(host);
        assertThat(target.getPort()).isEqualTo(port);
        assertThat(target.getURI()).isEqualTo(uri);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "node1:8008", "ftp://node1/", "http://", "http:///patroni", "http://a b/"})
    void anythingElseIsRefused(String url) {
        assertThatThrownBy(() -> RequestTarget.of(url)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thePathIsNotDecoded() {
        assertThat(RequestTarget.of("http://node1/a%20b").getURI()).isEqualTo("/a%20b");
    }
}
