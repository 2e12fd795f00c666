package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.agent.Commands;
import io.matriarch.agent.Commands.Answer;
import io.matriarch.agent.Commands.TakeoverAnswer;
import io.matriarch.agent.Commands.Wait;
import io.matriarch.cluster.ClusterDocument;
import io.matriarch.cluster.ClusterJson;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.DynamicConfiguration;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Patroni's REST interface (reference section 4), but for {@link HealthApi}: what the cluster is, and what changes something, which is checked and handed on. */
@Path("/")
public final class PatroniApi {
    private static final Logger LOG = Logger.getLogger(PatroniApi.class);

    private final Answering answers;
    private final Admission admission;

    @Inject
    PatroniApi(AgentAccess agent) {
        this.answers = new Answering(agent);
        this.admission = new Admission(answers);
    }

    @GET
    @Path("cluster")
    public Response cluster() {
        return answers.withSnapshot((commands, snapshot) -> commands.readCluster()
                .map(view -> answers.json(
                        200, ClusterDocument.of(view, snapshot.configuration().scope())))
                .orElseGet(() -> answers.text(503, "the DCS can't be read")));
    }

    @GET
    @Path("history")
    public Response history() {
        return answers.withSnapshot((commands, _) -> commands.readCluster()
                .map(view -> answers.answer(
                        200, MediaType.APPLICATION_JSON, Json.spaced(Json.parse(ClusterJson.write(view.history())))))
                .orElseGet(() -> answers.text(503, "the DCS can't be read")));
    }

    @GET
    @Path("config")
    public Response config() {
        return answers.withSnapshot((commands, _) -> commands.readCluster()
                .map(view -> view.config()
                        .map(DynamicConfiguration::raw)
                        .map(config -> answers.json(200, config))
                        .orElseGet(() -> answers.text(502, "there is no configuration in the DCS")))
                .orElseGet(() -> answers.text(503, "the DCS can't be read")));
    }

    @PATCH
    @Path("config")
    public Response patchConfig(@Context HttpServerRequest request, String body) {
        return admission.changing(request, body, true, (commands, patch) -> config(commands.patchConfig(patch)));
    }

    @PUT
    @Path("config")
    public Response putConfig(@Context HttpServerRequest request, String body) {
        return admission.changing(request, body, true, (commands, config) -> config(commands.replaceConfig(config)));
    }

    private Response config(Commands.ConfigAnswer answer) {
        return answer.status() == 200
                ? answers.json(200, answer.config())
                : answers.text(answer.status(), answer.text());
    }

    /** The map that members are asked by when the DCS is gone. */
    @GET
    @NonBlocking
    @Path("failsafe")
    public Response failsafe() {
        return answers.withSnapshot((_, snapshot) -> {
            Map<String, String> members =
                    snapshot.cluster().map(ClusterView::failsafe).orElse(Map.of());
            return members.isEmpty()
                    ? answers.text(
                            502, "there is no failsafe key in the DCS, or it isn't an object: is failsafe_mode on?")
                    : answers.json(200, (Mapping) Json.parse(ClusterJson.writeFailsafe(members)));
        });
    }

    @POST
    @NonBlocking
    @Path("failsafe")
    public Response postFailsafe(@Context HttpServerRequest request, String body) {
        return admission.betweenMembers(request, body, (commands, call) -> {
            Answer answer = commands.failsafe(call);
            Response response = answers.text(answer);
            if (answer.status() == 200) {
                response.getHeaders().putSingle("lsn", lastPosition(commands));
            }
            return response;
        });
    }

    /** Of this server, so that the primary knows what its standbys have (reference 5.14). */
    private static long lastPosition(Commands commands) {
        return commands.snapshot()
                .flatMap(look -> look.server().reading())
                .map(answer -> answer.walPosition().bytes())
                .orElse(0L);
    }

    @POST
    @NonBlocking
    @Path("failsafe/race")
    public Response race(@Context HttpServerRequest request, String body) {
        return admission.betweenMembers(request, body, (commands, _) -> answers.text(commands.pledge()));
    }

    @POST
    @Path("reload")
    public Response reload(@Context HttpServerRequest request) {
        return admission.changing(request, "", false, (commands, _) -> {
            commands.reload();
            return answers.text(202, "reload scheduled");
        });
    }

    @POST
    @Path("restart")
    public Response restart(@Context HttpServerRequest request, String body) {
        return admission.changing(request, body, false, this::restart);
    }

    private Response restart(Commands commands, Mapping body) {
        boolean paused =
                commands.snapshot().filter(look -> look.config().paused()).isPresent();
        return switch (RestartRequest.of(body, paused, Instant.now())) {
            case RestartRequest.Wrong(Answer answer) -> answers.text(answer);
            case RestartRequest.Immediate(var conditions) -> answers.text(commands.restart(conditions));
            case RestartRequest.Later(var conditions, Instant at, Mapping request) ->
                answers.text(commands.scheduleRestart(conditions, at, request));
        };
    }

    @DELETE
    @Path("restart")
    public Response deleteRestart(@Context HttpServerRequest request) {
        return admission.changing(
                request,
                "",
                false,
                (commands, _) -> commands.deleteScheduledRestart()
                        ? answers.text(200, "scheduled restart deleted")
                        : answers.text(404, "no restarts are scheduled"));
    }

    @POST
    @Path("switchover")
    public Response switchover(@Context HttpServerRequest request, String body) {
        return admission.changing(request, body, true, (commands, asked) -> {
            tell("switchover", asked);
            return takeover(request, commands, commands.switchover(asked, wait(request)));
        });
    }

    @POST
    @Path("failover")
    public Response failover(@Context HttpServerRequest request, String body) {
        return admission.changing(request, body, true, (commands, asked) -> {
            tell("failover", asked);
            return takeover(request, commands, commands.failover(asked, wait(request)));
        });
    }

    private static void tell(String what, Mapping asked) {
        LOG.infof(
                "received %s request with leader=%s candidate=%s scheduled_at=%s",
                what, shown(asked, "leader"), shown(asked, "candidate"), shown(asked, "scheduled_at"));
    }

    /** Whoever asks doesn't write the log's lines. */
    private static String shown(Mapping asked, String key) {
        return asked.text(key).map(text -> text.replaceAll("\\p{Cntrl}", "?")).orElse("None");
    }

    /** RFC 7240; Patroni's clients don't ask for it, and Patroni's members don't know it. */
    private static Wait wait(HttpServerRequest request) {
        String preferred = Optional.ofNullable(request.getHeader("Prefer")).orElse("");
        return preferred.contains("respond-async") ? Wait.FOR_THE_REQUEST : Wait.FOR_THE_RESULT;
    }

    /** As Patroni, but for a header that says where to follow it; and who doesn't wait for the result gets what there is to be followed. */
    private Response takeover(HttpServerRequest request, Commands commands, TakeoverAnswer asked) {
        if (asked.id().isEmpty()) {
            return answers.text(asked.answer());
        }
        String id = Long.toString(asked.id().getAsLong());
        Optional<Response> begun = Optional.of(id)
                .filter(_ -> wait(request) == Wait.FOR_THE_REQUEST)
                .flatMap(commands.takeovers()::find)
                .flatMap(takeover -> commands.snapshot()
                        .map(look -> answers.json(202, takeover.toJson(Instant.now(), look.config()))));
        Response response = begun.orElseGet(() -> answers.text(asked.answer()));
        response.getHeaders().putSingle("Location", "/operations/" + id);
        begun.ifPresent(_ -> response.getHeaders().putSingle("Preference-Applied", "respond-async"));
        return response;
    }

    @DELETE
    @Path("switchover")
    public Response deleteSwitchover(@Context HttpServerRequest request) {
        return admission.changing(
                request, "", false, (commands, _) -> answers.text(commands.deleteScheduledSwitchover()));
    }

    @POST
    @Path("reinitialize")
    public Response reinitialize(@Context HttpServerRequest request, String body) {
        return admission.changing(
                request,
                body,
                false,
                (commands, asked) -> answers.text(commands.reinitialize(
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
        return answers.text(
                501,
                "<html><body><p>Unsupported method ('" + method
                        + "').</p><p>Server does not support this operation</p></body></html>");
    }
}
