package io.matriarch.config;

import java.nio.file.Path;
import java.util.Optional;

/** PEM files of a TLS client or server; the key may be inside the certificate's file. */
public record TlsFiles(
        Optional<String> certificate, Optional<String> key, Optional<Secret> keyPassword, Optional<String> authority) {
    public static final TlsFiles NONE =
            new TlsFiles(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Of a client that shows nothing and trusts whoever is certified by {@code authority}. */
    public static TlsFiles trusting(Path authority) {
        return new TlsFiles(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(authority.toString()));
    }
}
