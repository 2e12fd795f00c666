package io.matriarch.config;

import java.util.List;
import java.util.Optional;

/**
 * The etcd3 section (reference 2.6).
 *
 * @param endpoints as configured, in order
 * @param discover whether the members that etcd lists are used too
 */
public record EtcdSettings(
        List<HostPort> endpoints,
        boolean https,
        boolean discover,
        Optional<String> srv,
        Optional<String> srvSuffix,
        Optional<Credentials> authentication,
        TlsFiles tls) {
    public EtcdSettings {
        endpoints = List.copyOf(endpoints);
    }
}
