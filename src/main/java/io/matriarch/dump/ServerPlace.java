package io.matriarch.dump;

import io.matriarch.config.HostPort;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a person names a server: HOST:PORT, or the folder of its socket and the port that the socket is called by. */
final class ServerPlace {
    private static final int DEFAULT_PORT = 5432;
    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern SOCKET = Pattern.compile("(/[^,]*?)(?::([0-9]{1,5}))?");

    private ServerPlace() {}

    /** Empty if it's neither. */
    static Optional<HostPort> parse(String text) {
        if (!text.startsWith("/")) {
            return HostPort.parse(text, DEFAULT_PORT);
        }
        Matcher socket = SOCKET.matcher(text);
        if (!socket.matches() || !isPath(text)) {
            return Optional.empty();
        }
        int port = Optional.ofNullable(socket.group(2)).map(Integer::parseInt).orElse(DEFAULT_PORT);
        return port < 1 || port > HIGHEST_PORT ? Optional.empty() : Optional.of(new HostPort(socket.group(1), port));
    }

    static boolean isPath(String text) {
        try {
            return !text.isEmpty() && !Path.of(text).toString().isEmpty();
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
