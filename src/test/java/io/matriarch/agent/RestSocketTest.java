package io.matriarch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.HostPort;
import io.matriarch.config.RestApiSettings;
import io.matriarch.config.RestApiSettings.VerifyClient;
import io.matriarch.config.TlsFiles;
import io.matriarch.value.Value.Mapping;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reload does to the REST socket, with real ones. */
final class RestSocketTest {
    private static final String LOCAL = "127.0.0.1";
    private static final int PATIENCE_MILLIS = 5_000;

    @TempDir
    private static Path made;

    private static TlsFiles tls = TlsFiles.NONE;

    private final Vertx vertx = Vertx.vertx();
    private final RestSocket socket =
            new RestSocket(vertx, request -> request.response().end("answered"));
    private final RestApiSettings first = settings(new HostPort(LOCAL, freePort()), TlsFiles.NONE);

    @BeforeAll
    static void certificate() throws Exception {
        Path certificate = made.resolve("rest.pem");
        Path key = made.resolve("rest.key");
        Process openssl = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-subj",
                        "/CN=localhost",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString())
                .redirectErrorStream(true)
                .redirectOutput(made.resolve("openssl.log").toFile())
                .start();
        assertThat(openssl.waitFor()).isZero();
        tls = new TlsFiles(
                Optional.of(certificate.toString()), Optional.of(key.toString()), Optional.empty(), Optional.empty());
    }

    @BeforeEach
    void open() {
        assertThat(socket.open(first)).isEmpty();
        assertThat(answers(first)).isTrue();
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static RestApiSettings settings(HostPort listen, TlsFiles files) {
        return new RestApiSettings(
                listen,
                listen,
                Optional.empty(),
                files,
                Optional.empty(),
                VerifyClient.NONE,
                List.of(),
                false,
                Mapping.empty(),
                Mapping.empty(),
                "Minimal",
                5);
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** With TLS or without it, as the settings say. */
    private static boolean answers(RestApiSettings settings) {
        try (Socket client = settings.https()
                ? trusting()
                        .getSocketFactory()
                        .createSocket(LOCAL, settings.listen().port())
                : new Socket(InetAddress.getLoopbackAddress(), settings.listen().port())) {
            client.setSoTimeout(PATIENCE_MILLIS);
            client.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).endsWith("answered");
        } catch (IOException refused) {
            return false;
        }
    }

    private static SSLContext trusting() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Everybody()}, null);
            return context;
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Everybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate @Nullable [] chain, @Nullable String type) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate @Nullable [] chain, @Nullable String type) {}

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }

    @Test
    void itMovesToAnotherPortAndBack() {
        RestApiSettings other = settings(new HostPort(LOCAL, freePort()), TlsFiles.NONE);
        assertThat(socket.reload(other)).isEqualTo(other);
        assertThat(answers(other)).isTrue();
        assertThat(answers(first)).isFalse();
        assertThat(socket.reload(first)).isEqualTo(first);
        assertThat(answers(first)).isTrue();
        assertThat(answers(other)).isFalse();
    }

    @Test
    void itMovesWithinAPort() {
        RestApiSettings everywhere = settings(new HostPort("*", first.listen().port()), TlsFiles.NONE);
        assertThat(socket.reload(everywhere)).isEqualTo(everywhere);
        assertThat(answers(everywhere)).isTrue();
    }

    @Test
    void tlsIsSwitchedOnAndOff() {
        RestApiSettings secured = settings(first.listen(), tls);
        assertThat(socket.reload(secured)).isEqualTo(secured);
        assertThat(answers(secured)).isTrue();
        assertThat(answers(first)).isFalse();
        assertThat(socket.reload(first)).isEqualTo(first);
        assertThat(answers(first)).isTrue();
    }

    @Test
    void aTakenPortLeavesTheSocketWhereItIs() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            RestApiSettings wanted = settings(new HostPort(LOCAL, taken.getLocalPort()), TlsFiles.NONE);
            RestApiSettings counts = socket.reload(wanted);
            assertThat(counts).isEqualTo(first);
            assertThat(answers(first)).isTrue();
        }
    }

    /** 192.0.2.1 is nobody's, so the port has to be closed and opened again to find that out. */
    @Test
    void anAddressOfAnotherMachineLeavesTheSocketWhereItIs() {
        RestApiSettings elsewhere =
                settings(new HostPort("192.0.2.1", first.listen().port()), TlsFiles.NONE);
        assertThat(socket.reload(elsewhere)).isEqualTo(first);
        assertThat(answers(first)).isTrue();
    }

    @Test
    void aCertificateThatCantBeReadLeavesItWithoutTls() {
        TlsFiles missing = new TlsFiles(
                Optional.of(made.resolve("nosuch").toString()), Optional.empty(), Optional.empty(), Optional.empty());
        RestApiSettings wanted = settings(new HostPort(LOCAL, freePort()), missing);
        assertThat(socket.reload(wanted)).isEqualTo(first);
        assertThat(answers(first)).isTrue();
        assertThat(answers(settings(wanted.listen(), TlsFiles.NONE))).isFalse();
    }

    @Test
    void whatIsOfNoConcernToTheSocketIsTakenOver() {
        RestApiSettings announced = new RestApiSettings(
                first.listen(),
                new HostPort("10.0.0.1", 8008),
                first.authentication(),
                first.tls(),
                first.ciphers(),
                first.verifyClient(),
                List.of("10.0.0.0/8"),
                true,
                first.httpExtraHeaders(),
                first.httpsExtraHeaders(),
                "ProductOnly",
                first.requestQueueSize());
        assertThat(socket.reload(announced)).isEqualTo(announced);
        assertThat(answers(first)).isTrue();
    }
}
