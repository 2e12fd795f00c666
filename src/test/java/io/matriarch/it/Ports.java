package io.matriarch.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports on loopback, below those that Linux gives to outgoing connections, each handed out once in a run of the tests. */
final class Ports {
    private static final int COUNT = 5_000;

    /** Two test runners may be at work, each with ports of its own. */
    private static final int LOWEST = 20_000 + Integer.getInteger("surefire.forkNumber", 1) % 2 * COUNT;

    /** Of all clusters and proxies: what will listen on a port may not do so yet when the next one is chosen. */
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

    int next() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, LOWEST + COUNT);
            if (isFree(port) && TAKEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port in the " + COUNT + " from " + LOWEST + " on");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException _) {
            return false;
        }
    }
}
