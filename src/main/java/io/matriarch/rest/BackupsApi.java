package io.matriarch.rest;

import io.matriarch.agent.AgentAccess;
import io.matriarch.agent.Commands;
import io.matriarch.agent.JobProgress;
import io.matriarch.agent.Snapshot;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.JobDocument;
import io.matriarch.cluster.JobKind;
import io.matriarch.value.Value;
import io.matriarch.value.Value.Mapping;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Beyond Patroni: the jobs and the backups, from what is in the DCS; any member answers, and takes requests for a job. */
@Path("/")
public final class BackupsApi {
    private final Answering answers;
    private final Admission admission;
    private final ArchiveGauge archive;

    @Inject
    BackupsApi(AgentAccess agent, ArchiveGauge archive) {
        this.answers = new Answering(agent);
        this.admission = new Admission(answers);
        this.archive = archive;
    }

    /** All jobs, the newest backups, and this member's own archive queue. */
    @GET
    @Path("backups")
    public Response backups() {
        return answers.withSnapshot((commands, look) -> {
            Mapping document = document(look, List.of(JobKind.values()))
                    .with("running", running(commands, look))
                    .with(
                            "backups",
                            new Value.Sequence(
                                    List.copyOf(view(look).jobs().journal().backups())));
            return answers.json(200, document.with("archive", archive.document()));
        });
    }

    /** The drills only. */
    @GET
    @Path("drills")
    public Response drills() {
        return answers.withSnapshot((_, look) -> answers.json(200, document(look, List.of(JobKind.DRILL))));
    }

    /** Begins a job now: by default a base backup, or what {@code job} says. */
    @POST
    @Path("backups")
    public Response begin(@Context HttpServerRequest request, String body) {
        return admission.changing(request, body, false, (commands, wanted) -> {
            String word = wanted.text("job").orElse(JobKind.BASE.word());
            return JobKind.of(word)
                    .map(kind -> begin(commands, kind))
                    .orElseGet(() -> answers.text(
                            400, "there is no such job: it must be one of base, incremental, dump, expire, drill"));
        });
    }

    /** Begins a drill now. */
    @POST
    @Path("drills")
    public Response drill(@Context HttpServerRequest request, String body) {
        return admission.changing(request, body, false, (commands, _) -> begin(commands, JobKind.DRILL));
    }

    private Response begin(Commands commands, JobKind kind) {
        Commands.Answer answer = commands.requestJob(kind);
        if (answer.status() != Response.Status.ACCEPTED.getStatusCode()) {
            return answers.text(answer);
        }
        String place = kind == JobKind.DRILL ? "/drills" : "/backups";
        Response response = answers.json(
                answer.status(),
                Mapping.empty().with("job", kind.word()).with("message", answer.text() + ", see GET " + place));
        response.getHeaders().putSingle("Location", place);
        return response;
    }

    private static Mapping document(Snapshot look, List<JobKind> kinds) {
        return JobDocument.of(view(look), look.config(), Instant.now(), kinds);
    }

    private static ClusterView view(Snapshot look) {
        return look.cluster().orElse(ClusterView.EMPTY);
    }

    /** Only the member that does the job knows how far it is. */
    private static Value running(Commands commands, Snapshot look) {
        Optional<Mapping> running = view(look).jobs().running().map(lock -> lock.toJson());
        Optional<Mapping> progress = commands.jobProgress().map(JobProgress::toJson);
        return running.<Value>map(lock -> progress.isPresent()
                                && lock.text("member")
                                        .equals(Optional.of(look.configuration().name()))
                        ? lock.with("progress", progress.get())
                        : lock)
                .orElse(new Value.Null());
    }
}
