package io.matriarch.postgres;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import javax.net.SocketFactory;

/** Lets the driver connect to a unix socket, which Java's own Socket can't (reference 6.11). The driver makes it by its name. */
@RegisterForReflection
public final class UnixSocketFactory extends SocketFactory {
    private final String path;

    /** {@code path} is the socket's file. */
    public UnixSocketFactory(String path) {
        this.path = path;
    }

    /** The file of a server in its folder. */
    static String file(String folder, int port) {
        return folder + "/.s.PGSQL." + port;
    }

    @Override
    public Socket createSocket() throws IOException {
        return new UnixSocket(SocketChannel.open(StandardProtocolFamily.UNIX), path);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket();
    }

    /** As much of a Socket as the driver needs. Options of TCP mean nothing here; reads have no deadline, statements have one at the server. */
    private static final class UnixSocket extends Socket {
        private final SocketChannel channel;
        private final String path;
        private int timeout;

        UnixSocket(SocketChannel channel, String path) {
            this.channel = channel;
            this.path = path;
        }

        @Override
        public void connect(SocketAddress address) throws IOException {
            channel.connect(UnixDomainSocketAddress.of(path));
        }

        @Override
        public void connect(SocketAddress address, int millis) throws IOException {
            connect(address);
        }

        @Override
        public boolean isConnected() {
            return channel.isConnected();
        }

        @Override
        public boolean isClosed() {
            return !channel.isOpen();
        }

        @Override
        public InputStream getInputStream() {
            return Channels.newInputStream(channel);
        }

        @Override
        public OutputStream getOutputStream() {
            return Channels.newOutputStream(channel);
        }

        @Override
        public void setTcpNoDelay(boolean on) {
            // there is no delay
        }

        @Override
        public void setKeepAlive(boolean on) {
            // the kernel tells when the other side is gone
        }

        @Override
        public void setSoTimeout(int millis) {
            timeout = millis;
        }

        @Override
        public int getSoTimeout() {
            return timeout;
        }

        @Override
        public void setSendBufferSize(int size) {
            // the kernel's choice
        }

        @Override
        public int getSendBufferSize() {
            return DEFAULT_BUFFER;
        }

        @Override
        public void setReceiveBufferSize(int size) {
            // the kernel's choice
        }

        @Override
        public int getReceiveBufferSize() {
            return DEFAULT_BUFFER;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        private static final int DEFAULT_BUFFER = 65_536;
    }
}
