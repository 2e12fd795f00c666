package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.config.RestApiSettings;
import io.matriarch.value.Value.Mapping;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/** Beyond Patroni: a page that shows the herd to a person (docs/status-page.md). Its files are in the executable. */
@Path("/ui")
public final class StatusPage {
    /** Nothing but the page's own files and this interface; text never becomes markup. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types 'none'";

    private final Answering answers;
    private final PageFiles files = new PageFiles();

    @Inject
    StatusPage(AgentAccess agent) {
        this.answers = new Answering(agent);
    }

    @GET
    @NonBlocking
    public Response page(@Context HttpServerRequest request) {
        // the page's links are relative to its address without a slash at the end, so that it works behind any proxy's
        // path
        return String.valueOf(request.path()).endsWith("/")
                ? Response.status(308).header("Location", "../ui").build()
                : file(request, "index.html");
    }

    @GET
    @NonBlocking
    @Path("{file}.{type:css|js|svg}")
    public Response part(@Context HttpServerRequest request) {
        String path = String.valueOf(request.path());
        return file(request, path.substring(path.lastIndexOf('/') + 1));
    }

    /** Whether this client may change something, for the page to show buttons; by the same checks as what changes something. */
    @GET
    @Path("access")
    public Response access(@Context HttpServerRequest request) {
        return answers.withSnapshot((_, look) -> {
            RestApiSettings settings = look.configuration().restapi();
            boolean password = settings.authentication().isPresent();
            boolean protectedByAny =
                    password || (settings.https() && settings.verifyClient() != RestApiSettings.VerifyClient.NONE);
            Optional<AccessControl.Refusal> refusal = Admission.refusal(look, request);
            return answers.json(
                    200,
                    Mapping.empty()
                            .with("name", look.configuration().name())
                            .with("granted", protectedByAny && refusal.isEmpty())
                            .with(
                                    "password",
                                    password
                                            && refusal.map(AccessControl.Refusal::asksForPassword)
                                                    .orElse(true)));
        });
    }

    private Response file(HttpServerRequest request, String name) {
        Optional<PageFiles.File> found = files.find(name);
        if (found.isEmpty()) {
            return answers.text(404, "the status page has no such file");
        }
        PageFiles.File file = found.get();
        boolean known = Optional.ofNullable(request.getHeader("If-None-Match"))
                .filter(tags -> tags.contains(file.tag()))
                .isPresent();
        Response response = known ? Response.status(304).build() : answers.answer(200, file.type(), file.text());
        var headers = response.getHeaders();
        headers.putSingle("ETag", file.tag());
        headers.putSingle("Cache-Control", "no-cache"); // kept, but asked about: a newer agent has a newer page
        headers.putSingle("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        headers.putSingle("X-Content-Type-Options", "nosniff");
        headers.putSingle("Referrer-Policy", "no-referrer");
        headers.putSingle("Cross-Origin-Opener-Policy", "same-origin");
        return response;
    }
}
