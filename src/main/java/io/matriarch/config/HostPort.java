package io.matriarch.config;

import java.util.Optional;

/** A host name or address (IPv6 without brackets) and a port from 1 to 65535. */
public record HostPort(String host, int port) {
    /** As Patroni splits it, at the last colon; empty if it is no address. */
    public static Optional<HostPort> parse(String text, int otherwisePort) {
        return Addresses.parse(text, otherwisePort);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
