package io.matriarch.agent;

import io.matriarch.cluster.ArchiveFailure;
import io.matriarch.cluster.ClusterView;
import io.matriarch.cluster.JobKind;
import io.matriarch.cluster.Takeovers;
import io.matriarch.config.Configuration;
import io.matriarch.value.Value.Mapping;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** What REST can ask of the agent. Calls that wait say how long at most; all are safe to call from any thread. */
public interface Commands {

    /** The newest look at this node; never waits. Absent before the first. An old one makes the agent look again. */
    Optional<Snapshot> snapshot();

    /** The local configuration in effect; never waits. */
    Configuration configuration();

    /**
     * The newest look at this node with what PostgreSQL says to a question put after this call; without an answer of it, if none comes within 1.5 s. Whoever wants to
     * lead decides by it: WAL that arrived since the last look may be all that is left of a commit.
     */
    CompletableFuture<Optional<Snapshot>> freshSnapshot();

    /** What PostgreSQL couldn't archive, if it has archived nothing since, as it says now; absent, too, if it says nothing within 1.5 s. */
    CompletableFuture<Optional<ArchiveFailure>> archiveFailure();

    /** How far the scheduled job is that runs here; absent when none does, or it doesn't say. */
    Optional<JobProgress> jobProgress();

    /** POST /backups and /drills: a job is to begin now, on the member that would do it by schedule. */
    Answer requestJob(JobKind kind);

    /** Re-reads the configuration file and applies it, soon. */
    void reload();

    /** Restarts PostgreSQL and waits for the result. */
    Answer restart(RestartConditions conditions);

    /** Keeps a restart for later, in memory and in the member key. Refused if there is one already. */
    Answer scheduleRestart(RestartConditions conditions, Instant at, Mapping request);

    /** Whether there was one. */
    boolean deleteScheduledRestart();

    /** Removes the data directory and clones again, soon. */
    Answer reinitialize(boolean force, boolean fromLeader);

    /** A linearizable read of the DCS; absent when it can't be read. */
    Optional<ClusterView> readCluster();

    /** PATCH /config. */
    ConfigAnswer patchConfig(Mapping patch);

    /** PUT /config. */
    ConfigAnswer replaceConfig(Mapping config);

    /**
     * POST /switchover and /failover, checked and carried out as in reference 4.5, steps 1 to 8.
     *
     * @param body the request as sent
     */
    TakeoverAnswer switchover(Mapping body, Wait wait);

    /** POST /failover. */
    TakeoverAnswer failover(Mapping body, Wait wait);

    /** The last switchovers and failovers, as far as they have come; reads the DCS, and tells what is known when it can't be read. */
    Takeovers takeovers();

    /** DELETE /switchover. */
    Answer deleteScheduledSwitchover();

    /** POST /failsafe: another member wants to go on as the primary without the DCS. */
    Answer failsafe(Mapping body);

    /** POST /failsafe/race, Matriarch's own: another member wants to race, though a majority might let a primary go on without the DCS. */
    Answer pledge();

    /** How long who asks for a takeover wants to wait. */
    enum Wait {
        FOR_THE_RESULT,
        /** The answer is 202 as soon as the request is in the DCS. */
        FOR_THE_REQUEST
    }

    /** The answer to a request for a takeover, which has a number once it is in the DCS. */
    record TakeoverAnswer(Answer answer, OptionalLong id) {}

    /** An HTTP status and the text to send. */
    record Answer(int status, String text) {}

    /** The result of a change of the dynamic configuration: 200 with the new one, or a status with the reason. */
    record ConfigAnswer(int status, Mapping config, String text) {}

    /** When to restart: only if the role matches, the server is older, or a change is pending (reference 4.5). */
    record RestartConditions(
            Optional<String> role, Optional<String> olderThan, boolean onlyIfPending, Optional<Duration> patience) {}
}
