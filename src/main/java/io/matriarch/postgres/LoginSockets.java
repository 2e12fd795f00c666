package io.matriarch.postgres;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import javax.net.SocketFactory;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.util.PSQLException;

/** The sockets over which the driver logs in, so that somebody else can go on with what the driver can't: it makes them by their factories' names, and keeps them to itself. */
final class LoginSockets {
    private static final ScopedValue<LoginSockets> CURRENT = ScopedValue.newInstance();

    private Optional<Socket> last = Optional.empty();

    /** The innermost one of the last attempt: encrypted, if the server and the driver agreed to that. */
    Optional<Socket> last() {
        return last;
    }

    Connection during(ScopedValue.CallableOp<Connection, SQLException> login) throws SQLException {
        return ScopedValue.where(CURRENT, this).call(login);
    }

    private static <S extends Socket> S seen(S socket) {
        CURRENT.get().last = Optional.of(socket);
        return socket;
    }

    /** Makes sockets to a host, or to a file. */
    @RegisterForReflection
    public static final class Plain extends SocketFactory {
        private final SocketFactory sockets;

        /** @param path of a unix socket; empty: to a host */
        public Plain(String path) {
            this.sockets = path.isEmpty() ? SocketFactory.getDefault() : new UnixSocketFactory(path);
        }

        @Override
        public Socket createSocket() throws IOException {
            return seen(sockets.createSocket());
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return seen(sockets.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return seen(sockets.createSocket(host, port, local, localPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return seen(sockets.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return seen(sockets.createSocket(host, port, local, localPort));
        }
    }

    /** Encrypts them as the driver does. */
    @RegisterForReflection
    public static final class Encrypted extends LibPQFactory {
        public Encrypted(Properties properties) throws PSQLException {
            super(properties);
        }

        @Override
        public Socket createSocket(Socket socket, String host, int port, boolean closed) throws IOException {
            return seen(super.createSocket(socket, host, port, closed));
        }
    }
}
