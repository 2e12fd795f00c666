package io.matriarch.agent;

import io.matriarch.cluster.Lsn;
import io.matriarch.cluster.Member;
import io.matriarch.cluster.Tags;
import io.matriarch.config.CtlSettings;
import io.matriarch.ha.PeerReply;
import io.matriarch.ha.Pledge;
import io.matriarch.time.Deadline;
import io.matriarch.tls.RequestTarget;
import io.matriarch.tls.TlsMaterial;
import io.matriarch.tls.TlsProblem;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** Asks the members' {@code api_url}, all at once. Certificates are verified only as reference 2.5 says for the daemon. */
final class HttpPeers implements Peers, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(HttpPeers.class);
    private static final int PATIENCE_MILLIS = 2000;

    private final HttpClient http;
    private final Optional<String> authorization;

    HttpPeers(Vertx vertx, CtlSettings settings) {
        this.http = vertx.createHttpClient(options(settings));
        this.authorization = settings.authentication()
                .map(credentials -> "Basic "
                        + Base64.getEncoder()
                                .encodeToString((credentials.username() + ":"
                                                + credentials.password().reveal())
                                        .getBytes(StandardCharsets.UTF_8)));
    }

    private static HttpClientOptions options(CtlSettings settings) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(PATIENCE_MILLIS)
                .setKeepAlive(false)
                .setVerifyHost(false)
                .setTrustAll(true);
        if (settings.tls().certificate().isEmpty()) {
            return options;
        }
        try {
            TlsMaterial material = TlsMaterial.of(settings.tls());
            options.setKeyCertOptions(KeyCertOptions.wrap(material.shown()));
            if (settings.tls().authority().isPresent()) {
                options.setTrustAll(false).setTrustOptions(TrustOptions.wrap(material.trusted()));
            }
        } catch (TlsProblem problem) {
            LOG.errorf("ctl: %s; members are asked without a certificate", problem.text());
        }
        return options;
    }

    @Override
    public Map<String, PeerReply> ask(Collection<Member> members, Deadline deadline) {
        Map<String, CompletableFuture<PeerReply>> asked = new HashMap<>();
        members.forEach(member -> asked.put(member.name(), ask(member)));
        Map<String, PeerReply> replies = new HashMap<>();
        asked.forEach((name, reply) -> replies.put(name, await(name, reply, deadline)));
        return replies;
    }

    private static PeerReply await(String name, CompletableFuture<PeerReply> reply, Deadline deadline) {
        try {
            return reply.get(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return PeerReply.unreachable(name);
        } catch (ExecutionException | TimeoutException e) {
            return PeerReply.unreachable(name);
        }
    }

    private CompletableFuture<PeerReply> ask(Member member) {
        Future<PeerReply> reply = request(HttpMethod.GET, member.apiUrl().orElse(""), PATIENCE_MILLIS)
                .compose(HttpPeers::send)
                .compose(HttpClientResponse::body)
                .map(body -> read(member.name(), body.toString()));
        return reply.toCompletionStage().toCompletableFuture();
    }

    /** The future tells what fails; without a handler Vert.x would log it as an error besides. */
    private static Future<HttpClientResponse> send(HttpClientRequest request) {
        request.exceptionHandler(_ -> {});
        return request.send();
    }

    /** A document without a WAL position counts as no answer (reference 5.10). */
    static PeerReply read(String name, String body) {
        try {
            return Json.parse(body) instanceof Mapping document ? read(name, document) : PeerReply.unreachable(name);
        } catch (MalformedDocument notOurs) {
            return PeerReply.unreachable(name);
        }
    }

    private static PeerReply read(String name, Mapping document) {
        Mapping wal = document.mapping("xlog").isEmpty() ? document.mapping("wal") : document.mapping("xlog");
        if (wal.isEmpty()) {
            return PeerReply.unreachable(name);
        }
        String role = document.text("role").orElse("");
        boolean primary = wal.whole("location").isPresent() || role.equals("primary") || role.equals("master");
        long position = primary
                ? wal.whole("location").orElse(0)
                : Math.max(
                        wal.whole("received_location").orElse(0),
                        wal.whole("replayed_location").orElse(0));
        OptionalInt timeline =
                document.whole("timeline").stream().mapToInt(Math::toIntExact).findFirst();
        return new PeerReply(
                name,
                true,
                primary,
                new Lsn(position),
                wal.bool("end_known").orElse(true),
                timeline,
                new Tags(document.mapping("tags")),
                document.bool("watchdog_failed").orElse(false),
                document.bool("disk_full").orElse(false));
    }

    /** Whether anybody answers at the member's REST interface, whatever it says. */
    boolean answers(Member member, Deadline deadline) {
        String url = member.apiUrl().orElse("").replaceFirst("/patroni$", "/liveness");
        CompletableFuture<Integer> status = request(
                        HttpMethod.GET, url, deadline.remaining().toMillis() + 1)
                .compose(HttpPeers::send)
                .map(HttpClientResponse::statusCode)
                .toCompletionStage()
                .toCompletableFuture();
        try {
            return status.get(deadline.remaining().toMillis() + 1, TimeUnit.MILLISECONDS) > 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException nobody) {
            return false;
        }
    }

    @Override
    public Set<String> accepting(Map<String, String> apiUrls, Mapping body, Deadline deadline) {
        Set<String> accepting = new HashSet<>();
        statuses("failsafe", apiUrls, body, deadline).forEach((name, status) -> {
            if (status == 200) {
                accepting.add(name);
            }
        });
        return accepting;
    }

    @Override
    public Map<String, Pledge> pledging(Map<String, String> apiUrls, Mapping body, Deadline deadline) {
        Map<String, Pledge> pledges = new HashMap<>();
        statuses("failsafe/race", apiUrls, body, deadline)
                .forEach((name, status) -> pledges.put(
                        name,
                        switch (status) {
                            case 200 -> Pledge.GIVEN;
                            case 202 -> Pledge.NO_PRIMARY;
                            default -> Pledge.REFUSED;
                        }));
        return pledges;
    }

    /** Of those who answered. */
    private Map<String, Integer> statuses(String path, Map<String, String> apiUrls, Mapping body, Deadline deadline) {
        String text = Json.compact(body);
        Map<String, CompletableFuture<Integer>> asked = new HashMap<>();
        apiUrls.forEach((name, url) ->
                asked.put(name, insist(url.replaceFirst("/patroni/?$", "") + "/" + path, text, deadline)));
        Map<String, Integer> statuses = new HashMap<>();
        asked.forEach((name, answer) -> await(answer, deadline).ifPresent(status -> statuses.put(name, status)));
        return statuses;
    }

    /** A call that fails early, because a connection was refused for example, is made once more. */
    private CompletableFuture<Integer> insist(String url, String body, Deadline deadline) {
        return post(url, body, deadline)
                .recover(_ -> post(url, body, deadline))
                .toCompletionStage()
                .toCompletableFuture();
    }

    /** A member's key may say anything: what is no URL can't be asked, and that is all. */
    private Future<HttpClientRequest> request(HttpMethod method, String url, long patienceMillis) {
        try {
            return http.request(RequestTarget.of(url).setMethod(method).setTimeout(patienceMillis));
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<Integer> post(String url, String body, Deadline deadline) {
        return request(HttpMethod.POST, url, deadline.remaining().toMillis() + 1)
                .compose(call -> {
                    call.putHeader("Content-Type", "application/json");
                    authorization.ifPresent(header -> call.putHeader("Authorization", header));
                    call.exceptionHandler(_ -> {});
                    return call.send(body);
                })
                .map(HttpClientResponse::statusCode);
    }

    private static Optional<Integer> await(CompletableFuture<Integer> answer, Deadline deadline) {
        try {
            return Optional.of(answer.get(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException nobody) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        var _ = http.close();
    }
}
