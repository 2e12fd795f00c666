package io.matriarch.selftest;

import io.matriarch.config.HostPort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The servers to try, from arguments: {@code etcd=HOST:PORT} without TLS, {@code nameserver=HOST:PORT} whose SRV records for matriarch.test lead to that etcd, {@code etcd-tls=HOST:PORT} with the client's {@code cert=FILE} and {@code key=FILE},
 * {@code postgres=HOST:PORT} with {@code user=NAME} and the password in the variable PGPASSWORD; {@code ca=FILE} has signed the certificates of all.
 */
record Servers(Map<String, String> arguments) {
    private static final Set<String> NAMES =
            Set.of("etcd", "nameserver", "etcd-tls", "postgres", "user", "ca", "cert", "key");

    Servers {
        arguments = Map.copyOf(arguments);
    }

    static Servers parse(List<String> arguments) {
        for (String argument : arguments) {
            if (!argument.contains("=") || !NAMES.contains(name(argument))) {
                throw new IllegalArgumentException(
                        "can't read '" + argument + "'; known are etcd=HOST:PORT, nameserver=HOST:PORT,"
                                + " etcd-tls=HOST:PORT, postgres=HOST:PORT, user=NAME, ca=FILE, cert=FILE and key=FILE");
            }
        }
        return new Servers(arguments.stream()
                .collect(Collectors.toMap(
                        Servers::name,
                        argument -> argument.substring(argument.indexOf('=') + 1),
                        (first, second) -> second)));
    }

    private static String name(String argument) {
        return argument.substring(0, argument.indexOf('='));
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(arguments.get(name));
    }

    /** @throws IllegalArgumentException if it isn't named, or isn't HOST:PORT */
    HostPort address(String name) {
        String text = find(name).orElseThrow(() -> new IllegalArgumentException(name + "=HOST:PORT is missing"));
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(name + ": no port in " + text);
        }
        return new HostPort(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }
}
