package io.matriarch.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Hands bytes on between clients and a server of this machine, or does it badly. */
final class TcpProxy implements AutoCloseable {
    private static final int SLOWNESS_MILLIS = 700;

    private final ServerSocket door;
    private final int target;
    private final long slowness;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile Manner manner = Manner.FAITHFUL;

    /** How it treats what goes through. */
    enum Manner {
        FAITHFUL,
        /** Connections end, and new ones are refused. */
        CUT,
        /** Every piece is late. */
        SLOW,
        /** Requests arrive, answers don't. */
        DEAF,
        /** A server of S3 answers wrong checksums, and other bytes than it was given. */
        LYING
    }

    TcpProxy(int port, int target) {
        this(port, target, SLOWNESS_MILLIS);
    }

    /** @param slowness for how many milliseconds a slow proxy keeps each piece */
    TcpProxy(int port, int target, long slowness) {
        this.target = target;
        this.slowness = slowness;
        try {
            door = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().name("proxy " + port).start(this::accept);
    }

    /** From now on. What a deaf proxy has swallowed doesn't come back, so healing ends its connections. */
    void become(Manner changed) {
        Manner before = manner;
        manner = changed;
        if (changed == Manner.CUT || before == Manner.DEAF) {
            sockets.forEach(TcpProxy::close);
        }
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                sockets.add(client);
                if (manner == Manner.CUT) {
                    close(client);
                } else {
                    connect(client);
                }
            } catch (IOException _) {
                // this door or the server's is closed
            }
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(server);
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            Thread.ofVirtual().start(() -> copy(client, server, false));
            Thread.ofVirtual().start(() -> copy(server, client, true));
        } catch (IOException e) {
            close(client);
            throw e;
        }
    }

    private void copy(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[16_384];
        Lie lie = new Lie();
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (manner == Manner.SLOW) {
                    Thread.sleep(slowness);
                }
                if (answers && manner == Manner.LYING) {
                    lie.twist(buffer, read);
                }
                if (!answers || manner != Manner.DEAF) {
                    out.write(buffer, 0, read);
                    out.flush();
                }
            }
        } catch (IOException _) {
            // one of both has closed
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // it is closed
        }
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets.forEach(TcpProxy::close);
    }
}
