package io.matriarch.rest;

import io.matriarch.cluster.CompatibleVersion;
import io.matriarch.config.RestApiSettings;
import java.util.LinkedHashMap;
import java.util.Map;

/** The headers that a person may configure (reference 2.4). */
final class AnswerHeaders {
    private AnswerHeaders() {}

    /** Of answers with a body. With server_tokens Original Patroni names its Python; there is none here, so the version of Patroni stands there as with Minimal. */
    static Map<String, String> of(RestApiSettings settings) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(
                "Server",
                settings.serverTokens().equalsIgnoreCase("ProductOnly")
                        ? "Patroni"
                        : "Patroni/" + CompatibleVersion.PATRONI);
        settings.httpExtraHeaders()
                .entries()
                .forEach((name, value) -> headers.put(name, value.asText().orElse("")));
        if (settings.https()) {
            settings.httpsExtraHeaders()
                    .entries()
                    .forEach((name, value) -> headers.put(name, value.asText().orElse("")));
        }
        return headers;
    }
}
