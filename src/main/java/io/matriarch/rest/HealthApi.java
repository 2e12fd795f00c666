package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.agent.Commands;
import io.matriarch.agent.Snapshot;
import io.matriarch.time.Ticker;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What load balancers, Kubernetes and Prometheus ask (reference 4.3 to 4.5). Answered from the last look at the node without waiting for anything, but for
 * /patroni, by which others judge whether they may lead and which asks PostgreSQL. */
@Path("/")
public final class HealthApi {
    private final Answering answers;
    private final OwnMetrics ownMetrics;

    @Inject
    HealthApi(AgentAccess agent, OwnMetrics ownMetrics) {
        this.answers = new Answering(agent);
        this.ownMetrics = ownMetrics;
    }

    @GET
    @NonBlocking
    @Path("{path:.*}")
    public Response health(@Context HttpServerRequest request) {
        return answers.withSnapshot((_, snapshot) -> {
            StatusDocument status = new StatusDocument(snapshot, Ticker.system().nanos());
            return answers.json(check(snapshot, status, request).code(path(request)), status.build());
        });
    }

    @GET
    @NonBlocking
    @Path("patroni{rest:(/.*)?}")
    public CompletionStage<Response> patroni() {
        return answers.commands()
                .map(Commands::freshSnapshot)
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))
                .thenApply(snapshot -> snapshot.map(look -> answers.json(
                                200, new StatusDocument(look, Ticker.system().nanos()).build()))
                        .orElseGet(answers::starting));
    }

    @GET
    @NonBlocking
    @Path("liveness")
    public Response liveness(@Context HttpServerRequest request) {
        return answers.withSnapshot((_, snapshot) -> {
            StatusDocument status = new StatusDocument(snapshot, Ticker.system().nanos());
            return Response.status(check(snapshot, status, request).alive() ? 200 : 503)
                    .build();
        });
    }

    @GET
    @NonBlocking
    @Path("readiness")
    public Response readiness(@Context HttpServerRequest request) {
        return answers.withSnapshot((_, snapshot) -> {
            StatusDocument status = new StatusDocument(snapshot, Ticker.system().nanos());
            return Response.status(check(snapshot, status, request).ready() ? 200 : 503)
                    .build();
        });
    }

    @GET
    @NonBlocking
    @Path("metrics")
    public Response metrics() {
        return answers.withSnapshot((_, snapshot) -> {
            StatusDocument status = new StatusDocument(snapshot, Ticker.system().nanos());
            return answers.answer(200, "text/plain", Metrics.of(snapshot, status) + ownMetrics.text());
        });
    }

    /** From the request itself and not from JAX-RS: HAProxy's HTTP/1.0 has no Host header, and JAX-RS makes no URI without one. */
    private static HealthCheck check(Snapshot snapshot, StatusDocument status, HttpServerRequest request) {
        Map<String, List<String>> query = new HashMap<>();
        request.params()
                .names()
                .forEach(name -> query.put(name, request.params().getAll(name)));
        return new HealthCheck(snapshot, status, query, Ticker.system().nanos());
    }

    private static String path(HttpServerRequest request) {
        String path = request.path();
        return path == null ? "/" : path;
    }
}
