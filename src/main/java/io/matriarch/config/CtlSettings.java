package io.matriarch.config;

import java.util.Optional;

/** The ctl section, its fall-backs applied (reference 2.5): for patronictl and for asking peers. */
public record CtlSettings(Optional<Credentials> authentication, boolean insecure, TlsFiles tls) {}
