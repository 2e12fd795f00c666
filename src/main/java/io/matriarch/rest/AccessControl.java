package io.matriarch.rest;

import io.matriarch.config.RestApiSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Who may change things (reference 4.2). */
final class AccessControl {
    private AccessControl() {}

    /** A refusal: status, text, and whether the client should send a password. */
    record Refusal(int status, String text, boolean asksForPassword) {}

    /** {@code members}: hosts of the members' REST interfaces, which count with allowlist_include_members. */
    static Optional<Refusal> check(
            RestApiSettings settings,
            Collection<String> members,
            String clientAddress,
            Optional<String> authorization,
            boolean hasCertificate) {
        List<String> allowed = new ArrayList<>(settings.allowlist());
        if (settings.allowlistIncludesMembers()) {
            allowed.addAll(members);
        }
        boolean restricted = !settings.allowlist().isEmpty() || settings.allowlistIncludesMembers();
        return check(settings, restricted, allowed, clientAddress, authorization, hasCertificate);
    }

    /** For what members ask of each other when the DCS is gone: who is a member is as uncertain then. */
    static Optional<Refusal> checkMember(
            RestApiSettings settings, String clientAddress, Optional<String> authorization, boolean hasCertificate) {
        List<String> allowed = settings.allowlist();
        return check(settings, !allowed.isEmpty(), allowed, clientAddress, authorization, hasCertificate);
    }

    private static Optional<Refusal> check(
            RestApiSettings settings,
            boolean restricted,
            List<String> allowed,
            String clientAddress,
            Optional<String> authorization,
            boolean hasCertificate) {
        if (restricted && allowed.stream().noneMatch(entry -> matches(entry, clientAddress))) {
            return Optional.of(new Refusal(403, "Access is denied", false));
        }
        if (settings.https() && settings.verifyClient() != RestApiSettings.VerifyClient.NONE && !hasCertificate) {
            return Optional.of(new Refusal(403, "client certificate required", false));
        }
        return settings.authentication().flatMap(credentials -> {
            if (authorization.isEmpty()) {
                return Optional.of(new Refusal(401, "no auth header received", true));
            }
            String expected = "Basic "
                    + Base64.getEncoder()
                            .encodeToString((credentials.username() + ":"
                                            + credentials.password().reveal())
                                    .getBytes(StandardCharsets.UTF_8));
            boolean same = MessageDigest.isEqual(
                    expected.getBytes(StandardCharsets.UTF_8),
                    authorization.get().getBytes(StandardCharsets.UTF_8));
            return same ? Optional.empty() : Optional.of(new Refusal(401, "not authenticated", true));
        });
    }

    /** An address, a host name, or a network such as 10.0.0.0/8. */
    private static boolean matches(String entry, String clientAddress) {
        try {
            InetAddress client = InetAddress.ofLiteral(clientAddress);
            int slash = entry.indexOf('/');
            if (slash < 0) {
                for (InetAddress address : InetAddress.getAllByName(entry)) {
                    if (address.equals(client)) {
                        return true;
                    }
                }
                return false;
            }
            byte[] network = InetAddress.ofLiteral(entry.substring(0, slash)).getAddress();
            return samePrefix(network, client.getAddress(), Integer.parseInt(entry.substring(slash + 1)));
        } catch (UnknownHostException | IllegalArgumentException noMatch) {
            return false;
        }
    }

    private static boolean samePrefix(byte[] network, byte[] client, int bits) {
        if (network.length != client.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((network[bit / 8] & mask) != (client[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
