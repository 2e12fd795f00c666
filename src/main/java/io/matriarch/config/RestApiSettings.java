package io.matriarch.config;

import io.matriarch.value.Value.Mapping;
import java.util.List;
import java.util.Optional;

/** The restapi section (reference 2.4). {@code listen} with host {@code *} or empty means all addresses. */
public record RestApiSettings(
        HostPort listen,
        HostPort connectAddress,
        Optional<Credentials> authentication,
        TlsFiles tls,
        Optional<String> ciphers,
        VerifyClient verifyClient,
        List<String> allowlist,
        boolean allowlistIncludesMembers,
        Mapping httpExtraHeaders,
        Mapping httpsExtraHeaders,
        String serverTokens,
        int requestQueueSize) {

    /** Whether a client must show a certificate. */
    public enum VerifyClient {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    public boolean https() {
        return tls.certificate().isPresent();
    }

    /** What goes into the member key. */
    public String apiUrl() {
        return (https() ? "https://" : "http://") + connectAddress + "/patroni";
    }
}
