package io.matriarch.postgres;

import io.matriarch.config.PostgresSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;

/** Whether another process listens where the local server is to listen. PostgreSQL says so in a mere LOG line, which is not the last one. */
final class PortTaken {
    private PortTaken() {}

    /** What to do about it, for a person. Only while the local server doesn't run. */
    static Optional<String> by(PostgresSettings settings) {
        return settings.listenAddresses().stream()
                .filter(address -> taken(address.strip(), settings.port()))
                .findFirst()
                .map(address ->
                        "port %d of %s is used by another process, which 'ss -ltnp sport = :%d' shows; end it, or change postgresql.listen"
                                .formatted(settings.port(), address, settings.port()));
    }

    private static boolean taken(String address, int port) {
        InetSocketAddress place =
                address.equals("*") ? new InetSocketAddress(port) : new InetSocketAddress(address, port);
        if (place.isUnresolved()) {
            return false;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(place);
            return false;
        } catch (BindException e) {
            return String.valueOf(e.getMessage()).contains("in use");
        } catch (IOException e) {
            return false;
        }
    }
}
