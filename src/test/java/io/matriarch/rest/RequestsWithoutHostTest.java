package io.matriarch.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RequestsWithoutHostTest {
    private static Vertx vertx;
    private static HttpServer server;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        new RequestsWithoutHost().accept(router);
        router.get("/bad").handler(context -> context.fail(400));
        router.route()
                .handler(context -> context.end(
                        context.request().method() + " " + context.request().uri()));
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource({
        "OPTIONS /async, OPTIONS /async",
        "GET /replica?lag=1MB&tag_a=b, GET /replica?lag=1MB&tag_a=b",
        "GET http://a.example/primary?lag=0, GET /primary?lag=0",
        "POST /restart, POST /restart"
    })
    void areAnsweredAsThoseWithOne(String request, String answer) throws IOException {
        assertThat(answer(request + " HTTP/1.1\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .endsWith("\r\n\r\n" + answer);
    }

    @Test
    void aHostThatIsNoneDoesNoHarmEither() throws IOException {
        assertThat(answer("GET /primary HTTP/1.1\r\nHost: a b\r\n")).endsWith("\r\n\r\nGET /primary");
    }

    @Test
    void withoutAPathThereIsNoAnswer() throws IOException {
        assertThat(answer("GET primary HTTP/1.1\r\n")).startsWith("HTTP/1.1 400 Bad Request\r\n");
    }

    @Test
    void whatTheHandlerRefusesStaysRefused() throws IOException {
        assertThat(answer("GET /bad HTTP/1.1\r\n")).startsWith("HTTP/1.1 400 Bad Request\r\n");
    }

    private static String answer(String lines) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((lines + "Connection: close\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
