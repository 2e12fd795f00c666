package io.matriarch.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.HostPort;
import io.matriarch.doctor.TlsPeek.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a certificate is seen whoever signed it, also behind PostgreSQL's way to begin. */
final class TlsPeekTest {
    private static final int DAYS = 5;
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private static Path home;

    @BeforeAll
    static void makeCertificate() throws IOException, InterruptedException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-validity",
                        Integer.toString(DAYS),
                        "-dname",
                        "CN=another",
                        "-alias",
                        "it",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        home.resolve("it.p12").toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(output).isZero();
    }

    private static SSLContext context() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream input = Files.newInputStream(home.resolve("it.p12"))) {
            store.load(input, PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** A server for one connection. */
    private static Optional<Certificate> peek(Protocol protocol, Optional<Character> answer) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> serve(server, answer));
            return TlsPeek.at("it", new HostPort("127.0.0.1", server.getLocalPort()), protocol);
        }
    }

    private static void serve(ServerSocket server, Optional<Character> answer) {
        try (Socket plain = server.accept()) {
            if (answer.isPresent()) {
                assertThat(plain.getInputStream().readNBytes(8)).containsExactly(0, 0, 0, 8, 4, 210, 22, 47);
                plain.getOutputStream().write(answer.get());
            }
            if (answer.filter(letter -> letter == 'N').isEmpty()) {
                SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket(plain, null, false);
                socket.setUseClientMode(false);
                socket.startHandshake();
                var _ = socket.getInputStream().read();
            }
        } catch (IOException | GeneralSecurityException _) {
            // the other side has seen enough
        }
    }

    private static void seesTheEnd(Optional<Certificate> seen) {
        Instant end = seen.orElseThrow().end().orElseThrow();
        assertThat(Duration.between(Instant.now(), end)).isBetween(Duration.ofDays(DAYS - 1), Duration.ofDays(DAYS));
    }

    @Test
    void ofATlsServer() throws Exception {
        seesTheEnd(peek(Protocol.TLS, Optional.empty()));
    }

    @Test
    void ofPostgresql() throws Exception {
        seesTheEnd(peek(Protocol.POSTGRESQL, Optional.of('S')));
    }

    @Test
    void ofPostgresqlWithoutTlsThereIsNone() throws Exception {
        assertThat(peek(Protocol.POSTGRESQL, Optional.of('N'))).isEmpty();
    }

    @Test
    void ofNobodyItCantBeRead() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Certificate certificate =
                TlsPeek.at("it", new HostPort("127.0.0.1", port), Protocol.TLS).orElseThrow();
        assertThat(certificate.end()).isEmpty();
        assertThat(certificate.trouble()).contains("refused");
    }
}
