package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.cluster.Takeover;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.time.Instant;

/** Beyond Patroni: how far switchovers and failovers have come. Any member answers, from what is in the DCS and what it has seen there. */
@Path("/operations")
public final class OperationsApi {
    private final Answering answers;

    @Inject
    OperationsApi(AgentAccess agent) {
        this.answers = new Answering(agent);
    }

    /** The last ones, newest first. */
    @GET
    public Response operations() {
        return answers.withSnapshot((commands, look) -> answers.json(
                200,
                Mapping.empty()
                        .with(
                                "operations",
                                new Value.Sequence(commands.takeovers().recent().stream()
                                        .<Value>map(takeover -> takeover.toJson(Instant.now(), look.config()))
                                        .toList()))));
    }

    @GET
    @Path("{id}")
    public Response operation(@PathParam("id") String id) {
        return answers.withSnapshot((commands, look) -> commands.takeovers()
                .find(id)
                .map((Takeover takeover) -> answers.json(200, takeover.toJson(Instant.now(), look.config())))
                .orElseGet(() -> answers.text(
                        404,
                        "no switchover or failover of this number is known here: it was asked for before this agent"
                                + " started, or is too long ago; GET /operations has the last ones")));
    }
}
