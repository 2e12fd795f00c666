package io.matriarch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.matriarch.cli.MemberApi.Answer.Answered;
import io.matriarch.cli.MemberApi.Answer.Unreachable;
import io.matriarch.cli.MemberApi.Method;
import io.matriarch.cluster.Member;
import io.matriarch.config.Credentials;
import io.matriarch.config.CtlSettings;
import io.matriarch.config.Secret;
import io.matriarch.config.TlsFiles;
import io.matriarch.time.Deadline;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against a small HTTP server, and against sockets that lie. */
class VertxMemberApiTest {
    private static final LightVertx VERTX = new LightVertx();
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @BeforeAll
    static void start() {
        VERTX.get();
    }

    @AfterAll
    static void stop() {
        VERTX.get().close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void sendsMethodBodyAndCredentials() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        server.createContext("/", VertxMemberApiTest::tellWhatWasAsked);
        server.start();
        try {
            Member member = member("http://127.0.0.1:" + server.getAddress().getPort() + "/patroni");
            Optional<Value> pause = Optional.of(Mapping.empty().with("pause", new Value.Null()));

            assertThat(api(Optional.of(new Credentials("admin", new Secret("s3cret"))))
                            .send(Method.PATCH, member, "config", pause, patience()))
                    .isEqualTo(new Answered(
                            202, "PATCH /config {\"pause\": null} application/json Basic YWRtaW46czNjcmV0"));
            assertThat(api(Optional.empty()).send(Method.DELETE, member, "restart", Optional.empty(), patience()))
                    .isEqualTo(new Answered(202, "DELETE /restart  null null"));
        } finally {
            server.stop(0);
        }
    }

    private static void tellWhatWasAsked(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String told = "%s %s %s %s %s"
                .formatted(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI(),
                        body,
                        exchange.getRequestHeaders().getFirst("Content-Type"),
                        exchange.getRequestHeaders().getFirst("Authorization"));
        byte[] answer = told.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(202, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    /** As Patroni answers: no length, the connection's end is the answer's. */
    @Test
    void readsAnAnswerThatEndsWithTheConnection() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            Thread patroni = Thread.ofPlatform().start(() -> answerOnce(server, "HTTP/1.0 200 OK\r\n\r\nrestarted"));
            assertThat(ask(server.getLocalPort(), patience())).isEqualTo(new Answered(200, "restarted"));
            patroni.join();
        }
    }

    @Test
    void nobodyListeningIsUnreachable() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            port = server.getLocalPort();
        }
        assertThat(ask(port, patience()))
                .isInstanceOfSatisfying(
                        Unreachable.class, answer -> assertThat(answer.why()).contains("Connection refused"));
    }

    @Test
    void silenceEndsAtTheDeadline() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            assertThat(ask(server.getLocalPort(), Deadline.after(Duration.ofMillis(200))))
                    .isEqualTo(new Unreachable("no answer in time"));
        }
    }

    @Test
    void nonsenseAndMissingAddressesAreUnreachable() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            Thread liar = Thread.ofPlatform().start(() -> answerOnce(server, "SSH-2.0-OpenSSH_9.2\r\n"));
            assertThat(ask(server.getLocalPort(), patience())).isInstanceOf(Unreachable.class);
            liar.join();
        }
        assertThat(api(Optional.empty())
                        .send(
                                Method.GET,
                                new Member("pg-a", Mapping.empty(), 1, 1),
                                "patroni",
                                Optional.empty(),
                                patience()))
                .isEqualTo(new Unreachable("its member key has no usable api_url"));
    }

    private static void answerOnce(ServerSocket server, String answer) {
        try (Socket client = server.accept()) {
            byte[] request = new byte[4096];
            assertThat(client.getInputStream().read(request)).isPositive();
            client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
            client.getOutputStream().flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static MemberApi.Answer ask(int port, Deadline deadline) {
        Member member = member("http://127.0.0.1:" + port + "/patroni");
        return api(Optional.empty()).send(Method.POST, member, "restart", Optional.empty(), deadline);
    }

    private static MemberApi api(Optional<Credentials> credentials) {
        return new VertxMemberApi(VERTX.get(), new CtlSettings(credentials, false, TlsFiles.NONE));
    }

    private static Member member(String apiUrl) {
        return new Member("pg-a", Mapping.empty().with("api_url", apiUrl), 1, 1);
    }

    private static Deadline patience() {
        return Deadline.after(Duration.ofSeconds(10));
    }
}
