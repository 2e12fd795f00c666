package io.matriarch.agent;

import io.matriarch.agent.Commands.Answer;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.JobBoard;
import io.matriarch.cluster.JobKind;
import io.matriarch.dcs.Dcs;
import io.matriarch.dcs.DcsCommand;
import io.matriarch.dcs.Reading;
import io.matriarch.dcs.Writing;
import io.matriarch.time.Deadline;
import java.time.InstantSource;
import java.util.Optional;

/** Notes in the DCS that a job is to be done at once; whoever would do it by schedule sees it there. */
record JobRequests(Dcs dcs, InstantSource clock) {
    private static final int MOST_ATTEMPTS = 5;

    /** 202, or 409 if one runs or is wanted already. */
    Answer request(JobKind kind, Deadline deadline) {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            Optional<Answer> known = attempt(kind, deadline);
            if (known.isPresent()) {
                return known.get();
            }
        }
        return unwritten("too many others write there");
    }

    /** Absent when somebody else has changed the journal meanwhile. */
    private Optional<Answer> attempt(JobKind kind, Deadline deadline) {
        return switch (dcs.readFresh(deadline)) {
            case Reading.Unavailable(String why) -> Optional.of(unwritten(why));
            case Reading.Known(ClusterView view) ->
                conflict(kind, view.jobs())
                        .map(conflict -> Optional.of(new Answer(409, conflict)))
                        .orElseGet(() -> write(kind, view.jobs(), deadline));
        };
    }

    private Optional<Answer> write(JobKind kind, JobBoard jobs, Deadline deadline) {
        DcsCommand note = new DcsCommand.PutJobs(jobs.journal().request(kind, clock.instant()));
        return switch (dcs.write(note, deadline)) {
            case Writing.Written _ -> Optional.of(new Answer(202, "the job " + kind.word() + " begins within seconds"));
            case Writing.Refused _ -> Optional.empty();
            case Writing.Unavailable(String why) -> Optional.of(unwritten(why));
        };
    }

    private static Answer unwritten(String why) {
        return new Answer(503, "the request can't be written into etcd: " + why);
    }

    private static Optional<String> conflict(JobKind kind, JobBoard jobs) {
        return jobs.running()
                .map(lock -> "the job " + lock.kind().word() + " runs on " + lock.member() + " since " + lock.started()
                        + "; there is one at a time")
                .or(() -> Optional.ofNullable(jobs.journal().requested().get(kind))
                        .map(since -> "the job " + kind.word() + " is wanted already, since " + since));
    }
}
