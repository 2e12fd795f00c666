package io.matriarch.doctor;

import io.matriarch.cluster.Member;
import io.matriarch.config.CtlSettings;
import io.matriarch.doctor.MemberReport.Clock;
import io.matriarch.time.Deadline;
import io.matriarch.tls.RequestTarget;
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
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** GET /patroni of each member, all at once. No password is sent, so the certificates aren't verified: another check looks at those. */
final class HttpMemberReports implements MemberReports, AutoCloseable {
    private static final int PATIENCE_MILLIS = 3_000;

    private final HttpClient http;
    private final InstantSource clock;

    HttpMemberReports(Vertx vertx, CtlSettings settings, InstantSource clock) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout(PATIENCE_MILLIS)
                .setKeepAlive(false)
                .setVerifyHost(false)
                .setTrustAll(true);
        settings.tls()
                .certificate()
                .filter(_ -> settings.tls().keyPassword().isEmpty())
                .ifPresent(file -> options.setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(file)
                        .addKeyPath(settings.tls().key().orElse(file))));
        this.http = vertx.createHttpClient(options);
        this.clock = clock;
    }

    @Override
    public List<MemberReport> of(Collection<Member> members) {
        Deadline deadline = Deadline.after(Duration.ofMillis(2L * PATIENCE_MILLIS));
        List<Member> asked = List.copyOf(members);
        List<CompletableFuture<MemberReport>> answers =
                asked.stream().map(this::ask).toList();
        return java.util.stream.IntStream.range(0, asked.size())
                .mapToObj(i -> await(asked.get(i), answers.get(i), deadline))
                .toList();
    }

    private CompletableFuture<MemberReport> ask(Member member) {
        Optional<String> url = member.apiUrl();
        if (url.isEmpty()) {
            return CompletableFuture.completedFuture(silent(member, "its member key has no api_url"));
        }
        Instant asked = clock.instant();
        RequestOptions request;
        try {
            request = RequestTarget.of(url.get()).setMethod(HttpMethod.GET).setTimeout(PATIENCE_MILLIS);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(silent(member, "its api_url " + e.getMessage()));
        }
        return http.request(request)
                .compose(HttpMemberReports::send)
                .compose(response -> {
                    Instant received = clock.instant();
                    Optional<Instant> there = date(response);
                    return response.body()
                            .map(body ->
                                    read(member, body.toString(), there.map(date -> new Clock(date, asked, received))));
                })
                .toCompletionStage()
                .toCompletableFuture();
    }

    /** The future tells what fails; without a handler Vert.x would log it as an error besides. */
    private static Future<HttpClientResponse> send(HttpClientRequest request) {
        request.exceptionHandler(_ -> {});
        return request.send();
    }

    private static Optional<Instant> date(HttpClientResponse response) {
        try {
            return Optional.ofNullable(response.getHeader("Date"))
                    .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeParseException notADate) {
            return Optional.empty();
        }
    }

    private static MemberReport read(Member member, String body, Optional<Clock> clock) {
        try {
            return Json.parse(body) instanceof Mapping status
                    ? new MemberReport(member, Optional.of(status), clock, "")
                    : silent(member, "its answer is no status");
        } catch (MalformedDocument notJson) {
            return silent(member, "its answer is no JSON");
        }
    }

    private static MemberReport await(Member member, CompletableFuture<MemberReport> answer, Deadline deadline) {
        try {
            return answer.get(deadline.remaining().toMillis() + 1, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return silent(member, "no answer in time");
        } catch (ExecutionException e) {
            Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
            return silent(member, Optional.ofNullable(cause.getMessage()).orElse(cause.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return silent(member, "interrupted");
        }
    }

    private static MemberReport silent(Member member, String why) {
        return new MemberReport(member, Optional.empty(), Optional.empty(), why);
    }

    @Override
    public void close() {
        var _ = http.close();
    }
}
