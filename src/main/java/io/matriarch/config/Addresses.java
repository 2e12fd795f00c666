package io.matriarch.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Addresses as Patroni splits them: at the last colon; IPv6 with or without brackets. */
public final class Addresses {
    private static final int HIGHEST_PORT = 65_535;

    private Addresses() {}

    /** @param otherwisePort the port when none is given; 0 if it has to be */
    public static Optional<HostPort> parse(String text, int otherwisePort) {
        return listening(text, otherwisePort)
                .map(listening -> new HostPort(String.join(",", listening.hosts()), listening.port()));
    }

    /** Several hosts, separated by commas, with one port. */
    static Optional<Listening> listening(String text, int otherwisePort) {
        String given = text.strip();
        int colon = given.endsWith("]") ? -1 : given.lastIndexOf(':');
        String hosts = colon < 0 ? given : given.substring(0, colon);
        OptionalLong port = colon < 0
                ? OptionalLong.of(otherwisePort)
                : Units.whole(given.substring(colon + 1).strip());
        // 999 would be the host 0.0.3.231 for the resolver, and 5432 alone was meant as a port
        boolean portWithoutHost = colon < 0 && hosts.chars().allMatch(Character::isDigit);
        if (portWithoutHost
                || port.isEmpty()
                || port.getAsLong() < 1
                || port.getAsLong() > HIGHEST_PORT
                || hosts.contains("/")) {
            return Optional.empty();
        }
        List<String> names = Arrays.stream(hosts.split(",", -1))
                .map(host -> unbracketed(host.strip()))
                .toList();
        return Optional.of(new Listening(names, (int) port.getAsLong()));
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    record Listening(List<String> hosts, int port) {}
}
