package io.matriarch.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Gives JSSE the newest certificate. A handshake asks for an alias first and for key and certificate later: the alias counts the certificates, and the one before the newest
 * is kept for those who have begun with it.
 */
public final class ShownCertificate extends X509ExtendedKeyManager {
    private record Numbered(int number, Identity identity) {}

    private final AtomicReference<List<Numbered>> newestFirst = new AtomicReference<>(List.of());

    void show(Identity identity) {
        newestFirst.updateAndGet(before -> before.isEmpty()
                ? List.of(new Numbered(1, identity))
                : List.of(new Numbered(before.getFirst().number() + 1, identity), before.getFirst()));
    }

    private Optional<String> alias(String... keyTypes) {
        return newestFirst.get().stream()
                .findFirst()
                .filter(newest ->
                        Arrays.asList(keyTypes).contains(newest.identity().key().getAlgorithm()))
                .map(newest -> Integer.toString(newest.number()));
    }

    private Optional<Identity> find(String alias) {
        return newestFirst.get().stream()
                .filter(one -> Integer.toString(one.number()).equals(alias))
                .map(Numbered::identity)
                .findFirst();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return getServerAliases(keyType, issuers);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return alias(keyType).map(alias -> new String[] {alias}).orElse(null);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyTypes).orElse(null);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyType).orElse(null);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyTypes).orElse(null);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType).orElse(null);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return find(alias)
                .map(identity -> identity.chain().toArray(X509Certificate[]::new))
                .orElse(null);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return find(alias).map(Identity::key).orElse(null);
    }
}
