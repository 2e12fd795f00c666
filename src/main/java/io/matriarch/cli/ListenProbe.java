package io.matriarch.cli;

import io.matriarch.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Optional;

/** Whether an address can be listened on here. */
public final class ListenProbe {
    private ListenProbe() {}

    /** Why it can't; the port is free again afterwards. */
    public static Optional<String> obstacle(HostPort listen) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address(listen.host()), listen.port()));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(Optional.ofNullable(e.getMessage()).orElse(e.toString()));
        }
    }

    /** An empty host and {@code *} stand for all addresses. */
    static InetAddress address(String host) throws UnknownHostException {
        boolean all = host.isEmpty() || host.equals("*");
        return all ? new InetSocketAddress(0).getAddress() : InetAddress.getByName(host);
    }
}
