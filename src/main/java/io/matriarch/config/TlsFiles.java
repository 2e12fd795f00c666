package io.matriarch.config;

import java.util.Optional;

/** PEM files of a TLS client or server; the key may be inside the certificate's file. */
public record TlsFiles(
        Optional<String> certificate, Optional<String> key, Optional<Secret> keyPassword, Optional<String> authority) {
    public static final TlsFiles NONE =
            new TlsFiles(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
}
