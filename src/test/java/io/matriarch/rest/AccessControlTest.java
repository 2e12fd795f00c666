package io.matriarch.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.HardCase;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may change things (reference 4.2). */
final class AccessControlTest {
    private static final String PASSWORD =
            "restapi: {listen: '10.0.0.1:8008', authentication: {username: u, password: 'p:w'}}";

    @ParameterizedTest
    @CsvSource({
        "'', 401 no auth header received",
        "Bearer x, 401 not authenticated",
        "u:wrong, 401 not authenticated",
        "u:p:w, fine"
    })
    void passwords(String header, String expected) {
        Optional<String> authorization =
                header.isEmpty() ? Optional.empty() : Optional.of(header.contains(":") ? basic(header) : header);
        assertThat(answer(PASSWORD, "10.0.0.7", authorization)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.7, 10.0.0.7, fine",
        "10.0.0.7, 10.0.0.8, 403 Access is denied",
        "10.0.0.0/29, 10.0.0.7, fine",
        "10.0.0.0/29, 10.0.0.8, 403 Access is denied",
        "::1, 0:0:0:0:0:0:0:1, fine",
        "10.0.0.0/nonsense, 10.0.0.1, 403 Access is denied",
        "localhost, 127.0.0.1, fine",
    })
    void addresses(String allowed, String client, String expected) {
        String yaml = "restapi: {listen: '10.0.0.1:8008', allowlist: ['" + allowed + "']}";
        assertThat(answer(yaml, client, Optional.empty())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "[], 10.0.0.3, fine",
        "[], 10.0.0.4, 403 Access is denied",
        "[10.0.0.4], 10.0.0.4, fine",
        "[10.0.0.4], 10.0.0.2, fine"
    })
    void members(String allowed, String client, String expected) {
        String yaml = "restapi: {listen: '10.0.0.1:8008', allowlist_include_members: true, allowlist: " + allowed + "}";
        assertThat(answer(yaml, client, Optional.empty())).isEqualTo(expected);
    }

    /** The DCS, which says who is a member, is gone when they ask each other. */
    @ParameterizedTest
    @CsvSource({"[], 10.0.0.4, fine", "[10.0.0.4], 10.0.0.4, fine", "[10.0.0.4], 10.0.0.2, 403 Access is denied"})
    @HardCase(103)
    void failsafeCallsAreExemptFromAllowlistIncludeMembers(String allowed, String client, String expected) {
        var settings = Looks.configuration(
                        "restapi: {listen: '10.0.0.1:8008', allowlist_include_members: true, allowlist: " + allowed
                                + "}\n")
                .restapi();
        assertThat(AccessControl.checkMember(settings, client, Optional.empty(), false)
                        .map(refusal -> refusal.status() + " " + refusal.text())
                        .orElse("fine"))
                .isEqualTo(expected);
    }

    private static String answer(String restapi, String client, Optional<String> authorization) {
        var settings = Looks.configuration(restapi + "\n").restapi();
        return AccessControl.check(settings, List.of("10.0.0.2", "10.0.0.3"), client, authorization, false)
                .map(refusal -> refusal.status() + " " + refusal.text())
                .orElse("fine");
    }

    private static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }
}
