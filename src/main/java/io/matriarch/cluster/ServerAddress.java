package io.matriarch.cluster;

import java.util.Locale;
import java.util.Optional;

/**
 * Where a member's PostgreSQL or its API listens, as its {@code conn_url} or {@code api_url} says.
 *
 * @param host name or address, in lower case as URLs are compared; IPv6 without brackets
 */
public record ServerAddress(String host, int port) {
    /** PostgreSQL's own. */
    public static final int DEFAULT_PORT = 5432;

    /** Reads {@code postgres://user@host:port/database}; absent when there is no host in it. Host names may have underscores, which java.net.URI refuses. */
    public static Optional<ServerAddress> of(String connUrl) {
        return of(connUrl, DEFAULT_PORT);
    }

    /** The same for any URL, with the port that it means when it names none. */
    public static Optional<ServerAddress> of(String url, int defaultPort) {
        int scheme = url.indexOf("://");
        if (scheme < 0) {
            return Optional.empty();
        }
        String authority = untilAnyOf(url.substring(scheme + 3), "/?#");
        String hostAndPort = authority.substring(authority.lastIndexOf('@') + 1);
        int bracket = hostAndPort.indexOf(']');
        int colon = hostAndPort.indexOf(':', Math.max(bracket, 0));
        String host = (colon < 0 ? hostAndPort : hostAndPort.substring(0, colon))
                .replace("[", "")
                .replace("]", "")
                .toLowerCase(Locale.ROOT);
        int port = colon < 0 ? defaultPort : port(hostAndPort.substring(colon + 1), defaultPort);
        return host.isEmpty() ? Optional.empty() : Optional.of(new ServerAddress(host, port));
    }

    private static String untilAnyOf(String text, String ends) {
        int length = 0;
        while (length < text.length() && ends.indexOf(text.charAt(length)) < 0) {
            length++;
        }
        return text.substring(0, length);
    }

    private static int port(String text, int defaultPort) {
        try {
            return text.isEmpty() ? defaultPort : Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            return defaultPort;
        }
    }
}
