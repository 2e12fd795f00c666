package io.matriarch.cli;

import io.matriarch.cluster.ServerAddress;
import io.matriarch.config.HostPort;
import java.util.Optional;

/**
 * The value of --dcs-url: {@code [scheme://]host[:port][/namespace]} (reference 7.1).
 *
 * @param namespace without it the configured one stays
 */
record DcsUrl(HostPort endpoint, Optional<String> namespace) {
    private static final int ETCD_PORT = 2379;

    /** @throws CtlError if it names another DCS than etcd, or is no URL */
    static DcsUrl parse(String text) {
        String url = text.contains("//") ? text : "//" + text;
        int separator = url.indexOf("//");
        String scheme = url.substring(0, separator).replace(":", "");
        switch (scheme) {
            case "", "etcd", "etcd3" -> {}
            case "consul", "exhibitor", "zookeeper" ->
                throw new CtlError("--dcs-url " + text + ": only etcd is supported, not " + scheme);
            default -> throw new CtlError("Unknown dcs scheme: " + scheme);
        }
        String rest = url.substring(separator + 2);
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        String path = slash < 0 ? "" : rest.substring(slash + 1).strip();
        ServerAddress address =
                ServerAddress.of("etcd://" + authority, ETCD_PORT).orElseGet(() -> localhost(authority));
        return new DcsUrl(
                new HostPort(address.host(), address.port()),
                Optional.of(path).filter(namespace -> !namespace.isEmpty()));
    }

    /** {@code :2399} is a port of this machine. */
    private static ServerAddress localhost(String authority) {
        return ServerAddress.of("etcd://localhost" + authority, ETCD_PORT)
                .orElseThrow(() -> new CtlError("--dcs-url: " + authority + " is no host and port"));
    }
}
