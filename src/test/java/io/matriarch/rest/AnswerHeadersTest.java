package io.matriarch.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.cluster.CompatibleVersion;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The headers that a person may configure (reference 2.4). */
final class AnswerHeadersTest {
    private static Map<String, String> headers(String settings) {
        return AnswerHeaders.of(Looks.configuration("restapi: {listen: '10.0.0.1:8008'" + settings + "}\n")
                .restapi());
    }

    @Test
    void theServerIsPatroniToThoseWhoAsk() {
        assertThat(headers("")).containsExactly(Map.entry("Server", "Patroni/" + CompatibleVersion.PATRONI));
        assertThat(headers(", server_tokens: ProductOnly")).containsExactly(Map.entry("Server", "Patroni"));
    }

    @Test
    void configuredHeadersAreAddedThoseOfHttpsOnlyWithTls() {
        assertThat(headers(", http_extra_headers: {X-Frame-Options: SAMEORIGIN}, https_extra_headers: {X-Tls: 'yes'}"))
                .containsEntry("X-Frame-Options", "SAMEORIGIN")
                .doesNotContainKey("X-Tls");
        assertThat(headers(", certfile: /c.pem, https_extra_headers: {X-Tls: 'yes'}"))
                .containsEntry("X-Tls", "yes");
    }
}
