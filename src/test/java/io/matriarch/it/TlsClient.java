package io.matriarch.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A client of REST with TLS that trusts everybody and hangs up without a word, as HAProxy's checks do. */
final class TlsClient {
    private static final int PATIENCE_MILLIS = 5000;

    private final int port;
    private final SSLContext context;

    TlsClient(int port) {
        this.port = port;
        try {
            this.context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustsAll()}, new SecureRandom());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Talk<T> {
        T with(SSLSocket socket) throws IOException;
    }

    /** The connection is reset in the end. */
    private <T> T talk(Talk<T> talk) {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
            plain.setSoTimeout(PATIENCE_MILLIS);
            plain.setSoLinger(true, 0);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, false);
            socket.startHandshake();
            return talk.with(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Certificate certificate() {
        return talk(socket -> socket.getSession().getPeerCertificates()[0]);
    }

    /** The first line of the answer to a request without body, of which no more is read. */
    String statusLine(String request) {
        return talk(socket -> {
            socket.getOutputStream().write((request + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = socket.getInputStream().read();
                    next >= 0 && next != '\r';
                    next = socket.getInputStream().read()) {
                line.write(next);
            }
            return line.toString(StandardCharsets.US_ASCII);
        });
    }

    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
