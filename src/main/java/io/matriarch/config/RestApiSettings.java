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

    /** Whether a socket that was opened for {@code before} does for these, too. */
    public boolean listensAs(RestApiSettings before) {
        return listen.equals(before.listen)
                && https() == before.https()
                && requestQueueSize == before.requestQueueSize
                && (!https() || (ciphers.equals(before.ciphers) && verifyClient == before.verifyClient));
    }

    /** These, but for what the socket that was opened for {@code before} says and others are told of it. */
    public RestApiSettings on(RestApiSettings before) {
        return listensAs(before)
                ? this
                : new RestApiSettings(
                        before.listen,
                        before.connectAddress,
                        authentication,
                        before.https() && https() ? tls : before.tls,
                        before.ciphers,
                        before.verifyClient,
                        allowlist,
                        allowlistIncludesMembers,
                        httpExtraHeaders,
                        httpsExtraHeaders,
                        serverTokens,
                        before.requestQueueSize);
    }

    /** The address that is listened on, to be told to a person. */
    public String listensAt() {
        return (https() ? "https://" : "http://") + listen;
    }

    /** What goes into the member key. */
    public String apiUrl() {
        return (https() ? "https://" : "http://") + connectAddress + "/patroni";
    }
}
