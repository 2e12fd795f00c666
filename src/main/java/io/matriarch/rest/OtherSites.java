package io.matriarch.rest;

import io.matriarch.config.RestApiSettings;
import java.net.URI;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells requests that the page of another site made in somebody's browser, where a client certificate, or a network that only trusted people reach, would speak for that
 * page. Only browsers send these headers, and no other page can change them.
 */
final class OtherSites {
    private OtherSites() {}

    /** {@code header}: of the request, by name. */
    static boolean sent(Function<String, Optional<String>> header, RestApiSettings settings) {
        Optional<String> origin = header.apply("Origin");
        boolean foreign = header.apply("Sec-Fetch-Site")
                .map(site -> !site.equals("same-origin") && !site.equals("none"))
                .orElseGet(() -> origin.isPresent() && !authority(origin.get()).equals(header.apply("Host")));
        return foreign && !isWelcome(origin, settings);
    }

    /** A person has opened the interface to that site by a header of their own. */
    private static boolean isWelcome(Optional<String> origin, RestApiSettings settings) {
        return Optional.ofNullable(AnswerHeaders.of(settings).get("Access-Control-Allow-Origin"))
                .filter(allowed -> allowed.equals("*") || Optional.of(allowed).equals(origin))
                .isPresent();
    }

    private static Optional<String> authority(String origin) {
        try {
            return Optional.ofNullable(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException nonsense) {
            return Optional.empty();
        }
    }
}
