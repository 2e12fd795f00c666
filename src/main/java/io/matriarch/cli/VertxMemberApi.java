package io.matriarch.cli;

import io.matriarch.cluster.CompatibleVersion;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.ServerAddress;
import io.matriarch.config.Credentials;
import io.matriarch.config.CtlSettings;
import io.matriarch.config.TlsFiles;
import io.matriarch.time.Deadline;
import io.matriarch.tls.TlsMaterial;
import io.matriarch.tls.TlsProblem;
import io.matriarch.value.Json;
import io.matriarch.value.Value;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The members' REST API over HTTP/1.1, one connection a request. */
final class VertxMemberApi implements MemberApi {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final HttpClient client;
    private final Optional<String> authorization;

    /** @throws CtlError if the settings can't be used */
    VertxMemberApi(Vertx vertx, CtlSettings settings) {
        this.client = vertx.createHttpClient(options(settings));
        this.authorization = settings.authentication().map(VertxMemberApi::basic);
    }

    private static HttpClientOptions options(CtlSettings settings) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAlive(false)
                .setTrustAll(settings.insecure())
                .setVerifyHost(!settings.insecure());
        TlsFiles tls = settings.tls();
        try {
            TlsMaterial material = TlsMaterial.of(tls);
            if (tls.authority().isPresent() && !settings.insecure()) {
                options.setTrustOptions(TrustOptions.wrap(material.trusted()));
            }
            if (tls.certificate().isPresent()) {
                options.setKeyCertOptions(KeyCertOptions.wrap(material.shown()));
            }
        } catch (TlsProblem problem) {
            throw new CtlError("ctl: " + problem.text());
        }
        return options;
    }

    private static String basic(Credentials credentials) {
        String pair = credentials.username() + ":" + credentials.password().reveal();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Answer send(
            Method method, Member member, String path, Optional<Value> body, Patience patience, Deadline deadline) {
        String url = member.apiUrl().orElse("");
        boolean https = url.startsWith("https://");
        Optional<ServerAddress> address = ServerAddress.of(url, https ? HTTPS_PORT : HTTP_PORT);
        if (address.isEmpty()) {
            return new Answer.Unreachable("its member key has no usable api_url");
        }
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.valueOf(method.name()))
                .setSsl(https)
                .setHost(address.get().host())
                .setPort(address.get().port())
                .setURI("/" + path)
                .putHeader("User-Agent", "Patroni/" + CompatibleVersion.PATRONI + " Matriarch");
        if (patience == Patience.FOR_A_RECEIPT) {
            request.putHeader("Prefer", "respond-async"); // RFC 7240
        }
        authorization.ifPresent(header -> request.putHeader("Authorization", header));
        return await(client.request(request).compose(opened -> exchange(opened, body)), deadline);
    }

    private static Future<Answer> exchange(HttpClientRequest request, Optional<Value> body) {
        request.exceptionHandler(_ -> {}); // the future tells; without a handler Vert.x would log it besides
        body.ifPresent(_ -> request.putHeader("Content-Type", "application/json"));
        return body.map(value -> request.send(Buffer.buffer(Json.spaced(value))))
                .orElseGet(request::send)
                .compose(response -> response.body()
                        .map(text ->
                                new Answer.Answered(response.statusCode(), text.toString(StandardCharsets.UTF_8))));
    }

    private static Answer await(Future<Answer> answer, Deadline deadline) {
        try {
            return answer.toCompletionStage()
                    .toCompletableFuture()
                    .get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
            return new Answer.Unreachable(
                    Optional.ofNullable(cause.getMessage()).orElse(cause.toString()));
        } catch (TimeoutException _) {
            return new Answer.Unreachable("no answer in time");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new Aborted();
        }
    }
}
