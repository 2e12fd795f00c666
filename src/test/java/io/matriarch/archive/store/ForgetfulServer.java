package io.matriarch.archive.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** As much of S3 as it takes to store and read objects, by a server that never heard of conditions. Its first answers may be failures. */
final class ForgetfulServer implements AutoCloseable {
    /** What the server makes of a condition. */
    enum Manner {
        IGNORES,
        REFUSES,
        /** And gives objects tags of its own. */
        TAGS,
        /** And stores something else, and says so by the tag. */
        LIES
    }

    private final HttpServer server;
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final Manner manner;
    private int failures;

    private ForgetfulServer(HttpServer server, Manner manner, int failures) {
        this.server = server;
        this.manner = manner;
        this.failures = failures;
    }

    static ForgetfulServer start(Manner manner, int failures) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ForgetfulServer forgetful = new ForgetfulServer(server, manner, failures);
        server.createContext("/", forgetful::handle);
        server.start();
        return forgetful;
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (failures > 0) {
                failures--;
                refuse(exchange, 503, "SlowDown");
            } else if (exchange.getRequestMethod().equals("PUT")) {
                put(exchange, path, body);
            } else {
                get(exchange, path);
            }
        }
    }

    private void put(HttpExchange exchange, String path, byte[] body) throws IOException {
        if (manner == Manner.REFUSES && exchange.getRequestHeaders().containsKey("If-None-Match")) {
            refuse(exchange, 501, "NotImplemented");
            return;
        }
        byte[] stored = body.clone();
        if (manner == Manner.LIES) {
            stored[stored.length / 2] ^= 1;
        }
        objects.put(path, stored);
        if (manner == Manner.LIES) {
            exchange.getResponseHeaders().set("ETag", '"' + EntityTag.md5(stored) + '"');
        } else if (manner == Manner.TAGS) {
            exchange.getResponseHeaders().set("ETag", '"' + "0123456789abcdef".repeat(2) + '"');
        }
        exchange.sendResponseHeaders(200, -1);
    }

    private void get(HttpExchange exchange, String path) throws IOException {
        Optional<byte[]> object = Optional.ofNullable(objects.get(path));
        boolean head = exchange.getRequestMethod().equals("HEAD");
        boolean bucket = path.lastIndexOf('/') == 0 || path.endsWith("/");
        if (object.isEmpty() && !bucket) {
            refuse(exchange, 404, "NoSuchKey");
            return;
        }
        byte[] content = object.orElse(new byte[0]);
        exchange.getResponseHeaders().set("Last-Modified", "Fri, 27 Nov 2026 12:00:00 GMT");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
        }
        exchange.sendResponseHeaders(200, head ? -1 : content.length);
        if (!head) {
            exchange.getResponseBody().write(content);
        }
    }

    private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
        byte[] body = ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>no</Message></Error>")
                .getBytes(StandardCharsets.US_ASCII);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
