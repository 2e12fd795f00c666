package io.matriarch.rest;

import io.matriarch.agent.Commands;
import io.matriarch.agent.Snapshot;
import io.matriarch.cluster.CompatibleVersion;
import io.matriarch.config.RestApiSettings;
import io.matriarch.value.Json;
import io.matriarch.value.MalformedDocument;
import io.matriarch.value.Value.Mapping;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;

/** What a request that changes something has to pass before it is handled (reference 4.1 and 4.2). */
final class Admission {
    private static final AccessControl.Refusal FROM_OTHER_SITE = new AccessControl.Refusal(
            403, "a page of another site may change nothing here: its Origin is not this address", false);

    private final Answering answers;

    Admission(Answering answers) {
        this.answers = answers;
    }

    /** Access first, then the body: absent 411, malformed 400. */
    Response changing(
            HttpServerRequest request,
            String body,
            boolean bodyNeeded,
            BiFunction<Commands, Mapping, Response> handler) {
        return answers.withSnapshot((commands, snapshot) -> refusal(snapshot, request)
                .map(Admission::refused)
                .orElseGet(() -> handled(request, body, bodyNeeded, commands, handler)));
    }

    /** Why this client may change nothing, if so. */
    static Optional<AccessControl.Refusal> refusal(Snapshot snapshot, HttpServerRequest request) {
        RestApiSettings settings = snapshot.configuration().restapi();
        return OtherSites.sent(name -> Optional.ofNullable(request.getHeader(name)), settings)
                ? Optional.of(FROM_OTHER_SITE)
                : AccessControl.check(
                        settings,
                        membersHosts(snapshot),
                        request.remoteAddress().hostAddress(),
                        Optional.ofNullable(request.getHeader("Authorization")),
                        hasCertificate(request));
    }

    /** As {@link #changing}, for what members ask each other. */
    Response betweenMembers(HttpServerRequest request, String body, BiFunction<Commands, Mapping, Response> handler) {
        return answers.withSnapshot((commands, snapshot) -> AccessControl.checkMember(
                        snapshot.configuration().restapi(),
                        request.remoteAddress().hostAddress(),
                        Optional.ofNullable(request.getHeader("Authorization")),
                        hasCertificate(request))
                .map(Admission::refused)
                .orElseGet(() -> handled(request, body, true, commands, handler)));
    }

    private Response handled(
            HttpServerRequest request,
            String body,
            boolean bodyNeeded,
            Commands commands,
            BiFunction<Commands, Mapping, Response> handler) {
        if (body.isEmpty()) {
            boolean told = request.getHeader("Content-Length") != null;
            return bodyNeeded
                    ? answers.text(told ? 400 : 411, "a JSON object with at least one field is needed")
                    : handler.apply(commands, Mapping.empty());
        }
        Optional<Mapping> object = object(body);
        if (object.isEmpty()) {
            return answers.text(400, "the body must be a JSON object");
        }
        return bodyNeeded && object.get().isEmpty()
                ? answers.text(400, "a JSON object with at least one field is needed")
                : handler.apply(commands, object.get());
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

    private static Response refused(AccessControl.Refusal refusal) {
        Response.ResponseBuilder answer = Response.status(refusal.status())
                .type(Answering.TEXT)
                .header("Server", "Patroni/" + CompatibleVersion.PATRONI)
                .entity(refusal.text());
        return refusal.asksForPassword()
                ? answer.header("WWW-Authenticate", "Basic realm=\"Patroni\"").build()
                : answer.build();
    }

    private static List<String> membersHosts(Snapshot snapshot) {
        return snapshot.cluster().stream()
                .flatMap(view -> view.members().stream())
                .flatMap(member -> member.apiUrl().stream())
                .map(url -> URI.create(url).getHost())
                .filter(Objects::nonNull)
                .toList();
    }
}
