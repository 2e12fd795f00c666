package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.agent.Commands;
import io.matriarch.agent.Commands.Answer;
import io.matriarch.agent.Snapshot;
import io.matriarch.cluster.ClusterDocument;
import io.matriarch.cluster.ClusterJson;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.CompatibleVersion;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.time.Ticker;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** Patroni's REST interface (reference section 4). GET answers from the last look at the node and waits for nothing, but for
 * /patroni, by which others judge whether they may lead and which asks PostgreSQL; what changes something is checked and handed on. */
@Path("/")
public final class PatroniApi {
    private static final String TEXT = "text/html";

    private final AgentAccess agent;
    private final OwnMetrics ownMetrics;

    @Inject
    PatroniApi(AgentAccess agent, OwnMetrics ownMetrics) {
        this.agent = agent;
        this.ownMetrics = ownMetrics;
    }

    @GET
    @NonBlocking
    @Path("{path:.*}")
    public Response health(@Context HttpServerRequest request) {
        return withSnapshot((_, snapshot) -> {
            StatusDocument status = new StatusDocument(snapshot, Ticker.system().nanos());
            return json(check(snapshot, status, request).code(path(request)), status.build());
        });
    }

    @HEAD
    @NonBlocking
    @Path("{path:.*}")
    public Response head(@Context HttpServerRequest request) {
        return statusOnly(request);
    }

    @OPTIONS
    @NonBlocking
    @Path("{path:.*}")
    public Response options(@Context HttpServerRequest request) {
        return statusOnly(request);
    }

    private Response statusOnly(HttpServerRequest request) {
        return withSnapshot((_, snapshot) -> {
            StatusDocument status = new StatusDocument(snapshot, Ticker.system().nanos());
            return Response.status(check(snapshot, status, request).code(path(request)))
                    .build();
        });
    }

    @GET
    @NonBlocking
    @Path("patroni{rest:(/.*)?}")
    public CompletionStage<Response> patroni() {
        return agent.commands()
                .map(Commands::freshSnapshot)
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))
                .thenApply(snapshot -> snapshot.map(look -> json(
                                200, new StatusDocument(look, Ticker.system().nanos()).build()))
                        .orElseGet(this::starting));
    }

    @GET
    @NonBlocking
    @Path("liveness")
    public Response liveness(@Context HttpServerRequest request) {
        return withSnapshot((_, snapshot) -> {
            StatusDocument status = new StatusDocument(snapshot, Ticker.system().nanos());
            return Response.status(check(snapshot, status, request).alive() ? 200 : 503)
                    .build();
        });
    }

    @GET
    @NonBlocking
    @Path("readiness")
    public Response readiness(@Context HttpServerRequest request) {
        return withSnapshot((_, snapshot) -> {
            StatusDocument status = new StatusDocument(snapshot, Ticker.system().nanos());
            return Response.status(check(snapshot, status, request).ready() ? 200 : 503)
                    .build();
        });
    }

    @GET
    @NonBlocking
    @Path("metrics")
    public Response metrics() {
        return withSnapshot((_, snapshot) -> {
            StatusDocument status = new StatusDocument(snapshot, Ticker.system().nanos());
            return answer(200, "text/plain", Metrics.of(snapshot, status) + ownMetrics.text());
        });
    }

    @GET
    @Path("cluster")
    public Response cluster() {
        return withSnapshot((commands, snapshot) -> commands.readCluster()
                .map(view -> json(
                        200, ClusterDocument.of(view, snapshot.configuration().scope())))
                .orElseGet(() -> text(503, "the DCS can't be read")));
    }

    @GET
    @Path("history")
    public Response history() {
        return withSnapshot((commands, _) -> commands.readCluster()
                .map(view -> answer(
                        200, MediaType.APPLICATION_JSON, Json.spaced(Json.parse(ClusterJson.write(view.history())))))
                .orElseGet(() -> text(503, "the DCS can't be read")));
    }

    @GET
    @Path("config")
    public Response config() {
        return withSnapshot((commands, _) -> commands.readCluster()
                .flatMap(ClusterView::config)
                .map(DynamicConfiguration::raw)
                .map(config -> json(200, config))
                .orElseGet(() -> text(502, "there is no configuration in the DCS")));
    }

    @PATCH
    @Path("config")
    public Response patchConfig(@Context HttpServerRequest request, String body) {
        return changing(request, body, true, (commands, patch) -> config(commands.patchConfig(patch)));
    }

    @PUT
    @Path("config")
    public Response putConfig(@Context HttpServerRequest request, String body) {
        return changing(request, body, true, (commands, config) -> config(commands.replaceConfig(config)));
    }

    private Response config(Commands.ConfigAnswer answer) {
        return answer.status() == 200 ? json(200, answer.config()) : text(answer.status(), answer.text());
    }

    @POST
    @Path("reload")
    public Response reload(@Context HttpServerRequest request) {
        return changing(request, "", false, (commands, _) -> {
            commands.reload();
            return text(202, "reload scheduled");
        });
    }

    @POST
    @Path("restart")
    public Response restart(@Context HttpServerRequest request, String body) {
        return changing(request, body, false, this::restart);
    }

    private Response restart(Commands commands, Mapping body) {
        boolean paused =
                commands.snapshot().filter(look -> look.config().paused()).isPresent();
        return switch (RestartRequest.of(body, paused, Instant.now())) {
            case RestartRequest.Wrong(Answer answer) -> text(answer);
            case RestartRequest.Immediate(var conditions) -> text(commands.restart(conditions));
            case RestartRequest.Later(var conditions, Instant at, Mapping request) ->
                text(commands.scheduleRestart(conditions, at, request));
        };
    }

    @DELETE
    @Path("restart")
    public Response deleteRestart(@Context HttpServerRequest request) {
        return changing(
                request,
                "",
                false,
                (commands, _) -> commands.deleteScheduledRestart()
                        ? text(200, "scheduled restart deleted")
                        : text(404, "no restarts are scheduled"));
    }

    @POST
    @Path("switchover")
    public Response switchover(@Context HttpServerRequest request, String body) {
        return changing(request, body, true, (commands, asked) -> text(commands.switchover(asked)));
    }

    @POST
    @Path("failover")
    public Response failover(@Context HttpServerRequest request, String body) {
        return changing(request, body, true, (commands, asked) -> text(commands.failover(asked)));
    }

    @DELETE
    @Path("switchover")
    public Response deleteSwitchover(@Context HttpServerRequest request) {
        return changing(request, "", false, (commands, _) -> text(commands.deleteScheduledSwitchover()));
    }

    @POST
    @Path("reinitialize")
    public Response reinitialize(@Context HttpServerRequest request, String body) {
        return changing(
                request,
                body,
                false,
                (commands, asked) -> text(commands.reinitialize(
                        asked.bool("force").orElse(false),
                        asked.bool("from_leader").orElse(false))));
    }

    @POST
    @NonBlocking
    @Path("{path:.*}")
    public Response unknownPost() {
        return unsupported("POST");
    }

    @PUT
    @NonBlocking
    @Path("{path:.*}")
    public Response unknownPut() {
        return unsupported("PUT");
    }

    @PATCH
    @NonBlocking
    @Path("{path:.*}")
    public Response unknownPatch() {
        return unsupported("PATCH");
    }

    @DELETE
    @NonBlocking
    @Path("{path:.*}")
    public Response unknownDelete() {
        return unsupported("DELETE");
    }

    /** patronictl looks for these words. */
    private Response unsupported(String method) {
        return text(
                501,
                "<html><body><p>Unsupported method ('" + method
                        + "').</p><p>Server does not support this operation</p></body></html>");
    }

    /** From the request itself and not from JAX-RS: HAProxy's HTTP/1.0 has no Host header, and JAX-RS makes no URI without one. */
    private static HealthCheck check(Snapshot snapshot, StatusDocument status, HttpServerRequest request) {
        Map<String, List<String>> query = new HashMap<>();
        request.params()
                .names()
                .forEach(name -> query.put(name, request.params().getAll(name)));
        return new HealthCheck(snapshot, status, query, Ticker.system().nanos());
    }

    private Response withSnapshot(BiFunction<Commands, Snapshot, Response> handler) {
        Optional<Commands> commands = agent.commands();
        Optional<Snapshot> snapshot = commands.flatMap(Commands::snapshot);
        return snapshot.isPresent() ? handler.apply(commands.orElseThrow(), snapshot.get()) : starting();
    }

    private Response starting() {
        return text(503, "the agent is starting");
    }

    /** Access first, then the body: absent 411, malformed 400. */
    private Response changing(
            HttpServerRequest request,
            String body,
            boolean bodyNeeded,
            BiFunction<Commands, Mapping, Response> handler) {
        return withSnapshot((commands, snapshot) -> {
            Optional<AccessControl.Refusal> refusal = AccessControl.check(
                    snapshot.configuration().restapi(),
                    membersHosts(snapshot),
                    request.remoteAddress().hostAddress(),
                    Optional.ofNullable(request.getHeader("Authorization")),
                    hasCertificate(request));
            if (refusal.isPresent()) {
                return refused(refusal.get());
            }
            if (body.isEmpty()) {
                boolean told = request.getHeader("Content-Length") != null;
                return bodyNeeded
                        ? text(told ? 400 : 411, "a JSON object with at least one field is needed")
                        : handler.apply(commands, Mapping.empty());
            }
            Optional<Mapping> object = object(body);
            if (object.isEmpty()) {
                return text(400, "the body must be a JSON object");
            }
            return bodyNeeded && object.get().isEmpty()
                    ? text(400, "a JSON object with at least one field is needed")
                    : handler.apply(commands, object.get());
        });
    }

    private static boolean hasCertificate(HttpServerRequest request) {
        try {
            return request.isSSL()
                    && request.sslSession() != null
                    && request.sslSession().getPeerCertificates().length > 0;
        } catch (javax.net.ssl.SSLPeerUnverifiedException none) {
            return false;
        }
    }

    private static Optional<Mapping> object(String body) {
        try {
            return Json.parse(body) instanceof Mapping mapping ? Optional.of(mapping) : Optional.empty();
        } catch (MalformedDocument malformed) {
            return Optional.empty();
        }
    }

    private Response refused(AccessControl.Refusal refusal) {
        Response.ResponseBuilder answer = Response.status(refusal.status())
                .type(TEXT)
                .header("Server", "Patroni/" + CompatibleVersion.PATRONI)
                .entity(refusal.text());
        return refusal.asksForPassword()
                ? answer.header("WWW-Authenticate", "Basic realm=\"Patroni\"").build()
                : answer.build();
    }

    private Response json(int status, Mapping document) {
        return answer(status, MediaType.APPLICATION_JSON, Json.spaced(document));
    }

    private Response text(Answer answer) {
        return text(answer.status(), answer.text());
    }

    private Response text(int status, String text) {
        return answer(status, TEXT, text);
    }

    private Response answer(int status, String type, String body) {
        Response.ResponseBuilder response = Response.status(status).type(type).entity(body);
        agent.commands()
                .map(Commands::configuration)
                .map(configuration -> AnswerHeaders.of(configuration.restapi()))
                .orElseGet(Map::of)
                .forEach(response::header);
        return response.build();
    }

    private static List<String> membersHosts(Snapshot snapshot) {
        return snapshot.cluster().stream()
                .flatMap(view -> view.members().stream())
                .flatMap(member -> member.apiUrl().stream())
                .map(url -> URI.create(url).getHost())
                .filter(Objects::nonNull)
                .toList();
    }

    private static String path(HttpServerRequest request) {
        String path = request.path();
        return path == null ? "/" : path;
    }
}
