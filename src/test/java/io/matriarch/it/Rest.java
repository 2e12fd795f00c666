package io.matriarch.it;

import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** A node's REST API, as a script would use it. */
record Rest(String host, int port) {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    Rest(int port) {
        this("127.0.0.1", port);
    }

    /** What came back; status 0 when nobody answered. */
    record Answer(int status, String body) {
        /** An agent that is starting, or can't reach etcd, says so in plain words. */
        Value.Mapping json() {
            try {
                return Json.parse(body) instanceof Value.Mapping mapping ? mapping : Value.Mapping.empty();
            } catch (MalformedDocument words) {
                throw new IllegalStateException("answered " + status + ": " + body, words);
            }
        }
    }

    Answer get(String path) {
        return send("GET", path, "", Duration.ofSeconds(3));
    }

    Answer post(String path, String body) {
        return send("POST", path, body, Duration.ofSeconds(60));
    }

    Answer patch(String path, String body) {
        return send("PATCH", path, body, Duration.ofSeconds(10));
    }

    boolean says200(String path) {
        return get(path).status() == 200;
    }

    Answer send(String method, String path, String body, Duration timeout) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + path))
                .timeout(timeout)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            return new Answer(0, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
