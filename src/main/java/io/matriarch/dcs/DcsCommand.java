package io.matriarch.dcs;

import io.matriarch.cluster.History;
import io.matriarch.cluster.JobJournal;
import io.matriarch.cluster.JobLock;
import io.matriarch.cluster.Status;
import io.matriarch.cluster.SyncState;
import io.matriarch.value.Value.Mapping;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Everything that is ever written to the DCS; keys, values and conditions as in reference 3.1 to 3.4. */
public sealed interface DcsCommand {
    /** Takes the leader key if nobody holds it. */
    record AcquireLeader() implements DcsCommand {}

    /**
     * Keeps the lease alive, and moves the key to it if it carries another lease of ours. Refused: the lock is lost. Unavailable also when nobody holds the key any more:
     * somebody may have led meanwhile, so that only {@link AcquireLeader} takes it.
     */
    record RenewLeader() implements DcsCommand {}

    /** Takes the leader key whoever holds it: only right after bootstrap. */
    record TakeLeader() implements DcsCommand {}

    /** Gives the leader key back if it is ours; the status is written before, so that the others know how far we came. */
    record ReleaseLeader(Optional<Status> lastStatus) implements DcsCommand {}

    /** Writes the member key with our lease, and keeps the lease alive. Skipped when the same data is there already under our lease. */
    record TouchMember(Mapping data) implements DcsCommand {}

    /**
     * Creates the initialize key with empty text: who wins bootstraps. It carries the lease, so that whoever dies in the middle lets others try. Written also when it
     * is there already and is ours, as after a lost answer.
     */
    record CreateInitialize() implements DcsCommand {}

    /**
     * Stores the system identifier of the cluster that this member has bootstrapped, for good. Refused: another cluster is registered. Unavailable also while another
     * member bootstraps, since the lease of our key ran out.
     */
    record RegisterBootstrap(String systemIdentifier) implements DcsCommand {}

    /** Stores the system identifier, whatever is there: by who leads, or who has the cluster when nobody leads and no key is there. */
    record PutInitialize(String systemIdentifier) implements DcsCommand {}

    /** After a failed bootstrap. Refused: another member bootstraps. */
    record DeleteInitialize() implements DcsCommand {}

    /** Absent revision: whatever is there is replaced. 0: only if there is none. */
    record PutConfig(Mapping config, OptionalLong expectedRevision) implements DcsCommand {}

    /** An empty object means nothing is requested. */
    record PutFailover(Mapping request, OptionalLong expectedRevision) implements DcsCommand {}

    record PutStatus(Status status) implements DcsCommand {}

    record PutHistory(History history) implements DcsCommand {}

    /** {@code sync.revision()} is what is expected to be there, 0 for nothing. */
    record PutSync(SyncState sync) implements DcsCommand {}

    record DeleteSync(long expectedRevision) implements DcsCommand {}

    /** Member name to api_url. Refused if the leader key isn't ours. */
    record PutFailsafe(Map<String, String> members) implements DcsCommand {}

    /** {@code journal.revision()} is what is expected to be there, 0 for nothing. */
    record PutJobs(JobJournal journal) implements DcsCommand {}

    /** Takes the lock of the scheduled jobs, with our lease, if nobody has it. Written also when it is ours already. */
    record TakeJob(JobLock lock) implements DcsCommand {}

    /** Gives the lock of the scheduled jobs back, if it is ours. */
    record EndJob(JobLock lock) implements DcsCommand {}

    /** Removes all keys of the scope. Only ever by a person's order. */
    record RemoveCluster() implements DcsCommand {}
}
