package io.matriarch.doctor;

import io.matriarch.config.HostPort;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Begins a TLS session only to see the server's certificate: nothing is sent in it, so nobody is trusted with anything. */
final class TlsPeek {
    private static final int PATIENCE_MILLIS = 3_000;
    private static final int SSL_REQUEST_LENGTH = 8;
    private static final int SSL_REQUEST = 80_877_103;

    private TlsPeek() {}

    /** How TLS begins. */
    enum Protocol {
        /** At once. */
        TLS,
        /** When PostgreSQL agrees to it. */
        POSTGRESQL
    }

    /** Absent when the server speaks no TLS, which only PostgreSQL says. */
    static Optional<Certificate> at(String where, HostPort server, Protocol protocol) {
        AtomicReference<Optional<X509Certificate>> seen = new AtomicReference<>(Optional.empty());
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(server.host(), server.port()), PATIENCE_MILLIS);
            plain.setSoTimeout(PATIENCE_MILLIS);
            if (protocol == Protocol.POSTGRESQL && !agrees(plain)) {
                return Optional.empty();
            }
            shakeHands(plain, server, seen);
        } catch (IOException | GeneralSecurityException e) {
            if (seen.get().isEmpty()) {
                return Optional.of(new Certificate(where, Optional.empty(), String.valueOf(e.getMessage())));
            }
        }
        Optional<X509Certificate> certificate = seen.get();
        return Optional.of(new Certificate(
                where,
                certificate.map(found -> found.getNotAfter().toInstant()),
                certificate.isPresent() ? "" : "it showed none"));
    }

    private static boolean agrees(Socket socket) throws IOException {
        DataOutputStream output = new DataOutputStream(socket.getOutputStream());
        output.writeInt(SSL_REQUEST_LENGTH);
        output.writeInt(SSL_REQUEST);
        output.flush();
        return socket.getInputStream().read() == 'S';
    }

    private static void shakeHands(Socket plain, HostPort server, AtomicReference<Optional<X509Certificate>> seen)
            throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Onlooker(seen)}, new SecureRandom());
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(plain, server.host(), server.port(), true)) {
            socket.startHandshake();
        }
    }

    /** Remembers the certificate, whoever signed it. */
    private static final class Onlooker extends X509ExtendedTrustManager {
        private final AtomicReference<Optional<X509Certificate>> seen;

        Onlooker(AtomicReference<Optional<X509Certificate>> seen) {
            this.seen = seen;
        }

        private void see(X509Certificate[] chain) {
            seen.set(Optional.of(chain[0]));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            see(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            see(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            see(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            see(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            see(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            see(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
