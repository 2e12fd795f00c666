package io.matriarch.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The etcd3 section (reference 2.6).
 *
 * @param endpoints as configured, in order; empty when only {@code srv} is
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

    /** With servers that were found by DNS before those that are configured, and spoken to as DNS says. */
    public EtcdSettings at(List<HostPort> found, boolean withTls) {
        List<HostPort> all =
                Stream.concat(found.stream(), endpoints.stream()).distinct().toList();
        return new EtcdSettings(all, withTls, discover, srv, srvSuffix, authentication, tls);
    }
}
