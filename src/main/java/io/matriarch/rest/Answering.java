package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.agent.Commands;
import io.matriarch.agent.Commands.Answer;
import io.matriarch.agent.Snapshot;
import io.matriarch.value.Json;
import io.matriarch.value.Value.Mapping;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** The form of the REST interface's answers: Patroni's types and spaces, and the headers that the configuration adds. */
final class Answering {
    static final String TEXT = "text/html";

    /** By it others see whether this machine's clock is right. */
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    private final AgentAccess agent;

    Answering(AgentAccess agent) {
        this.agent = agent;
    }

    Optional<Commands> commands() {
        return agent.commands();
    }

    /** What {@code handler} answers, or 503 as long as the agent hasn't looked at its node. */
    Response withSnapshot(BiFunction<Commands, Snapshot, Response> handler) {
        Optional<Commands> commands = agent.commands();
        Optional<Snapshot> snapshot = commands.flatMap(Commands::snapshot);
        return snapshot.isPresent() ? handler.apply(commands.orElseThrow(), snapshot.get()) : starting();
    }

    Response starting() {
        return text(503, "the agent is starting");
    }

    Response json(int status, Mapping document) {
        return answer(status, MediaType.APPLICATION_JSON, Json.spaced(document));
    }

    Response text(Answer answer) {
        return text(answer.status(), answer.text());
    }

    Response text(int status, String text) {
        return answer(status, TEXT, text);
    }

    Response answer(int status, String type, String body) {
        Response.ResponseBuilder response = Response.status(status)
                .type(type)
                .entity(body)
                .header("Date", DATE.format(Instant.now().atOffset(ZoneOffset.UTC)));
        agent.commands()
                .map(Commands::configuration)
                .map(configuration -> AnswerHeaders.of(configuration.restapi()))
                .orElseGet(Map::of)
                .forEach(response::header);
        return response.build();
    }
}
