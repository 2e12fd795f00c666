package io.matriarch.config;

/** A host name or address (IPv6 without brackets) and a port from 1 to 65535. */
public record HostPort(String host, int port) {
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
